package api_test

import (
	"context"
	"encoding/base64"
	"flag"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
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

// goldenCase is one request in a world that it may prepare.
type goldenCase struct {
	wire, name string
	ask        func(*world) call
}

// transports are the ways in: what reaches a handler by them must not differ.
var transports = map[string]func(testing.TB, http.Handler, call) answer{
	"net/http":    overHTTP,
	"API Gateway": overGateway,
}

// golden runs each case by both transports, each in a world of its own, and compares with the one file.
func golden(t *testing.T, cases []goldenCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.wire+"/"+c.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join("testdata", "golden", c.wire, c.name+".golden")
			if *update {
				write(t, path, play(t, c, overHTTP))
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for name, transport := range transports {
				if got := play(t, c, transport); got != string(want) {
					t.Errorf("by %s, not as in %s:\n%s", name, path, got)
				}
			}
		})
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// play gives the text of the case's request and answer.
func play(t *testing.T, c goldenCase, transport func(testing.TB, http.Handler, call) answer) string {
	t.Helper()
	w := newWorld(t)
	asked := c.ask(w)
	got := transport(t, w.handler, asked)
	if length := got.header.Get("Content-Length"); length != fmt.Sprint(len(got.body)) {
		t.Errorf("Content-Length is %s of a body of %d bytes", length, len(got.body))
	}
	return normal(asked.method+" "+asked.target+"\n"+head(asked.header)+"\n"+shown(asked.body)) + "\n\n" +
		normal(fmt.Sprintf("%d %s\n%s\n%s", got.status, http.StatusText(got.status), head(got.header), shown(got.body))) + "\n"
}

// head gives the headers that matter, in order.
func head(header http.Header) string {
	var lines strings.Builder
	for _, name := range slices.Sorted(maps.Keys(header)) {
		if name != "Date" && name != "Content-Length" {
			fmt.Fprintf(&lines, "%s: %s\n", name, strings.Join(header[name], ", "))
		}
	}
	return lines.String()
}

// shown gives a body as a golden file can hold it.
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
	{regexp.MustCompile(`Bearer [\w-]+\.[\w-]+\.[\w-]*`), `Bearer <access_token>`},
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

// overGateway sends the call as API Gateway does: as an event in payload format 2.0, from the same address.
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
