package dynamo_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"sync"
	"testing"

	"lineproof/shared/dynamo/dynamodel"
)

// textsOf returns all texts and bytes in a value, whatever it is made of.
func textsOf(v reflect.Value) (all []string) {
	switch v.Kind() {
	case reflect.String:
		all = append(all, v.String())
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			all = textsOf(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			all = append(all, textsOf(v.Field(i))...)
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			all = append(append(all, textsOf(key)...), textsOf(v.MapIndex(key))...)
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return []string{string(v.Bytes())}
		}
		for i := range v.Len() {
			all = append(all, textsOf(v.Index(i))...)
		}
	}
	return all
}

// wiretap keeps all that is sent to the store.
type wiretap struct {
	mu   sync.Mutex
	sent []string
}

func (w *wiretap) hear(c dynamodel.Call) dynamodel.Fault {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sent = append(w.sent, c.Operation+" "+strings.Join(textsOf(reflect.ValueOf(c.Input)), " "))
	return dynamodel.None
}

// wantNone wants none of the secrets in what was sent to the store since the last time.
func (w *wiretap) wantNone(t *testing.T, secrets ...string) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.sent) < 4 {
		t.Errorf("only %d requests were heard", len(w.sent))
	}
	for _, request := range w.sent {
		for _, secret := range secrets {
			if secret == "" || strings.Contains(request, secret) {
				t.Errorf("%q is sent to the store: %q", secret, request)
			}
		}
	}
	w.sent = nil
}

// heard makes a call and adds what looks secret of its answer: a code, a state, a token.
func (s *service) heard(r *http.Request, secrets *[]string) *url.URL {
	answer := httptest.NewRecorder()
	s.handler.ServeHTTP(answer, r)
	to, err := url.Parse(answer.Header().Get("Location"))
	if err != nil || answer.Code >= 400 {
		s.tb.Fatalf("%s is answered %d %s", r.URL.Path, answer.Code, answer.Body)
	}
	for _, name := range []string{"code", "state"} {
		if value := to.Query().Get(name); len(value) > 20 {
			*secrets = append(*secrets, value)
		}
	}
	return to
}

// The store is sent no code, token, state or secret of a way over an upstream as it is, and no
// number of an OAuth grant: they are sealed or hashed, or not sent at all.
func TestNothingSecretIsStoredOfUpstreams(t *testing.T) {
	t.Parallel()
	tap := &wiretap{}
	names := servedNames()
	s := newService(t, modelled(names, tap.hear), names)
	const number = "447700900001"
	s.way(number, "codes") // the client is kept from now on
	tap.wantNone(t, "theirs", number)
	s.way(number, "codes")
	tap.wantNone(t, "theirs", number, ourSecret)

	s.warm()
	id := s.begun(s.another(), "silent_auth", "sms")
	tap.wantNone(t, "theirs")
	secrets := []string{"theirs", ourSecret}
	visit := v2call(http.MethodGet, id+"/silent-auth/redirect", "")
	state := s.heard(visit, &secrets).Query().Get("state")
	callback := "/oauth2/callback/codes?" + url.Values{"code": {"theirs"}, "state": {state}}.Encode()
	back := s.heard(httptest.NewRequest(http.MethodGet, callback, nil), &secrets)
	s.heard(httptest.NewRequest(http.MethodGet, strings.TrimPrefix(back.String(), "https://verify.example"), nil), &secrets)
	if len(secrets) != 4 {
		t.Fatalf("%d secrets went through", len(secrets))
	}
	tap.wantNone(t, secrets...)

	id = s.begun(s.elsewhere(), "silent_auth", "sms")
	s.heard(v2call(http.MethodGet, id+"/silent-auth/redirect", ""), &secrets)
	s.do(byBasic(v2call(http.MethodPost, id, `{"code":"theirs"}`)), http.StatusOK)
	tap.wantNone(t, secrets...)
}
