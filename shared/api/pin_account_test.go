package api_test

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"lineproof/shared/account"
)

// The same call by each of the ways in which SDKs make it.
func TestWaysToCall(t *testing.T) {
	t.Parallel()
	const key, secret = "abcd0001", "s3cret-abcd0001"
	all := "api_key=" + key + "&api_secret=" + secret + "&number=447700900123&brand=Acme+%26+Co"
	object := `{"api_key":"` + key + `","api_secret":"` + secret + `","number":"447700900123","brand":"Acme & Co"}`
	kind := func(c call, value string) call { return c.with("Content-Type", value) }
	auth := func(c call) call { return c.with("Authorization", basic(key, secret)) }
	for name, c := range map[string]call{
		"query by GET":             get("/verify/json?" + all),
		"query by POST":            plain("/verify/json?"+all, ""),
		"form":                     plain("/verify/json", all),
		"form called JSON":         kind(plain("/verify/json", all), "application/json"),
		"JSON":                     kind(plain("/verify/json", object), "application/json"),
		"JSON called a form":       plain("/verify/json", object),
		"JSON with a charset":      kind(plain("/verify/json", object), "application/json; charset=utf-8"),
		"JSON number":              kind(plain("/verify/json", strings.Replace(object, `"447700900123"`, "447700900123", 1)), "application/json"),
		"Basic and a form":         auth(plain("/verify/json", "number=447700900123&brand=Acme")),
		"Basic and JSON":           auth(kind(plain("/verify/json", `{"number":"447700900123","brand":"Acme"}`), "application/json")),
		"Basic and a query":        auth(get("/verify/json?number=447700900123&brand=Acme")),
		"credentials in the query": plain("/verify/json?api_key="+key+"&api_secret="+secret, "number=447700900123&brand=Acme"),
		"body beats query":         plain("/verify/json?"+all+"&number=x&brand=", all),
		"body beats bad secret":    plain("/verify/json?api_secret=no&api_key=no", all),
		"parameters beat Basic":    plain("/verify/json", all).with("Authorization", basic(key, "no")),
		"first of repeated":        plain("/verify/json", all+"&number=x&brand="+strings.Repeat("x", 30)),
		"GET with a body":          {http.MethodGet, "/verify/json?api_key=" + key, http.Header{}, all},
		"another Accept":           plain("/verify/json", all).with("Accept", "text/html"),
		"key in capitals":          plain("/verify/json", strings.Replace(all, key, "ABCD0001", 1)),
	} {
		for transport, send := range transports {
			if a := send(t, newPINWorld(t).handler, c); a.said() != "0" || a.header.Get("Content-Type") != "application/json" {
				t.Errorf("%s by %s: %d %s", name, transport, a.status, a.body)
			}
		}
	}
}

// signing are the algorithms by the methods' names, written down once more.
var signing = map[account.Method]func(text, secret string) string{
	account.MD5Hash: func(text, secret string) string {
		sum := md5.Sum([]byte(text + secret))
		return hex.EncodeToString(sum[:])
	},
	account.HMACMD5:    keyedBy(md5.New),
	account.HMACSHA1:   keyedBy(sha1.New),
	account.HMACSHA256: keyedBy(sha256.New),
	account.HMACSHA512: keyedBy(sha512.New),
}

func keyedBy(newHash func() hash.Hash) func(text, secret string) string {
	return func(text, secret string) string {
		mac := hmac.New(newHash, []byte(secret))
		mac.Write([]byte(text))
		return hex.EncodeToString(mac.Sum(nil))
	}
}

// signed adds timestamp and sig, as SDKs do.
func signed(method account.Method, at time.Time, values url.Values) url.Values {
	values = maps.Clone(values)
	if !at.IsZero() {
		values.Set("timestamp", strconv.FormatInt(at.Unix(), 10))
	}
	var text strings.Builder
	for _, name := range slices.Sorted(maps.Keys(values)) {
		for _, value := range values[name] {
			text.WriteString("&" + name + "=" + strings.NewReplacer("&", "_", "=", "_").Replace(value))
		}
	}
	values.Set("sig", signing[method](text.String(), signatureSecret))
	return values
}

