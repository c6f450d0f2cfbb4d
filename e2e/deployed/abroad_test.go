package deployed_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lineproof/e2e/dynamolocal"
	"lineproof/e2e/host"
	"lineproof/shared/fault"
	"lineproof/shared/wire"
)

// apartVariable tells a process of this binary that it is in a network of its own.
const apartVariable = "LINEPROOF_TEST_APART"

// elsewhere is the network that the operator and all devices are in there: deployments take it for
// a public one.
var elsewhere = netip.MustParsePrefix("11.0.0.0/8")

// TestUpstreamsAsDeployed has one deployment verify by another, over TLS: a deployment calls public
// addresses alone, so both stand in a network of their own, in which such addresses are this
// machine's.
func TestUpstreamsAsDeployed(t *testing.T) {
	t.Parallel()
	if os.Getenv(apartVariable) != "" {
		abroad(t)
		return
	}
	if _, err := built(); err != nil {
		t.Fatal(err)
	}
	_ = os.Remove(leftOut)
	for _, way := range host.Apart() {
		again := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
		again.Env = append(os.Environ(), apartVariable+"=yes", dynamolocal.EndpointVariable+"=")
		again.SysProcAttr = way
		output, err := again.CombinedOutput()
		if errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EINVAL) {
			continue
		}
		if err != nil || !strings.Contains(string(output), "--- PASS: "+t.Name()) {
			t.Errorf("%v:\n%s", err, output)
		}
		return
	}
	const why = "this system gives a process no network of its own"
	if err := os.WriteFile(leftOut, []byte("left out: "+t.Name()+": "+why+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Skip(why)
}

// leftOut tells `make test` what it could not show.
const leftOut = "../../.build/left-out"

// federation is a deployment whose devices are known by another alone, which is its upstream, and
// what goes through both.
type federation struct {
	front, operator *world
	roots           *x509.CertPool
	traces          *traces
	mu              sync.Mutex
	secrets         []string
}

// keep notes what may show nowhere.
func (f *federation) keep(secrets ...string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, s := range secrets {
		if len(s) > 8 {
			f.secrets = append(f.secrets, s)
		}
	}
}

// traces are all that functions tell of what they do to X-Ray.
type traces struct {
	mu   sync.Mutex
	text strings.Builder
}

// listen takes what comes where X-Ray's daemon is by default.
func (t *traces) listen(tb testing.TB) {
	tb.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:2000")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = conn.Close() })
	go func() {
		packet := make([]byte, 64<<10)
		for {
			n, _, err := conn.ReadFrom(packet)
			if err != nil {
				return
			}
			t.mu.Lock()
			t.text.Write(packet[:n])
			t.mu.Unlock()
		}
	}()
}

func (t *traces) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.String()
}

