package fallback_test

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"lineproof/shared/fallback"
	"lineproof/shared/fault"
	"lineproof/shared/verification"
)

func TestParseKey(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 255)
	for field, want := range map[string]string{
		"a": "a", "order-4711_B": "order-4711_B", "a:b": "a:b", "a/b+c=d": "a/b+c=d", long: long,
		`"8e03978e-40d5-43e8-bc93-6894a57f9324"`: "8e03978e-40d5-43e8-bc93-6894a57f9324",
		` "a" `:                                  "a", `"a, b;c"`: "a, b;c", `"say \"hi\" \\o/"`: `say "hi" \o/`, `" "`: " ", `"` + long + `"`: long,
	} {
		if got, ok := fallback.ParseKey(field); !ok || got != want {
			t.Errorf("%q is read as %q, %v", field, got, ok)
		}
	}
	for _, field := range []string{
		"", " ", `""`, `"`, `"a`, `a"`, `"a"b`, `"a" b`, `"a";p=1`, `"a", "b"`, `"a","b"`, "a,b", "a, b", "a;p", "a b", `a\b`,
		`"a\"`, `"a\n"`, "\"a\nb\"", "ä", `"ä"`, "a\x7f", long + "x", `"` + long + `x"`,
	} {
		if got, ok := fallback.ParseKey(field); ok {
			t.Errorf("%q is read as %q", field, got)
		}
	}
}

func FuzzParseKey(f *testing.F) {
	for _, field := range []string{"a", `"a"`, `"a\"b"`, `"`, `"\`, `a,b`} {
		f.Add(field)
	}
	quoter := strings.NewReplacer(`\`, `\\`, `"`, `\"`)
	f.Fuzz(func(t *testing.T, field string) {
		key, ok := fallback.ParseKey(field)
		if !ok {
			return
		}
		if again, ok := fallback.ParseKey(`"` + quoter.Replace(key) + `"`); !ok || again != key {
			t.Errorf("%q is %q, and quoted %q, %v", field, key, again, ok)
		}
	})
}

func names(t *testing.T, material byte) fallback.Names {
	t.Helper()
	n, err := fallback.NewNames(bytes.Repeat([]byte{material}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestNames(t *testing.T) {
	t.Parallel()
	const key = "+447700900001"
	n := names(t, 1)
	name := n.Execution(0xace00001, key)
	if !regexp.MustCompile(`^ace00001-[0-9a-f]{40}$`).MatchString(name) || name != n.Execution(0xace00001, key) {
		t.Errorf("it is called %s", name)
	}
	for what, other := range map[string]string{
		"another key": n.Execution(0xace00001, key+"0"), "another account": n.Execution(0xace00002, key)[8:],
		"another secret": names(t, 2).Execution(0xace00001, key),
	} {
		if strings.HasSuffix(name, other) {
			t.Errorf("%s makes the same name", what)
		}
	}
	if _, err := fallback.NewNames(make([]byte, 31)); err == nil {
		t.Error("a short key is taken")
	}
	if text := fmt.Sprintf("%v %+v %#v", n, n, n); text != "[redacted] [redacted] [redacted]" {
		t.Errorf("printed %s", text)
	}
}

// A digest is that of what a request says, not of how it is written.
func TestDigest(t *testing.T) {
	t.Parallel()
	n := names(t, 1)
	digest := func(execution, body string) string {
		d, err := n.Digest(execution, []byte(body))
		if err != nil {
			t.Fatal(err)
		}
		return string(d)
	}
	const body = `{"number":"+990123450001","brand":"Café","code_length":4,"silent":{"code":"c","grant_type":"g"}}`
	for _, same := range []string{
		" { \"brand\" : \"Café\",\n\"code_length\":4, \"number\":\"+990123450001\", \"silent\":{\"grant_type\":\"g\",\"code\":\"c\"} }\r\n",
		`{"number":"\u002b990123450001","brand":"Caf\u00e9","code_length":4,"silent":{"code":"c","grant_type":"g"}}`,
	} {
		if digest("a", body) != digest("a", same) {
			t.Errorf("%s is another request than %s", same, body)
		}
	}
	for _, other := range []string{
		strings.Replace(body, "Café", "Other", 1), strings.Replace(body, "0001", "9901", 1), strings.Replace(body, `"c"`, `"d"`, 1),
		strings.Replace(body, ":4", ":6", 1), strings.Replace(body, `"code_length":4,`, "", 1), strings.Replace(body, ":4", ":4.0", 1),
		strings.Replace(body, `,"grant_type":"g"`, "", 1),
	} {
		if digest("a", body) == digest("a", other) {
			t.Errorf("%s is the same request as %s", other, body)
		}
	}
	if digest("a", body) == digest("b", body) {
		t.Error("requests of two executions can be compared")
	}
	if _, err := n.Digest("a", []byte("{")); err == nil {
		t.Error("no JSON has a digest")
	}
}

// Each kind of failure and each end has a reason that is one of the closed set.
func TestReasonsAreClosed(t *testing.T) {
	t.Parallel()
	silent, results := map[fallback.Reason]bool{}, map[fallback.Reason]bool{"": true}
	for _, r := range fallback.SilentReasons() {
		silent[r] = true
	}
	for _, r := range fallback.Reasons() {
		results[r] = true
	}
	for _, kind := range fault.Kinds() {
		w := newWorld(t, asked(t))
		w.proved = func() (bool, error) { return false, fault.New(kind) }
		r, err := w.silent.Run(t.Context(), execution)
		if err == nil && (r.Silence.Outcome != fallback.Unknown || !silent[r.Silence.Reason]) {
			t.Errorf("%v makes %+v of the silent way", kind, r.Silence)
		}
	}
	for _, state := range []verification.State{verification.Success, verification.Failed, verification.Expired, verification.Cancelled} {
		r := fallback.Ended(verification.Ending{State: state})
		if !results[r.Reason] || (r.Reason == "") != r.Verified {
			t.Errorf("%v makes %+v", state, r)
		}
	}
}
