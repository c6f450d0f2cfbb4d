package api_test

import (
	"encoding/json"
	"encoding/xml"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"lineproof/shared/account"
)

// input is whatever someone may send.
type input struct{ method, path, query, body, authorization string }

// send hands an input to the world as a server would.
func (w *pinWorld) send(in input) answer {
	r := &http.Request{
		Method: in.method, URL: &url.URL{Path: in.path, RawQuery: in.query}, Header: http.Header{}, RemoteAddr: "192.0.2.1:1",
		Body: io.NopCloser(strings.NewReader(in.body)),
	}
	if in.authorization != "" {
		r.Header.Set("Authorization", in.authorization)
	}
	rw := httptest.NewRecorder()
	w.handler.ServeHTTP(rw, r)
	return answer{rw.Code, rw.Result().Header, rw.Body.String()}
}

// bodyStatus is what a body, in JSON or XML, says as its status.
func (a answer) bodyStatus() string {
	if a.header.Get("Content-Type") == "text/xml" {
		var body struct {
			Status string   `xml:"status"`
			Each   []string `xml:"verify_request>status"`
		}
		if xml.Unmarshal([]byte(a.body), &body) != nil {
			return ""
		}
		return body.Status + strings.Join(body.Each, "")
	}
	var body struct {
		Status any   `json:"status"`
		Each   []any `json:"verification_requests"`
	}
	if json.Unmarshal([]byte(a.body), &body) != nil || body.Status == nil && len(body.Each) == 0 {
		return ""
	}
	return strings.TrimPrefix(strings.Trim(string(must(json.Marshal(body.Status))), `"`), "null") + strings.Repeat("x", len(body.Each))
}

func must(text []byte, _ error) []byte { return text }

// wantAnswer asserts what holds of an answer to anything: a status in the body, HTTP 200 but for
// what HTTP itself refuses, and never that something failed inside. It gives the status.
func (a answer) wantAnswer(t testing.TB, in input) string {
	t.Helper()
	unblock := strings.HasPrefix(in.path, "/verify/network-unblock")
	good := a.status == http.StatusOK || a.status == http.StatusNotFound || a.status == http.StatusMethodNotAllowed || a.status == http.StatusRequestEntityTooLarge
	if unblock {
		good = a.status < http.StatusInternalServerError
	}
	told := a.bodyStatus()
	if in.method == http.MethodHead && good && a.body == "" { // it has no content
		return told
	}
	if !good || told == "5" || told == "" && !(unblock && a.status == http.StatusOK) {
		t.Errorf("%q: %d %s", in, a.status, a.body)
	}
	return told
}

// inputs makes random inputs out of what makes sense, what nearly does, and what does not.
type inputs struct {
	*rand.Rand
	ids []string
}

var (
	inputPaths = strings.Fields("/verify/json /verify/xml /verify/psd2/json /verify/psd2/xml /verify/check/json /verify/check/xml /verify/search/json " +
		"/verify/search/xml /verify/control/json /verify/control/xml /verify/network-unblock")
	inputNames = strings.Fields("number country brand sender_id code_length lg require_type pin_expiry next_event_wait workflow_id pin_code payee amount " +
		"request_id request_ids code cmd ip_address client_ip network unblock_duration duration api_key api_secret sig timestamp")
	inputValues = []string{
		"", "447700900123", "+447400123456", "07400123456", "+990123451201", "+990123452301", "GB", "gb", "XX", "Acme", "Ácme 😀", "4", "6", "06", "4.0", "-1", "59", "60", "300", "3600",
		"3601", "900", "1", "7", "8", "fr-fr", "zh-tw", "xx", "All", "Mobile", "Landline", "48.00", "1e9", "1234", "12345", "123456", "12x4", "cancel", "trigger_next_event",
		"192.0.2.1", "2001:db8::7", "evil.exam", "44770090", "0", "86400", "abcd0007", "abcd0001",
		"s3cret-abcd0007", "\x00", "\xff\xfe", "<&>\"'", "{}", "[]", "null", "%zz",
		strings.Repeat("9", 400), "\u202e", "٣٤", "a\r\nb",
	}
)

func (r *inputs) pick(from []string) string { return from[r.IntN(len(from))] }

func (r *inputs) value() string {
	switch n := r.IntN(20); {
	case n < 3 && len(r.ids) > 0:
		return r.pick(r.ids)
	case n < 5:
		return strconv.FormatUint(r.Uint64()>>r.IntN(64), 10)
	case n == 5:
		return r.noise(r.IntN(40))
	default:
		return r.pick(inputValues)
	}
}

func (r *inputs) noise(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return string(b)
}

// params gives some parameters, mostly with the unlimited account's credentials or a signature.
func (r *inputs) params() url.Values {
	values := url.Values{}
	if r.IntN(10) > 0 {
		values = url.Values{"number": {"4474" + strconv.Itoa(10_000_000+r.IntN(1000))}, "brand": {"Acme"}, "payee": {"A"}, "amount": {"1"}, "code": {"1234"}, "cmd": {"cancel"}}
	}
	if len(r.ids) > 0 && r.IntN(2) == 0 {
		values.Set("request_id", r.pick(r.ids))
	}
	for range r.IntN(5) {
		change := []func(name, value string){values.Set, values.Add}[r.IntN(2)]
		change(r.pick(inputNames), r.value())
	}
	switch r.IntN(10) {
	case 0:
	case 2:
		values["request_ids"] = append(values["request_ids"], strings.Split(strings.Repeat("x,", r.IntN(20)), ",")...)
		values.Set("api_key", standardKey.String())
		values.Set("api_secret", secretOf(standardKey))
	case 1:
		i := r.IntN(len(methods))
		values.Set("api_key", (signedKey + account.Key(i)).String())
		values.Del("api_secret")
		values = signed(methods[i], noon, values)
	default:
		values.Set("api_key", unlimitedKey.String())
		values.Set("api_secret", secretOf(unlimitedKey))
	}
	return values
}