// secured listens at an address with a certificate of its own, and returns that too.
func secured(t *testing.T, at netip.Addr) (net.Listener, []byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	made := x509.Certificate{
		SerialNumber: big.NewInt(1), IPAddresses: []net.IP{at.AsSlice()}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, &made, &made, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := tls.Listen("tcp", netip.AddrPortFrom(at, 0).String(), &tls.Config{
		Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, MinVersion: tls.VersionTLS12,
	})
	if err != nil {
		t.Fatal(err)
	}
	return listener, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

// federate makes both deployments.
func federate(t *testing.T) *federation {
	t.Helper()
	if err := host.Own(elsewhere); err != nil {
		t.Fatal(err)
	}
	f := &federation{roots: x509.NewCertPool(), traces: &traces{}}
	f.traces.listen(t)
	listener, certificate := secured(t, elsewhere.Addr().Next())
	f.roots.AppendCertsFromPEM(certificate)
	trusted := filepath.Join(t.TempDir(), "trusted.pem")
	if err := os.WriteFile(trusted, certificate, 0o600); err != nil {
		t.Fatal(err)
	}
	f.operator = configuredWorld(t, host.Config{Front: listener, BaseURL: "https://" + listener.Addr().String()})
	f.front = configuredWorld(t, host.Config{Trusted: trusted})
	return f
}

// member reads a member of a command's result.
func member(t *testing.T, raw json.RawMessage, name string) string {
	t.Helper()
	var all map[string]json.RawMessage
	if err := json.Unmarshal(raw, &all); err != nil {
		t.Fatal(err)
	}
	var text string
	if json.Unmarshal(all[name], &text) != nil {
		return string(all[name])
	}
	return text
}

// quoted writes values as the JSON that they are in a command.
func quoted(values any) string {
	text, _ := json.Marshal(values) // texts: never fails
	return string(text)
}

// The purpose of all requests, where devices go back to, and the application at the operator.
const (
	clientBack  = "https://client.example/back"
	application = "5a4d8a0e-6e1f-4b0a-9c53-0f1e2d3c4b7a"
)

// outcomes are what comes of the operator's test numbers, by the upstreams that have devices name
// one.
var outcomes = map[string]string{
	"verified": "990123450001", "not-network": "990123450002", "no-number": "990123450003", "unresolved": "990123450004",
}

// join makes the operator's wires upstreams of the front: camara, which knows us by a key and vouches
// for lines by id_tokens; the test numbers in the wire of vonage, by a secret; and the Verify API.
func (f *federation) join(t *testing.T) {
	t.Helper()
	at := f.operator.BaseURL
	f.front.command(t, `{"command":"put-upstream","name":"camara","profile":"camara","client_id":"front","issuer":"`+at+`",
		"advertises_iss":true,"amr":"nba","authorization_endpoint":"`+at+`/oauth2/authorize","token_endpoint":"`+at+`/oauth2/token",
		"verify_url":"`+at+`/number-verification/v2/verify","share_url":"`+at+`/number-verification/v2/device-phone-number"}`)
	key := f.front.command(t, `{"command":"set-upstream-secret","name":"camara"}`)
	f.operator.command(t, `{"command":"register-client","client_id":"front","dialect":"camara-2",
		"redirect_uris":["`+f.front.BaseURL+`/oauth2/callback/camara"],"jwks":{"keys":[`+member(t, key, "jwk")+`]}}`)
	var callbacks []string
	for name := range outcomes {
		callbacks = append(callbacks, f.front.BaseURL+"/oauth2/callback/"+name)
	}
	made := f.operator.command(t, `{"command":"register-client","client_id":"tester","dialect":"vonage","sandbox":true,
		"method":"client_secret_basic","redirect_uris":`+quoted(callbacks)+`}`)
	f.keep(member(t, made, "client_secret"))
	for name, number := range outcomes {
		f.front.command(t, `{"command":"put-upstream","name":"`+name+`","profile":"telefonica","client_id":"tester","secret":"tester",
			"pkce":true,"amr":"nba","scope_verify":"openid {purpose}#number-verification-verify-read",
			"authorization_endpoint":"`+at+`/oauth2/auth?login_hint=tel:%2B`+number+`","token_endpoint":"`+at+`/oauth2/token",
			"verify_url":"`+at+`/camara/number-verification/v031/verify"}`)
	}
	f.front.command(t, `{"command":"set-upstream-secret","name":"verified","client_secret":`+quoted(member(t, made, "client_secret"))+`}`)
	f.front.command(t, `{"command":"put-upstream","name":"steps","profile":"vonage-v2","client_id":"`+application+`",
		"verify_url":"`+at+`/v2/verify","prefixes":["4915"]}`)
	key = f.front.command(t, `{"command":"set-upstream-secret","name":"steps"}`)
	account, _ := f.operator.account(t, "unlimited")
	f.operator.command(t, `{"command":"create-application","application_id":"`+application+`","account":"`+account+`",
		"public_key":`+quoted(member(t, key, "public_key"))+`}`)
	if tested := f.front.command(t, `{"command":"test-upstream","name":"camara"}`); member(t, tested, "ready") != "true" {
		t.Errorf("tried, it is %s", tested)
	}
}

// device makes requests from an address of its own, and follows no redirect.
func (f *federation) device(at netip.Addr) *http.Client {
	from := &net.Dialer{LocalAddr: &net.TCPAddr{IP: at.AsSlice()}}
	return &http.Client{
		Transport: &http.Transport{
			DialContext: from.DialContext, DisableKeepAlives: true,
			TLSClientConfig: &tls.Config{RootCAs: f.roots, MinVersion: tls.VersionTLS12},
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// attach has the operator know who is at an address.
func (f *federation) attach(t *testing.T, at netip.Addr, number string) {
	t.Helper()
	now := time.Now().UTC()
	records := fmt.Sprintf(`{"records":[{"address":%q,"number":%q,"start":%q,"end":%q}]}`,
		at, number, now.Add(-time.Minute).Format(time.RFC3339), now.Add(10*time.Minute).Format(time.RFC3339))
	result, err := f.operator.Invoke(t.Context(), "session-ingest", []byte(records))
	if err != nil || result.Failed {
		t.Fatalf("session-ingest gave %s, %v", result.Payload, err)
	}
}

// travel has a device go to an address and on to where it is sent, until it is answered or at the
// client. It returns where it is at last, and what it was answered there.
func (f *federation) travel(t *testing.T, device *http.Client, location string) (*url.URL, int, []byte) {
	t.Helper()
	for range 10 {
		at, err := url.Parse(location)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"code", "state", "nonce"} {
			f.keep(at.Query().Get(name))
		}
		if strings.HasPrefix(location, clientBack) {
			return at, 0, nil
		}
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, location, nil)
		if err != nil {
			t.Fatal(err)
		}
		response, body := carried(t, device, request)
		if response.StatusCode != http.StatusFound {
			return at, response.StatusCode, body
		}
		location = response.Header.Get("Location")
	}
	t.Fatal("too many hops")
	return nil, 0, nil
}

// party is a client of the front that speaks a wire, and is registered for an upstream.
type party struct {
	*federation
	wire       *wire.Wire
	id, secret string
}

// party registers one.
func (f *federation) party(t *testing.T, w *wire.Wire, upstream string) party {
	t.Helper()
	scopes := append([]string{"openid", purpose}, w.Number.VerifyScopes...)
	for _, scope := range w.Number.ShareScopes {
		if !slices.Contains(scopes, scope) {
			scopes = append(scopes, scope)
		}
	}
	made := f.front.command(t, `{"command":"register-client","dialect":"`+w.Name+`","method":"client_secret_basic","require_pkce":false,
		"redirect_uris":["`+clientBack+`"],"scopes":`+quoted(scopes)+`,"upstream":"`+upstream+`"}`)
	f.keep(member(t, made, "client_secret"))
	return party{f, w, member(t, made, "client_id"), member(t, made, "client_secret")}
}

// route returns the wire's route of an operation, or false.
func (p party) route(of wire.Operation) (wire.Route, bool) {
	i := slices.IndexFunc(p.wire.Routes, func(r wire.Route) bool { return r.Operation == of })
	if i < 0 {
		return wire.Route{}, false
	}
	return p.wire.Routes[i], true
}

// sent has a device authorize the client, and returns with what it comes back.
func (p party) sent(t *testing.T, device *http.Client, scope string) url.Values {
	t.Helper()
	asked := url.Values{
		"response_type": {"code"}, "client_id": {p.id}, "redirect_uri": {clientBack}, "state": {"s"},
		"scope": {"openid " + purpose + " " + scope},
	}
	at, status, body := p.travel(t, device, p.front.BaseURL+"/oauth2/authorize?"+asked.Encode())
	if status != 0 {
		t.Fatalf("%s: at %s the device is answered %d %s; the functions wrote:\n%s", p.wire.Name, at.Path, status, body, tail(p.front.Output()))
	}
	return at.Query()
}

// asked has the client redeem a code and ask by the token.
func (p party) asked(t *testing.T, code string, of wire.Operation, body string) (int, string) {
	t.Helper()
	form := url.Values{"grant_type": {"authorization_code"}, "redirect_uri": {clientBack}, "code": {code}}
	status, text, _ := p.front.call(t, http.MethodPost, "/oauth2/token", p.id, p.secret, "application/x-www-form-urlencoded", form.Encode(), nil)
	var token struct {
		Access string `json:"access_token"`
		ID     string `json:"id_token"`
	}
	if err := json.Unmarshal(text, &token); err != nil || token.Access == "" {
		t.Fatalf("%s: the code is answered %d %s", p.wire.Name, status, text)
	}
	p.keep(token.Access, token.ID)
	route, _ := p.route(of)
	header := http.Header{"Authorization": {"Bearer " + token.Access}}
	status, text, _ = p.front.call(t, route.Method, route.Path, "", "", "application/json", body, header)
	again, _, _ := p.front.call(t, route.Method, route.Path, "", "", "application/json", body, header)
	if status == http.StatusOK && again != http.StatusUnauthorized {
		t.Errorf("%s: the token is good twice: %d", p.wire.Name, again)
	}
	return status, string(text)
}

// abroad is the test, in a network of its own.
func abroad(t *testing.T) {
	f := federate(t)
	f.join(t)
	number, other := someNumber(), someNumber()
	known, nobody := netip.MustParseAddr("11.7.7.7"), netip.MustParseAddr("11.7.7.8")
	f.attach(t, known, number)
	f.keep(number[1:], other[1:])
	t.Run("numbers", func(t *testing.T) { f.numbers(t, number, other, known, nobody) })
	t.Run("failures", func(t *testing.T) { f.failures(t, nobody) })
	t.Run("steps", func(t *testing.T) { f.steps(t, number, other, known) })
	f.quiet(t)
}

// numbers has a client of each wire verify and share the lines of the operator.
func (f *federation) numbers(t *testing.T, number, other string, known, nobody netip.Addr) {
	for _, w := range wire.Wires() {
		if w.Number.Verified == nil {
			continue
		}
		p := f.party(t, w, "camara")
		scope := w.Number.VerifyScopes[0]
		for claimed, want := range map[string]string{number: `"devicePhoneNumberVerified":true`, other: `"devicePhoneNumberVerified":false`} {
			code := p.sent(t, f.device(known), scope).Get("code")
			status, text := p.asked(t, code, wire.Verify, `{"phoneNumber":"`+claimed+`"}`)
			if status != http.StatusOK || !strings.Contains(text, want) {
				t.Errorf("%s: verify is %d %s, want %s", w.Name, status, text, want)
			}
		}
		if _, shares := p.route(wire.Share); shares {
			code := p.sent(t, f.device(known), w.Number.ShareScopes[0]).Get("code")
			if status, text := p.asked(t, code, wire.Share, ""); status != http.StatusOK || !strings.Contains(text, number[1:]) {
				t.Errorf("%s: share is %d %s", w.Name, status, text)
			}
		}
		if back := p.sent(t, f.device(nobody), scope); back.Get("error") != "access_denied" || back.Has("code") {
			t.Errorf("%s: nobody comes back with %v", w.Name, back)
		}
	}
}

// failures has clients of two wires told in their words what the operator says in those of vonage.
func (f *federation) failures(t *testing.T, at netip.Addr) {
	for _, w := range wire.Wires() {
		if w.Name != "camara-2" && w.Name != "telefonica" {
			continue
		}
		for name, kind := range map[string]fault.Kind{"not-network": fault.NotNetworkAuthenticated, "no-number": fault.NoNumber} {
			p := f.party(t, w, name)
			code := p.sent(t, f.device(at), w.Number.VerifyScopes[0]).Get("code")
			status, text := p.asked(t, code, wire.Verify, `{"phoneNumber":"+`+outcomes[name]+`"}`)
			if want := w.Failures.Of(kind); status != want.Status || !strings.Contains(text, fmt.Sprint(want.Code)) {
				t.Errorf("%s, %s: verify is %d %s, want %d %v", w.Name, name, status, text, want.Status, want.Code)
			}
		}
		p := f.party(t, w, "unresolved")
		if back := p.sent(t, f.device(at), w.Number.VerifyScopes[0]); back.Get("error") != "access_denied" || back.Has("code") {
			t.Errorf("%s: unresolved it comes back with %v", w.Name, back)
		}
		p = f.party(t, w, "verified")
		code := p.sent(t, f.device(at), w.Number.VerifyScopes[0]).Get("code")
		status, text := p.asked(t, code, wire.Verify, `{"phoneNumber":"+`+outcomes["verified"]+`"}`)
		if status != http.StatusOK || !strings.Contains(text, `"devicePhoneNumberVerified":true`) {
			t.Errorf("%s: verified it is %d %s", w.Name, status, text)
		}
	}
}

// steps has the operator carry silent steps out that begin with the number.
func (f *federation) steps(t *testing.T, number, other string, known netip.Addr) {
	key, secret := f.front.account(t, "unlimited")
	ask := func(path, body string) (int, map[string]any) {
		status, text, _ := f.front.call(t, http.MethodPost, path, key, secret, "application/json", body, nil)
		var answer map[string]any
		if err := json.Unmarshal(text, &answer); err != nil {
			t.Fatalf("%s is answered %d %s", path, status, text)
		}
		return status, answer
	}
	for called, want := range map[string]int{number: http.StatusOK, other: http.StatusForbidden} {
		step := `{"channel":"%s","to":"` + called[1:] + `"}`
		_, begun := ask("/v2/verify", fmt.Sprintf(`{"brand":"Acme","workflow":[`+step+`,`+step+`]}`, "silent_auth", "sms"))
		id := fmt.Sprint(begun["request_id"])
		at, status, body := f.travel(t, f.device(known), fmt.Sprint(begun["check_url"]))
		if status != want || !strings.HasPrefix(at.String(), f.operator.BaseURL+"/v2/verify/") || strings.Contains(at.Path, id) {
			t.Fatalf("at %s the device is answered %d %s; the functions wrote:\n%s", at, status, body, tail(f.front.Output()))
		}
		f.keep(strings.TrimPrefix(at.String(), f.operator.BaseURL))
		var given struct{ Code string }
		_ = json.Unmarshal(body, &given) // a refusal has none
		f.keep(given.Code)
		checked, answer := ask("/v2/verify/"+id, `{"code":"`+given.Code+`x"}`)
		if checked == http.StatusOK {
			t.Errorf("a wrong code is answered %v", answer)
		}
		if want == http.StatusOK {
			if checked, answer = ask("/v2/verify/"+id, `{"code":"`+given.Code+`"}`); checked != http.StatusOK || answer["status"] != "completed" {
				t.Errorf("the code is answered %d %v", checked, answer)
			}
		}
	}
}

// quiet wants nothing that went through to show in what the functions wrote, in their traces, or in
// what is stored.
func (f *federation) quiet(t *testing.T) {
	t.Helper()
	if len(f.secrets) < 100 {
		t.Errorf("only %d secrets went through", len(f.secrets))
	}
	stored := f.stored(t, f.front, "GrantsTable", "BreakersTable", "UpstreamsTable", "ReplaysTable")
	traced := f.traces.String()
	for where, text := range map[string]string{
		"front's log": f.front.Output(), "operator's log": f.operator.Output(), "traces": traced, "front's tables": stored,
	} {
		for _, secret := range f.secrets {
			if strings.Contains(text, secret) {
				at := strings.Index(text, secret)
				t.Errorf("%q is in the %s: %s", secret, where, text[max(0, at-200):min(len(text), at+200)])
			}
		}
	}
	for _, want := range []string{`"name":"callback"`, `"name":"verify"`, `"operation":"UpdateItem"`} {
		if !strings.Contains(traced, want) {
			t.Errorf("no trace has %s", want)
		}
	}
	if !strings.Contains(stored, "camara") || !strings.Contains(f.front.Output(), `"told":"match"`) {
		t.Error("nothing is stored or logged of upstreams")
	}
}

// stored returns all texts and bytes in tables of a deployment.
func (f *federation) stored(t *testing.T, w *world, tables ...string) string {
	t.Helper()
	var all strings.Builder
	for _, logical := range tables {
		table := w.Physical(logical)
		pages := dynamodb.NewScanPaginator(w.cloud.DynamoDB(), &dynamodb.ScanInput{TableName: &table})
		for pages.HasMorePages() {
			page, err := pages.NextPage(context.WithoutCancel(t.Context()))
			if err != nil {
				t.Fatal(err)
			}
			for _, item := range page.Items {
				for _, value := range item {
					switch v := value.(type) {
					case *types.AttributeValueMemberS:
						all.WriteString(v.Value + "\n")
					case *types.AttributeValueMemberN:
						all.WriteString(v.Value + "\n")
					case *types.AttributeValueMemberB:
						all.Write(append(v.Value, '\n'))
					}
				}
			}
		}
	}
	return all.String()
}
