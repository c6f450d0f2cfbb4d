package host

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"lineproof/e2e/bundle"
	"lineproof/shared/wire"
)

// The limits of HTTP APIs.
const (
	maxBody          = 10 << 20
	integrationLimit = 30 * time.Second
)

// apiAddress is the API's address as the template writes it, with the API's identifier.
const (
	apiID      = "local"
	apiAddress = "https://" + apiID + ".execute-api." + region + "." + suffix
)

// gatewayEvent is an event of payload format 2.0.
type gatewayEvent struct {
	Version         string            `json:"version"`
	RouteKey        string            `json:"routeKey"`
	RawPath         string            `json:"rawPath"`
	RawQueryString  string            `json:"rawQueryString"`
	Cookies         []string          `json:"cookies,omitempty"`
	Headers         map[string]string `json:"headers"`
	Query           map[string]string `json:"queryStringParameters,omitempty"`
	RequestContext  gatewayContext    `json:"requestContext"`
	Body            string            `json:"body,omitempty"`
	IsBase64Encoded bool              `json:"isBase64Encoded"`
}

type gatewayContext struct {
	AccountID    string      `json:"accountId"`
	APIID        string      `json:"apiId"`
	DomainName   string      `json:"domainName"`
	DomainPrefix string      `json:"domainPrefix"`
	HTTP         gatewayHTTP `json:"http"`
	RequestID    string      `json:"requestId"`
	RouteKey     string      `json:"routeKey"`
	Stage        string      `json:"stage"`
	Time         string      `json:"time"`
	TimeEpoch    int64       `json:"timeEpoch"`
}

type gatewayHTTP struct {
	Method    string `json:"method"`
	Path      string `json:"path"`
	Protocol  string `json:"protocol"`
	SourceIP  string `json:"sourceIp"`
	UserAgent string `json:"userAgent"`
}

// gatewayAnswer is what a function gives back.
type gatewayAnswer struct {
	StatusCode      int               `json:"statusCode"`
	Headers         map[string]string `json:"headers"`
	Cookies         []string          `json:"cookies"`
	Body            string            `json:"body"`
	IsBase64Encoded bool              `json:"isBase64Encoded"`
}

// ServeHTTP does what API Gateway does with a request.
func (h *Host) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	at, ok := h.match(r.Method, r.URL.Path)
	if !ok {
		refuse(w, http.StatusNotFound, "Not Found")
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		refuse(w, http.StatusRequestEntityTooLarge, "Request Entity Too Large")
		return
	}
	payload, _ := json.Marshal(newGatewayEvent(at, r, body)) // strings alone: never fails
	result, err := within(r, func() (Result, error) { return h.Invoke(r.Context(), at.Function, payload) })
	switch {
	case errors.Is(err, errTooSlow):
		refuse(w, http.StatusServiceUnavailable, "Service Unavailable")
	case err != nil || result.Failed:
		refuse(w, http.StatusInternalServerError, "Internal Server Error")
	default:
		reply(w, r, result.Payload)
	}
}

var errTooSlow = errors.New("host: integration timed out")

// within gives up on a function that HTTP APIs would not wait for; the function goes on.
func within(r *http.Request, invoke func() (Result, error)) (Result, error) {
	type outcome struct {
		Result
		error
	}
	done := make(chan outcome, 1)
	go func() {
		result, err := invoke()
		done <- outcome{result, err}
	}()
	select {
	case o := <-done:
		return o.Result, o.error
	case <-time.After(integrationLimit):
		return Result{}, errTooSlow
	case <-r.Context().Done():
		return Result{}, r.Context().Err()
	}
}

// match returns the route of a method and path: the path's own with the method, then with any, then
// one with parameters in the same order, then the default.
func (h *Host) match(method, path string) (bundle.Route, bool) {
	literal := func(r bundle.Route) bool { return r.Path == path }
	parameters := func(r bundle.Route) bool { _, ok := wire.Values(r.Path, path); return ok }
	for _, takes := range []func(bundle.Route) bool{literal, parameters} {
		for _, wanted := range []string{method, anyMethod} {
			at := slices.IndexFunc(h.routes, func(r bundle.Route) bool {
				return r.Method == wanted && takes(r)
			})
			if at >= 0 {
				return h.routes[at], true
			}
		}
	}
	at := slices.IndexFunc(h.routes, func(r bundle.Route) bool { return r.Path == otherPath })
	if at < 0 {
		return bundle.Route{}, false
	}
	return h.routes[at], true
}

