package api_test

import (
	"cmp"
	"context"
	"encoding/base64"
	"flag"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"
	"github.com/awslabs/aws-lambda-go-api-proxy/httpadapter"
)

var update = flag.Bool("update", false, "write testdata/golden from what net/http answers")

// call is a request before it takes one of the two ways in.
type call struct {
	method, target string
	header         http.Header
	body           string
}

func (c call) with(name, value string) call {
	c.header = c.header.Clone()
	if c.header == nil {
		c.header = http.Header{}
	}
	c.header.Set(name, value)
	return c
}

// callOf gives the call that a request makes.
func callOf(t testing.TB, r *http.Request) call {
	t.Helper()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return call{r.Method, r.URL.RequestURI(), r.Header, string(body)}
}

// goldenCase is one request in a world that it may prepare. Its name begins with its operation.
type goldenCase struct {
	wire, name string
	ask        func(*world) call
}

// transports are the ways in: what reaches a handler by them must not differ.
var transports = map[string]func(testing.TB, http.Handler, call) answer{
	"net/http":    overHTTP,
	"API Gateway": overGateway,
}

// goldens turns cases into entries, one archive for a wire and an operation. CAMARA's version that
// is being written answers as its version 2 under another base, so they share an archive.
func goldens(cases []goldenCase) []goldenEntry {
	var entries []goldenEntry
	for _, c := range cases {
		operation, name, _ := strings.Cut(c.name, "-")
		e := goldenEntry{wire: c.wire, archive: c.wire + "-" + operation, name: cmp.Or(name, "plain")}
		e.play = func(t *testing.T, send transport) string {
			w := newWorld(t)
			asked := c.ask(w)
			return normal(exchanged(t, asked, send(t, w.handler, asked)))
		}
		if c.wire == "camara-wip" {
			e = e.under("camara-2-"+operation, "/number-verification/vwip/", "/number-verification/v2/")
		}
		entries = append(entries, e)
	}
	return entries
}

// usualHeaders are those of nearly every answer. An archive tells only of others.
var usualHeaders = map[string]string{
	"Cache-Control":           "no-store",
	"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
	"Referrer-Policy":         "no-referrer",
	"X-Content-Type-Options":  "nosniff",
}

// exchanged returns the text of a request and its answer.
func exchanged(t *testing.T, asked call, got answer) string {
	t.Helper()
	length, want := got.header.Get("Content-Length"), fmt.Sprint(len(got.body))
	if got.status == http.StatusNoContent {
		want = "" // RFC 9110 §8.6
	}
	if length != want {
		t.Errorf("Content-Length is %s of a body of %d bytes", length, len(got.body))
	}
	return asked.method + " " + asked.target + "\n" + head(asked.header, nil) + "\n" + shown(asked.body) + "\n\n" +
		fmt.Sprintf("%d %s\n%s\n%s\n", got.status, http.StatusText(got.status), head(got.header, usualHeaders), shown(got.body))
}

// head returns the headers that matter, in order: those that are not as usual.
func head(header http.Header, usual map[string]string) string {
	names := slices.AppendSeq(slices.Collect(maps.Keys(header)), maps.Keys(usual))
	slices.Sort(names)
	var lines strings.Builder
	for _, name := range slices.Compact(names) {
		value := strings.Join(header[name], ", ")
		if asUsual, known := usual[name]; name != "Date" && name != "Content-Length" && (!known || value != asUsual) {
			fmt.Fprintf(&lines, "%s: %s\n", name, value)
		}
	}
	return lines.String()
}

// shown returns a body as an archive can hold it.
func shown(body string) string {
	switch {
	case len(body) > 4096:
		return fmt.Sprintf("(%d bytes)", len(body))
	case !utf8.ValidString(body):
		return fmt.Sprintf("(%q)", body)
	default:
		return body
	}
}

// varying are the values that differ from run to run, and what stands for them.
var varying = []struct {
	pattern *regexp.Regexp
	instead string
}{
	{regexp.MustCompile(`"(access_token|id_token)":"[\w-]+\.[\w-]+\.[\w-]+"`), `"$1":"<$1>"`},
	{regexp.MustCompile(`"(refresh_token|auth_req_id)":"[\w-]+"`), `"$1":"<$1>"`},
	{regexp.MustCompile(`\b(assertion|client_assertion|request|token)=[\w-]+\.[\w-]+\.[\w-]*`), `$1=<$1>`},
	{regexp.MustCompile(`\b(code|refresh_token|auth_req_id|token)=[\w-]{64,}`), `$1=<$1>`},
	{regexp.MustCompile(`operatortoken(:|%3A)[\w-]+\.[\w-]+\.[\w-]+`), `operatortoken$1<operator token>`},
	{regexp.MustCompile(`([Bb]earer) [\w-]+\.[\w-]+\.[\w-]*`), `$1 <access_token>`},
	{regexp.MustCompile(`"(kid|x|y|n)":"[\w-]+"`), `"$1":"<$1>"`},
}

func normal(text string) string {
	for _, v := range varying {
		text = v.pattern.ReplaceAllString(text, v.instead)
	}
	return text
}

// overHTTP sends the call to a server of its own.
func overHTTP(t testing.TB, h http.Handler, c call) answer {
	t.Helper()
	server := httptest.NewServer(h)
	defer server.Close()
	r, err := http.NewRequest(c.method, server.URL+c.target, strings.NewReader(c.body))
	if err != nil {
		t.Fatal(err)
	}
	maps.Copy(r.Header, c.header)
	response, err := server.Client().Transport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{response.StatusCode, response.Header, string(body)}
}

// overGateway sends the call as API Gateway does: as an event in payload format 2.0, from the same
// address.
func overGateway(t testing.TB, h http.Handler, c call) answer {
	t.Helper()
	path, query, _ := strings.Cut(c.target, "?")
	event := events.APIGatewayV2HTTPRequest{Version: "2.0", RawPath: path, RawQueryString: query, Headers: map[string]string{}, Body: c.body}
	for name, values := range c.header {
		event.Headers[strings.ToLower(name)] = strings.Join(values, ",")
	}
	if !utf8.ValidString(c.body) {
		event.Body, event.IsBase64Encoded = base64.StdEncoding.EncodeToString([]byte(c.body)), true
	}
	event.RequestContext.DomainName = "api.example"
	event.RequestContext.HTTP.Method = c.method
	event.RequestContext.HTTP.Path = path
	event.RequestContext.HTTP.SourceIP = net.IPv4(127, 0, 0, 1).String()
	got, err := httpadapter.NewV2(h).ProxyWithContext(context.Background(), event)
	if err != nil {
		t.Fatal(err)
	}
	header := http.Header{}
	for name, value := range got.Headers {
		header.Set(name, value)
	}
	return answer{got.StatusCode, header, got.Body}
}
