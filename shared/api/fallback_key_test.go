package api_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/awslabs/aws-lambda-go-api-proxy/httpadapter"

	"lineproof/shared/fallback"
)

const plainFallback = `{"number":"+447700900001","brand":"Acme"}`

// asEvent starts a fallback of the standard account behind API Gateway, and returns status and
// body.
func (f fallbacks) asEvent(key, body string) (int, string) {
	f.t.Helper()
	r, _ := http.NewRequest(http.MethodPost, "/", nil) //nolint:noctx // it only makes a header
	r.SetBasicAuth(standardKey.String(), secretOf(standardKey))
	event := events.APIGatewayV2HTTPRequest{
		RawPath: "/fallback", Body: body,
		Headers: map[string]string{"authorization": r.Header.Get("Authorization"), "idempotency-key": key},
	}
	event.RequestContext.HTTP.Method = http.MethodPost
	answer, err := httpadapter.NewV2(f.serve).ProxyWithContext(context.Background(), event)
	if err != nil {
		f.t.Fatal(err)
	}
	return answer.StatusCode, answer.Body
}

// The quoted and the bare form of a key are one, and what is no key is refused, with and without
// API Gateway.
func TestIdempotencyKeyForms(t *testing.T) {
	t.Parallel()
	const uuid = "8e03978e-40d5-43e8-bc93-6894a57f9324"
	f := newFallbacks(t)
	want := f.started(uuid, plainFallback)
	for key, status := range map[string]int{
		uuid: 200, `"` + uuid + `"`: 200, `"a, b"`: 200, `"a\"b"`: 200, "a:b": 200, "+447700900001": 200, strings.Repeat("k", 255): 200,
		"order-1,a": 422, "order-1,b": 422, `"a","b"`: 422, `"a";p=1`: 422, `"a`: 422, `a"`: 422, `""`: 422, "a b": 422, strings.Repeat("k", 256): 422,
	} {
		answer := f.post(key, plainFallback)
		code, body := f.asEvent(key, plainFallback)
		if answer.Code != status || code != status || body != answer.Body.String() {
			t.Errorf("%q is answered %d %s, and behind API Gateway %d %s", key, answer.Code, answer.Body, code, body)
		}
		if execution := member(answer, "execution"); strings.Contains(key, uuid) != (execution == want) {
			t.Errorf("%q is %s, want %s", key, execution, want)
		}
		if status == 422 && !strings.Contains(body, `"Invalid value for parameter: Idempotency-Key"`) {
			t.Errorf("%q is refused with %s", key, body)
		}
	}
}

// A key is a promise about one request: that one is repeated, another is told so.
func TestIdempotencyKeyOfAnotherRequest(t *testing.T) {
	t.Parallel()
	const first = `{"number":"+990123450001","brand":"Acme","silent":{"code":"c"}}`
	f := newFallbacks(t)
	want := f.started("key", first)
	if _, err := f.store.Decide(t.Context(), want, fallback.Result{Verified: true, Method: fallback.BySilent}, fallback.Silent); err != nil {
		t.Fatal(err)
	}
	for _, same := range []string{first, " {\n\"brand\":\"Acme\", \"silent\": {\"code\":\"c\"}, \"number\":\"\\u002b990123450001\"}"} {
		if got := f.started("key", same); got != want {
			t.Errorf("repeated as %s it is %s, not %s", same, got, want)
		}
	}
	for _, other := range []string{
		`{"number":"+990123459901","brand":"Acme"}`, strings.Replace(first, "Acme", "Other", 1), strings.Replace(first, `"c"`, `"d"`, 1),
		strings.Replace(first, `"brand"`, `"lg":"en-gb","brand"`, 1), `{"number":"+990123450001"}`,
	} {
		answer := f.post("key", other)
		if answer.Code != http.StatusUnprocessableEntity || !strings.Contains(answer.Body.String(), "This Idempotency-Key came with another request.") {
			t.Errorf("%s is answered %d %s", other, answer.Code, answer.Body)
		}
	}
	if answer := f.ask(strangerKey, http.MethodPost, "/fallback", "key", plainFallback); answer.Code != http.StatusOK || member(answer, "execution") == want {
		t.Errorf("another account's call under the key is answered %d %s", answer.Code, answer.Body)
	}
}