func TestSignedRequests(t *testing.T) {
	t.Parallel()
	for i, method := range methods {
		key := signedKey + account.Key(i)
		base := form("api_key", key.String(), "number", "447700900123", "brand", "A&B=é c")
		ok := signed(method, noon, base)
		upper := merged(ok, "sig", strings.ToUpper(ok.Get("sig")))
		other := methods[(i+1)%len(methods)]
		for _, row := range []struct {
			name, want string
			values     url.Values
		}{
			{"good", "0", ok},
			{"in capitals", "0", upper},
			{"300 s old", "0", signed(method, noon.Add(-300*time.Second), base)},
			{"300 s ahead", "0", signed(method, noon.Add(300*time.Second), base)},
			{"301 s old", "4", signed(method, noon.Add(-301*time.Second), base)},
			{"301 s ahead", "4", signed(method, noon.Add(301*time.Second), base)},
			{"a repeated parameter", "0", signed(method, noon, url.Values{"api_key": base["api_key"], "number": base["number"], "brand": {"Acme", "x"}})},
			{"an empty parameter", "0", signed(method, noon, merged(url.Values{"country": {""}}, "api_key", key.String(), "number", "447700900123", "brand", "A"))},
			{"no timestamp", "4", signed(method, time.Time{}, base)},
			{"a timestamp that is none", "4", signed(method, time.Time{}, merged(base, "timestamp", "noon"))},
			{"another method", "4", signed(other, noon, base)},
			{"tampered number", "4", merged(ok, "number", "447700900124")},
			{"tampered timestamp", "4", merged(ok, "timestamp", strconv.FormatInt(noon.Unix()+1, 10))},
			{"a parameter more", "4", merged(ok, "lg", "en-gb")},
			{"a parameter less", "4", merged(ok, "brand", "")},
			{"half a signature", "4", merged(ok, "sig", ok.Get("sig")[2:])},
			{"no signature", "2", merged(ok, "sig", "")},
			{"no key", "2", merged(ok, "api_key", "")},
			{"another account's", "4", merged(ok, "api_key", (signedKey + account.Key((i+1)%len(methods))).String())},
			{"an account without", "4", signed(method, noon, merged(base, "api_key", standardKey.String()))},
			{"and the secret", "0", signed(method, noon, merged(base, "api_secret", secretOf(key)))},
			{"wrong, and the secret", "0", merged(ok, "api_secret", secretOf(key), "sig", "00")},
			{"a name that stands for two", "4", merged(signed(method, noon, merged(base, "code_length", "6", "lg", "en-gb")),
				"code_length", "", "lg", "", "code_length=6&lg", "en-gb")},
			{"and a wrong secret", "4", signed(method, noon, merged(base, "api_secret", "no"))},
		} {
			for way, c := range map[string]call{"query": get("/verify/json?" + row.values.Encode()), "form": plain("/verify/json", row.values.Encode())} {
				if a := newPINWorld(t).do(c); a.member("status") != row.want {
					t.Errorf("%s, %s, in a %s: %s, want %s", method, row.name, way, a.body, row.want)
				}
			}
		}
	}
}

// A signature proves whose a call is on every operation, and in JSON.
func TestSignedOperations(t *testing.T) {
	t.Parallel()
	const method, key = account.HMACSHA256, signedKey + 3
	w := newPINWorld(t)
	ask := func(path string, pairs ...string) answer {
		return w.do(plain("/verify/"+path, signed(method, w.Now(), form(append(pairs, "api_key", key.String())...)).Encode()))
	}
	id := ask("json", good...).member("request_id")
	w.advance(time.Second)
	if a := ask("search/json", "request_id", id); a.member("status") != "IN PROGRESS" {
		t.Errorf("search: %s", a.body)
	}
	if a := ask("control/json", "request_id", id, "cmd", "trigger_next_event"); a.said() != "0" {
		t.Errorf("control: %s", a.body)
	}
	if a := ask("check/json", "request_id", id, "code", w.sentPIN(id)); a.said() != "0" {
		t.Errorf("check: %s", a.body)
	}
	if a := ask("network-unblock", "network", "447700900"); a.status != http.StatusOK {
		t.Errorf("unblock: %s", a.body)
	}
	values := signed(method, w.Now(), form("api_key", key.String(), "number", "33612345678", "brand", "Acme"))
	object := `{"api_key":"` + key.String() + `","number":33612345678,"brand":"Acme","timestamp":` + values.Get("timestamp") + `,"sig":"` + values.Get("sig") + `"}`
	if a := w.do(plain("/verify/json", object)); a.said() != "0" {
		t.Errorf("JSON: %s", a.body)
	}
}

