package boot

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"math/big"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"lineproof/shared/fault"
	"lineproof/shared/network"
	"lineproof/shared/web"
	"lineproof/shared/wire"
)

// eventOf gives an event of payload format 2.0, as API Gateway writes it.
func eventOf(method, path, query, body string) events.APIGatewayV2HTTPRequest {
	return events.APIGatewayV2HTTPRequest{
		Version: "2.0", RouteKey: method + " " + path, RawPath: path, RawQueryString: query, Body: body,
		Headers: map[string]string{"content-type": "application/json"},
		RequestContext: events.APIGatewayV2HTTPRequestContext{
			DomainName: "api.example", Stage: "$default", RequestID: "JKJaXmPLvHcESHA=",
			HTTP: events.APIGatewayV2HTTPRequestContextHTTPDescription{Method: method, Path: path, SourceIP: "198.51.100.7"},
		},
	}
}

func payloadOf(t *testing.T, event any) []byte {
	t.Helper()
	payload, err := json.Marshal(event)
	if err != nil {
		t.Fatal(err)
	}
	return payload
}

func ask(t *testing.T, invoke invocation, payload []byte) events.APIGatewayV2HTTPResponse {
	t.Helper()
	text, err := invoke(t.Context(), payload)
	if err != nil {
		t.Fatal(err)
	}
	var answer events.APIGatewayV2HTTPResponse
	if err := json.Unmarshal(text, &answer); err != nil {
		t.Fatal(err)
	}
	return answer
}

// echo tells what arrived.
var echo = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	w.Header().Set("X-Path", r.URL.Path)
	w.Header().Set("X-Query", r.URL.RawQuery)
	w.Header().Set("X-Remote", r.RemoteAddr)
	_, _ = w.Write(append([]byte(r.Method+" "), body...))
})

func TestGatewayEvents(t *testing.T) {
	t.Parallel()
	invoke := gateway("echo", echo)
	encoded := eventOf("POST", "/a", "", base64.StdEncoding.EncodeToString([]byte{0xff, 0x00, 'x'}))
	encoded.IsBase64Encoded = true
	noRawPath := eventOf("GET", "/only/context", "", "")
	noRawPath.RawPath = ""
	for name, tt := range map[string]struct {
		event             events.APIGatewayV2HTTPRequest
		body, path, query string
	}{
		"plain":            {eventOf("POST", "/a", "b=c&b=d", `{"e":1}`), `POST {"e":1}`, "/a", "b=c&b=d"},
		"no raw path":      {noRawPath, "GET ", "/only/context", ""},
		"decoded path":     {eventOf("GET", "/a?b=c#d%zz\n", "", ""), "GET ", "/a?b=c#d%zz\n", ""},
		"broken query":     {eventOf("GET", "/a", "b=%zz#c \nd", ""), "GET ", "/a", "b=%zzcd"},
		"a host of no use": {withDomain(eventOf("GET", "/a", "", ""), "a b\n/c?d"), "GET ", "/a", ""},
	} {
		answer := ask(t, invoke, payloadOf(t, tt.event))
		if answer.StatusCode != 200 || answer.Body != tt.body || answer.Headers["X-Path"] != tt.path || answer.Headers["X-Query"] != tt.query ||
			answer.Headers["X-Remote"] != "198.51.100.7" {
			t.Errorf("%s: %+v", name, answer)
		}
	}
	answer := ask(t, invoke, payloadOf(t, encoded))
	if body, err := base64.StdEncoding.DecodeString(answer.Body); err != nil || !answer.IsBase64Encoded || !bytes.Equal(body, []byte("POST \xff\x00x")) {
		t.Errorf("a binary body came as %q", answer.Body)
	}
}

func withDomain(event events.APIGatewayV2HTTPRequest, name string) events.APIGatewayV2HTTPRequest {
	event.RequestContext.DomainName = name
	return event
}