// anyMethod and otherPath are what [bundle.Route] calls every method and whatever no other route
// takes.
const (
	anyMethod = "ANY"
	otherPath = "/$default"
)

func routeKey(r bundle.Route) string {
	if r.Path == otherPath {
		return "$default"
	}
	return r.Method + " " + r.Path
}

func newGatewayEvent(at bundle.Route, r *http.Request, body []byte) gatewayEvent {
	now := time.Now()
	source, port, _ := net.SplitHostPort(r.RemoteAddr)
	host, _, _ := net.SplitHostPort(r.Host)
	e := gatewayEvent{
		Version: "2.0", RouteKey: routeKey(at), RawPath: r.URL.Path, RawQueryString: r.URL.RawQuery,
		Headers: map[string]string{"host": r.Host, "x-forwarded-for": source, "x-forwarded-port": port, "x-forwarded-proto": "http"},
		RequestContext: gatewayContext{
			AccountID: accountID, APIID: apiID, DomainName: host, DomainPrefix: apiID, RequestID: newRequestID(), RouteKey: routeKey(at),
			Stage: "$default", Time: now.UTC().Format("02/Jan/2006:15:04:05 -0700"), TimeEpoch: now.UnixMilli(),
			HTTP: gatewayHTTP{r.Method, r.URL.Path, r.Proto, source, r.UserAgent()},
		},
	}
	e.fillHeaders(r)
	e.fillBody(r, body)
	return e
}

// fillHeaders writes names in lower case, values of one name joined by commas, and cookies apart.
func (e *gatewayEvent) fillHeaders(r *http.Request) {
	for name, values := range r.Header {
		switch name := strings.ToLower(name); name {
		case "cookie":
			for _, value := range values {
				e.Cookies = append(e.Cookies, strings.Split(value, "; ")...)
			}
		case "x-forwarded-for":
			e.Headers[name] = strings.Join(values, ",") + "," + e.RequestContext.HTTP.SourceIP
		default:
			e.Headers[name] = strings.Join(values, ",")
		}
	}
	for name, values := range r.URL.Query() {
		if e.Query == nil {
			e.Query = map[string]string{}
		}
		e.Query[name] = strings.Join(values, ",")
	}
}

// fillBody passes text on as it is and all else, forms and what is no UTF-8 among it, in base64.
func (e *gatewayEvent) fillBody(r *http.Request, body []byte) {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	text := strings.HasPrefix(kind, "text/") || kind == "" || kind == "application/json" || kind == "application/xml" || kind == "application/javascript"
	if e.Body = string(body); (!text || !utf8.Valid(body)) && len(body) > 0 {
		e.Body, e.IsBase64Encoded = base64.StdEncoding.EncodeToString(body), true
	}
}

// reply writes what the function gave. An answer without a status is a body of JSON, as payload
// format 2.0 has it.
func reply(w http.ResponseWriter, r *http.Request, payload []byte) {
	var answer gatewayAnswer
	if json.Unmarshal(payload, &answer) != nil {
		refuse(w, http.StatusInternalServerError, "Internal Server Error")
		return
	}
	if answer.StatusCode == 0 {
		answer = gatewayAnswer{StatusCode: http.StatusOK, Headers: map[string]string{"content-type": "application/json"}, Body: string(payload)}
	}
	body := []byte(answer.Body)
	if answer.IsBase64Encoded {
		body, _ = base64.StdEncoding.DecodeString(answer.Body)
	}
	for name, value := range answer.Headers {
		w.Header().Set(name, value)
	}
	for _, cookie := range answer.Cookies {
		w.Header().Add("Set-Cookie", cookie)
	}
	w.Header().Set("Apigw-Requestid", newRequestID())
	if w.Header().Get("Content-Type") == "" && len(body) > 0 {
		w.Header().Set("Content-Type", "text/plain")
	}
	w.WriteHeader(answer.StatusCode)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body)
	}
}

// refuse answers in API Gateway's own words.
func refuse(w http.ResponseWriter, status int, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"message": message})
}