// A signature is good for one call that changes something, and for any number that do not.
func TestSignaturesAreUsedOnce(t *testing.T) {
	t.Parallel()
	const method, key = account.HMACSHA256, signedKey + 3
	w := newPINWorld(t)
	send := func(path string, pairs ...string) (first, second answer) {
		values := signed(method, w.Now(), form(append(pairs, "api_key", key.String())...))
		first = w.do(plain("/verify/"+path, values.Encode()))
		values.Set("sig", strings.ToUpper(values.Get("sig")))
		return first, w.do(plain("/verify/"+path, values.Encode()))
	}
	first, second := send("json", good...)
	if first.said() != "0" || second.said() != "4 Bad Credentials" {
		t.Errorf("request: %s, then %s", first.body, second.body)
	}
	id := first.member("request_id")
	w.advance(time.Second)
	if first, second := send("check/json", "request_id", id, "code", w.wrongPIN(id)); first.member("status") != "16" || second.member("status") != "4" {
		t.Errorf("check: %s, then %s", first.body, second.body)
	}
	if first, second := send("control/json", "request_id", id, "cmd", "trigger_next_event"); first.said() != "0" || second.member("status") != "4" {
		t.Errorf("control: %s, then %s", first.body, second.body)
	}
	if first, second := send("search/json", "request_id", id); first.body != second.body || first.member("request_id") != id {
		t.Errorf("search: %s, then %s", first.body, second.body)
	}
	if first, second := send("network-unblock", "network", "447700900"); first.status != 200 || second.status != http.StatusUnauthorized {
		t.Errorf("unblock: %s, then %s", first.body, second.body)
	}
}

// Whatever is wrong with credentials, the answer is the same.
func TestWrongCredentialsAreAllAlike(t *testing.T) {
	t.Parallel()
	w := newPINWorld(t)
	for _, operation := range []string{"json", "psd2/json", "check/json", "search/json", "control/json"} {
		for _, pair := range [][2]string{
			{"abcd0001", "no"}, {"abcdffff", "no"}, {"abcdffff", secretOf(standardKey)}, {"x", "no"}, {"00000000", "no"}, {"abcd0002", secretOf(standardKey)},
			{strings.Repeat("a", 4000), "no"}, {"abcd0001", strings.Repeat("s", 4000)}, {"ABCD0001 ", secretOf(standardKey)},
		} {
			byForm := w.do(verifying(operation, "api_key", pair[0], "api_secret", pair[1]))
			byBasic := w.do(plain("/verify/"+operation, "").with("Authorization", basic(pair[0], pair[1])))
			for _, a := range []answer{byForm, byBasic} {
				if a.status != http.StatusOK || a.body != `{"status":"4","error_text":"Bad Credentials"}` {
					t.Errorf("%s with %.20q: %d %s", operation, pair, a.status, a.body)
				}
			}
		}
	}
}

// What shows nothing is missing.
func TestBlankCredentials(t *testing.T) {
	t.Parallel()
	w := newPINWorld(t)
	for _, pair := range [][2]string{{" ", secretOf(standardKey)}, {standardKey.String(), "\u200b"}, {"\x00", "\x00"}} {
		byForm := w.do(verifying("json", "api_key", pair[0], "api_secret", pair[1]))
		raw := "Basic " + base64.StdEncoding.EncodeToString([]byte(pair[0]+":"+pair[1]))
		byBasic := w.do(plain("/verify/json", "").with("Authorization", raw))
		for _, a := range []answer{byForm, byBasic} {
			if a.member("status") != "2" {
				t.Errorf("%+q: %s", pair, a.body)
			}
		}
	}
}

// TestBarredAccountsTriggerNothing: what was begun before an account was barred can be cancelled
// and not be sent again.
func TestBarredAccountsTriggerNothing(t *testing.T) {
	t.Parallel()
	w := newPINWorld(t)
	for command, status := range map[string]string{"trigger_next_event": "8", "cancel": "6"} {
		query := merged(credentials(barredKey), "request_id", strings.Repeat("0", 32), "cmd", command)
		if a := w.do(plain("/verify/control/json", query.Encode())); a.member("status") != status {
			t.Errorf("%s: %s", command, a.body)
		}
	}
}