func TestNoEventIsAFailureWithoutItsText(t *testing.T) {
	t.Parallel()
	invoke := gateway("echo", echo)
	badBody := eventOf("POST", "/a", "", "+3361234567")
	badBody.IsBase64Encoded = true
	for name, payload := range map[string][]byte{
		"empty":         nil,
		"no JSON":       []byte("+33612345678"),
		"a number":      []byte("33612345678"),
		"wrong type":    []byte(`{"body": 33612345678}`),
		"another event": []byte(`{"Records": []}`),
		"format 1.0":    []byte(`{"httpMethod": "GET", "path": "/a"}`),
		"no method":     payloadOf(t, eventOf("", "/a", "", "")),
		"odd method":    payloadOf(t, eventOf("GET 33612345678", "/a", "", "")),
		"no base64":     payloadOf(t, badBody),
	} {
		if _, err := invoke(t.Context(), payload); !errors.Is(err, errEvent) || strings.Contains(err.Error(), "336123") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func FuzzEvent(f *testing.F) {
	f.Add("GET", "/oauth2/authorize", "a=b", "", "x", false)
	f.Add("POST", "/%zz?#", "#%\x00", "\xff", ",,", true)
	f.Add("g", "", "?", "AA==", "\n", true)
	log.SetOutput(io.Discard)
	invoke := gateway("echo", web.Mount(newLog(io.Discard, 0), nil, nil))
	f.Fuzz(func(t *testing.T, method, path, query, body, header string, encoded bool) {
		event := eventOf(method, path, query, body)
		event.IsBase64Encoded = encoded
		event.Headers["x-correlator"], event.Headers[header] = header, header
		payload, err := json.Marshal(event)
		if err != nil {
			t.Skip()
		}
		text, err := invoke(context.Background(), payload)
		var answer events.APIGatewayV2HTTPResponse
		if err == nil && (json.Unmarshal(text, &answer) != nil || answer.StatusCode < 400 || answer.StatusCode >= 500) {
			t.Errorf("answered %s", text)
		}
		if err != nil && !errors.Is(err, errEvent) {
			t.Error(err)
		}
	})
}

// The adapter logs and prints what it cannot read; it must never have to.
func TestAdapterIsNeverLeftToComplain(t *testing.T) {
	var seen bytes.Buffer
	log.SetOutput(&seen)
	defer log.SetOutput(os.Stderr)
	invoke := gateway("echo", echo)
	for _, event := range []events.APIGatewayV2HTTPRequest{
		eventOf("GET", "/\x7f\x01", "\x00=%", ""), eventOf("G T", "/", "", ""), withDomain(eventOf("GET", "/", "", ""), "[::"),
	} {
		_, _ = invoke(t.Context(), payloadOf(t, event))
	}
	if seen.Len() > 0 {
		t.Errorf("logged %q", seen.String())
	}
}

func TestClientCertificateIsLocated(t *testing.T) {
	t.Parallel()
	text := certificate(t)
	block, _ := pem.Decode([]byte(text))
	want := network.FingerprintDER(block.Bytes)
	var got network.Connection
	invoke := gateway("locate", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = network.ConnectionOf(r, nil)
		w.WriteHeader(http.StatusNoContent)
	}))
	for sent, expected := range map[string]network.Fingerprint{text: want, "": {}, "no certificate": {}} {
		event := eventOf("GET", "/", "", "")
		event.RequestContext.Authentication.ClientCert.ClientCertPem = sent
		ask(t, invoke, payloadOf(t, event))
		if got.Certificate != expected || got.Address.Addr().String() != "198.51.100.7" {
			t.Errorf("located %v at %v, want %v", got.Certificate, got.Address, expected)
		}
	}
}

func certificate(t *testing.T) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

// What hangs is told to be late while there is time to say so: the margin, or half of what is left.
func TestAnswersBeforeTheLimit(t *testing.T) {
	t.Parallel()
	hang := func(r *http.Request) (any, error) {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	for limit, want := range map[time.Duration]time.Duration{
		10 * time.Second: 10*time.Second - margin, 200 * time.Millisecond: 100 * time.Millisecond,
	} {
		w := assemble(from(nil), func(*Env) web.Endpoint { return hang })
		invoke := gateway("verify", web.Mount(newLog(io.Discard, 0), served(w), wire.Routes(wire.Verify)))
		payload := payloadOf(t, eventOf("POST", verifyPath, "", claim))
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), limit)
			defer cancel()
			began := time.Now()
			text, err := invoke(ctx, payload)
			if took := time.Since(began); err != nil || took != want || !strings.Contains(string(text), "TIMEOUT") {
				t.Errorf("with %v to go it answers %s, %v after %v, want %v", limit, text, err, took, want)
			}
		})
	}
}

func TestWhatRunsOutOfTimeIsATimeout(t *testing.T) {
	t.Parallel()
	over, cancel := context.WithDeadline(t.Context(), time.Unix(1, 0))
	defer cancel()
	for name, tt := range map[string]struct {
		ctx  context.Context
		err  error
		want fault.Kind
	}{
		"store away, time over":     {over, fault.New(fault.Unavailable), fault.Timeout},
		"something else, time over": {over, errors.New("some"), fault.Timeout},
		"refused, time over":        {over, fault.New(fault.InvalidCredentials), fault.InvalidCredentials},
		"store away, time left":     {t.Context(), fault.New(fault.Unavailable), fault.Unavailable},
	} {
		if got := fault.Of(inTime(tt.ctx, tt.err)); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	if inTime(over, nil) != nil {
		t.Error("an answer that came in time's last moment is a failure")
	}
}

func TestUnmatchedServesEveryWiresRefusal(t *testing.T) {
	t.Parallel()
	w := assemble(from(nil), func(*Env) web.Endpoint { return nil })
	if err := w.err(); err != nil {
		t.Fatal(err)
	}
	invoke := gateway("unmatched", web.Mount(newLog(io.Discard, 0), served(w), wire.Routes(wire.Unmatched)))
	answer := ask(t, invoke, payloadOf(t, eventOf("GET", "/nothing/here", "", "")))
	if answer.StatusCode != http.StatusNotFound || !strings.Contains(answer.Body, "NOT_FOUND") {
		t.Errorf("answered %d %s", answer.StatusCode, answer.Body)
	}
	answer = ask(t, invoke, payloadOf(t, eventOf("PUT", "/oauth2/token", "", "")))
	if answer.StatusCode != http.StatusMethodNotAllowed || answer.Headers["Allow"] != "POST" {
		t.Errorf("answered %d, Allow %q", answer.StatusCode, answer.Headers["Allow"])
	}
}