// What was refused uses no key, and a key shows nowhere.
func TestIdempotencyKeyIsNotBurnt(t *testing.T) {
	t.Parallel()
	f := newFallbacks(t)
	const key = "+447700900777"
	for _, bad := range []string{`{"number":"+447700900001"}`, `{`, `{"number":"+447700900001","brand":"Acme","typo":1}`} {
		if answer := f.post(key, bad); answer.Code == http.StatusOK {
			t.Errorf("%s is answered %s", bad, answer.Body)
		}
	}
	if execution := f.started(key, plainFallback); strings.Contains(execution, "4477") || len(execution) > 80 {
		t.Errorf("the key shows in %s", execution)
	}
	if strings.Contains(f.told(), "447700900") {
		t.Errorf("the log tells %s", f.log)
	}
}

// Of calls at the same time under one key, all are told the same execution, and those with another
// body that it is taken.
func TestIdempotencyKeyRace(t *testing.T) {
	t.Parallel()
	f := newFallbacks(t)
	var mu sync.Mutex
	seen := map[string]int{}
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			answer := f.post("key", fmt.Sprintf(`{"number":"+447700900001","brand":"Acme %d"}`, i%2))
			mu.Lock()
			defer mu.Unlock()
			seen[fmt.Sprint(answer.Code, member(answer, "execution"))]++
		})
	}
	all.Wait()
	if len(seen) != 2 || seen["422"] != 10 {
		t.Errorf("they are answered %v", seen)
	}
}

// Members that the operation does not have are refused by their names.
func TestFallbackRefusesUnknownMembers(t *testing.T) {
	t.Parallel()
	f := newFallbacks(t)
	for body, name := range map[string]string{
		`{"number":"+447700900001","brand":"Acme","typo":"x"}`:                              "typo",
		`{"number":"+447700900001","brand":"Acme","callback":"https://a.example"}`:          "callback",
		`{"number":"+447700900001","brand":"Acme","pin_code":"1234","z":1}`:                 "pin_code",
		`{"number":"+447700900001","brand":"Acme","silent":{"foo":"bar","code":"c"}}`:       "silent.foo",
		`{"number":"+447700900001","brand":"Acme","` + strings.Repeat("+4477", 20) + `":1}`: strings.Repeat("+4477", 20)[:64],
	} {
		answer := f.post("key", body)
		if want := `"detail":"There is no such parameter: ` + name + `"`; answer.Code != http.StatusUnprocessableEntity || !strings.Contains(answer.Body.String(), want) {
			t.Errorf("%s is answered %d %s", body, answer.Code, answer.Body)
		}
	}
	if strings.Contains(f.told(), "4477") || strings.Contains(f.told(), "typo") {
		t.Errorf("the log tells %s", f.log)
	}
}

// A fallback is let in by the account's own rules, and a call that is repeated is let in once.
func TestFallbackIsAdmitted(t *testing.T) {
	t.Parallel()
	f := newFallbacks(t)
	if answer := f.ask(barredKey, http.MethodPost, "/fallback", "", plainFallback); answer.Code != http.StatusForbidden || !strings.Contains(answer.Body.String(), "barred") {
		t.Errorf("a barred account is answered %d %s", answer.Code, answer.Body)
	}
	if answer := f.ask(demoKey, http.MethodPost, "/fallback", "", plainFallback); answer.Code != http.StatusForbidden || !strings.Contains(answer.Body.String(), "demo mode") {
		t.Errorf("a demo account's stranger is answered %d %s", answer.Code, answer.Body)
	}
	if answer := f.ask(demoKey, http.MethodPost, "/fallback", "", `{"number":"`+demoNumber+`","country":"GB","brand":"Acme"}`); answer.Code != http.StatusOK {
		t.Errorf("a demo account's own number is answered %d %s", answer.Code, answer.Body)
	}
	limited, err := f.accounts.Account(t.Context(), standardKey)
	if err != nil {
		t.Fatal(err)
	}
	limited.Terms.PerSecond, limited.Terms.PerDay = 0, 2
	_ = f.accounts.PutAccount(t.Context(), limited) // memory never fails
	for range 3 {
		f.started("first", plainFallback)
	}
	f.started("second", plainFallback)
	if answer := f.post("third", plainFallback); answer.Code != http.StatusTooManyRequests || answer.Header().Get("Content-Type") != "application/problem+json" {
		t.Errorf("the third of a day is answered %d %s", answer.Code, answer.Body)
	}
	f.started("second", plainFallback)
}
