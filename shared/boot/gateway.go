package boot

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/awslabs/aws-lambda-go-api-proxy/core"
	"github.com/awslabs/aws-lambda-go-api-proxy/httpadapter"

	"lineproof/shared/fault"
	"lineproof/shared/web"
	"lineproof/shared/wire"
)

// margin is how long before Lambda's limit an answer must be on its way: what runs out of time then
// is still told so by us.
const margin = 400 * time.Millisecond

// HTTP runs the function that serves an operation's routes behind an API Gateway HTTP API (payload
// format 2.0), also when it is invoked with such an event by anybody else. build wires the
// endpoint; nil serves what no route takes. HTTP never returns.
func HTTP(operation wire.Operation, build func(*Env) web.Endpoint) {
	name := string(operation)
	run(this(name), build, func(log *slog.Logger, w *wired[web.Endpoint]) invocation {
		return gateway(name, web.Mount(log, served(w), wire.Routes(operation)))
	})
}

// served gives the endpoint as it is wired at each request.
func served(w *wired[web.Endpoint]) web.Endpoint {
	return func(r *http.Request) (any, error) {
		endpoint, err := w.current(r.Context())
		if err != nil {
			return nil, inTime(r.Context(), fault.Wrap(fault.Unavailable, err))
		}
		answer, err := endpoint(r)
		return answer, inTime(r.Context(), err)
	}
}

// inTime names the failure of a request that ran out of its time.
func inTime(ctx context.Context, err error) error {
	if err == nil || !errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return err
	}
	if class := fault.Of(err).Class(); class == fault.Unavailable || class == fault.Internal {
		return fault.Wrap(fault.Timeout, err)
	}
	return err
}

// gateway gives the invocation that has handler answer API Gateway's events.
func gateway(name string, handler http.Handler) invocation {
	adapter := httpadapter.NewV2(withCertificate(handler))
	return func(ctx context.Context, payload []byte) ([]byte, error) {
		event, err := readEvent(payload)
		if err != nil {
			return nil, err
		}
		ctx, cancel := early(ctx)
		defer cancel()
		var answer events.APIGatewayV2HTTPResponse
		trace(ctx, name, func(ctx context.Context) int {
			if invoked, ok := lambdacontext.FromContext(ctx); ok {
				ctx = web.Identified(ctx, invoked.AwsRequestID)
			}
			answer, err = adapter.ProxyWithContext(ctx, event)
			return answer.StatusCode
		})
		if err != nil {
			return nil, errEvent
		}
		return json.Marshal(answer)
	}
}

// early gives the invocation's context with a deadline that leaves the time to answer: the margin,
// or half of what is left when that is little.
func early(ctx context.Context) (context.Context, context.CancelFunc) {
	limit, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	return context.WithDeadline(ctx, limit.Add(-min(margin, time.Until(limit)/2)))
}

// readEvent reads an event and makes it one that the adapter can turn into a request, whatever a
// client sent: the adapter writes what it cannot read to the log.
func readEvent(payload []byte) (events.APIGatewayV2HTTPRequest, error) {
	var event events.APIGatewayV2HTTPRequest
	if json.Unmarshal(payload, &event) != nil || !isToken(event.RequestContext.HTTP.Method) {
		return event, errEvent
	}
	if event.RawPath == "" {
		event.RawPath = event.RequestContext.HTTP.Path
	}
	// API Gateway gives the path decoded
	event.RawPath = (&url.URL{Path: event.RawPath}).EscapedPath()
	event.RawQueryString = strings.Map(printable, event.RawQueryString)
	event.RequestContext.DomainName = "" // the issuer tells who we are, never the request
	if _, err := base64.StdEncoding.DecodeString(event.Body); event.IsBase64Encoded && err != nil {
		return event, errEvent
	}
	return event, nil
}

// isToken tells whether text can be an HTTP method.
func isToken(text string) bool {
	return text != "" &&
		strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-") == ""
}

// printable drops the characters that no URL holds.
func printable(c rune) rune {
	if c <= ' ' || c == '#' || c == 0x7f {
		return -1
	}
	return c
}

// withCertificate gives requests what net/http would have told of the client's certificate, which
// API Gateway has verified against the trust store of its domain.
func withCertificate(handler http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if event, ok := core.GetAPIGatewayV2ContextFromContext(r.Context()); ok {
			r.TLS = handshake(event.Authentication.ClientCert.ClientCertPem)
		}
		handler.ServeHTTP(w, r)
	})
}

// handshake gives the TLS state of a client with this certificate; nil without one.
func handshake(text string) *tls.ConnectionState {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil
	}
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil
	}
	chain := []*x509.Certificate{certificate}
	return &tls.ConnectionState{
		PeerCertificates: chain,
		VerifiedChains:   [][]*x509.Certificate{chain},
	}
}