// object writes parameters as JSON, some of them as other types than strings.
func (r *inputs) object(values url.Values) string {
	object := map[string]any{}
	for name, all := range values {
		switch r.IntN(8) {
		case 0:
			object[name] = all
		case 1:
			object[name] = []any{r.IntN(9999), true, nil, map[string]any{"a": 1}}[r.IntN(4)]
		default:
			object[name] = all[0]
		}
	}
	text, _ := json.Marshal(object)
	return string(text)
}

// broken cuts, doubles or overwrites a part of a text.
func (r *inputs) broken(text string) string {
	if text == "" || r.IntN(8) > 0 {
		return text
	}
	at := r.IntN(len(text))
	return text[:at] + []string{"", text, r.noise(3), "&", "\"", "%", "="}[r.IntN(7)] + text[min(len(text), at+r.IntN(4)):]
}

func (r *inputs) next() input {
	in := input{method: http.MethodPost, path: r.pick(inputPaths)}
	values := r.params()
	switch r.IntN(4) {
	case 0:
		in.method, in.query = http.MethodGet, r.broken(values.Encode())
	case 1:
		in.query, in.body = r.broken(r.params().Encode()), r.broken(values.Encode())
	case 2:
		in.body = r.broken(r.object(values))
	default:
		in.body = r.broken(values.Encode())
	}
	switch r.IntN(60) {
	case 0:
		in.method = r.pick([]string{"PUT", "HEAD", "DELETE", "OPTIONS", "X"})
	case 1:
		in.path = "/verify/" + r.noise(r.IntN(20))
	case 2:
		in.path = r.broken(in.path)
	case 3:
		in.body = r.noise(r.IntN(9000))
	case 4:
		in.body += strings.Repeat("x", r.IntN(9000))
	case 5:
		in.authorization = r.pick([]string{"Basic ", "Bearer ", "Basic !!", basic(unlimitedKey.String(), secretOf(unlimitedKey)), r.noise(9)})
	}
	return in
}

// randomInputs is how many TestRandomInputs sends; FuzzRandomInputs goes on from there.
const randomInputs = 20_000

// TestRandomInputs sends many inputs, by several at once, and then lets what they began come to its
// end.
func TestRandomInputs(t *testing.T) {
	t.Parallel()
	w := newPINWorldLogging(t, slog.LevelError)
	const workers = 4
	var statuses [workers]map[string]int
	var all sync.WaitGroup
	for worker := range workers {
		statuses[worker] = map[string]int{}
		all.Go(func() {
			r := &inputs{Rand: rand.New(rand.NewPCG(1, uint64(worker)))}
			for i := range randomInputs / workers {
				in := r.next()
				a := w.send(in)
				told := a.wantAnswer(t, in)
				if told == "0" && len(r.ids) < 500 {
					r.ids = append(r.ids, a.member("request_id"))
				}
				statuses[worker][told]++
				if worker == 0 && i%500 == 0 {
					w.advance(time.Second)
				}
			}
		})
	}
	all.Wait()
	w.wantEnded(t)
	for _, status := range strings.Fields("0 1 2 3 4 6 10 15 16 17 18 19 20 101") {
		if statuses[0][status]+statuses[1][status]+statuses[2][status]+statuses[3][status] == 0 {
			t.Errorf("no input was answered with %s: %v", status, statuses)
		}
	}
}

// wantEnded lets everything come to its end and asserts that nothing failed inside, waits or is
// still held.
func (w *pinWorld) wantEnded(t testing.TB) {
	t.Helper()
	w.advance(6 * time.Hour)
	if log := w.log.String(); strings.Contains(log, `"level":"ERROR"`) {
		at := strings.Index(log, `"level":"ERROR"`)
		t.Errorf("logged %.600s", log[at:])
	}
	for k := standardKey; k < signedKey+account.Key(len(methods)); k++ {
		ledger, err := w.accounts.Ledger(t.Context(), k)
		if err != nil || ledger.Held != 0 || ledger.Free+ledger.Charged != budget && k != noCreditKey {
			t.Errorf("%s ends with %+v, %v", k, ledger, err)
		}
	}
	if w.outbox.Len() != 0 {
		t.Errorf("%d messages wait", w.outbox.Len())
	}
}

// FuzzRandomInputs sends a hundred inputs, one after the other, to one world.
func FuzzRandomInputs(f *testing.F) {
	f.Add(uint64(1))
	f.Fuzz(func(t *testing.T, seed uint64) {
		w, r := newPINWorldLogging(t, slog.LevelError), &inputs{Rand: rand.New(rand.NewPCG(4, seed))}
		for range 100 {
			in := r.next()
			if a := w.send(in); a.wantAnswer(t, in) == "0" {
				r.ids = append(r.ids, a.member("request_id"))
			}
		}
		w.wantEnded(t)
	})
}

func FuzzPIN(f *testing.F) {
	r := &inputs{Rand: rand.New(rand.NewPCG(2, 3))}
	for range 200 {
		in := r.next()
		f.Add(in.method, in.path, in.query, in.body, in.authorization)
	}
	f.Fuzz(func(t *testing.T, method, path, query, body, authorization string) {
		if !strings.HasPrefix(path, "/verify/") {
			path = "/verify/" + path // elsewhere other wires answer
		}
		w := newPINWorld(t)
		in := input{method, path, query, body, authorization}
		w.send(in).wantAnswer(t, in)
		w.wantEnded(t)
	})
}
