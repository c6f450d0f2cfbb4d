// Package verify2 owns the Verify API (v2) of Vonage: requests that walk a workflow of silent
// steps, SMS and calls, the checks of their codes, what a device gets for its line, and the bodies
// of callbacks.
//
// What begins and ends here is a verification as any other. Its id is written as a UUID, and its
// caller is an application, which is told by callbacks, or an account by HTTP Basic, which is not.
package verify2

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"

	"lineproof/shared/account"
	"lineproof/shared/api"
	"lineproof/shared/fault"
	"lineproof/shared/grant"
	"lineproof/shared/oauth"
	"lineproof/shared/verification"
	"lineproof/shared/web"
)

// callers tells whose a call is.
type callers struct {
	applications oauth.Applications
	accounts     account.Authenticator
}

func callersOf(p CallPorts) callers {
	return callers{
		oauth.Applications{Clients: p.ClientStore(), Replays: p.ReplayStore(), Now: p.Wall},
		p.Accounts(),
	}
}

// caller is whose a call is: an account, and by which of its applications; the zero Client when it
// came with the account's own secret.
type caller struct {
	account     account.Key
	application grant.Client
	// name is that of the request with its JWT (see oauth.Signed); empty when it came with the
	// account's own secret.
	name string
	// repeated tells that the very same request came before, and was perhaps carried out.
	repeated bool
}

// wishSize is how many bytes name a wish: two of one verification are alike once in 2^96.
const wishSize = 12

// wish names the caller's wish for the next step (see verification.Wish): by its request, if that
// can be told from any other.
func (c caller) wish(random io.Reader) ([]byte, error) {
	if c.name != "" {
		return []byte(c.name[:wishSize]), nil
	}
	name := make([]byte, wishSize)
	_, err := io.ReadFull(random, name)
	return name, err
}

// identify reads the body and tells whose the call is, to the log as well. It fails with a
// fault.TooLarge, and as oauth.Applications.Authenticate and api.Basic do.
func (c callers) identify(r *http.Request) (who caller, body []byte, err error) {
	body, err = web.Body(r)
	if err != nil {
		return caller{}, nil, err
	}
	scheme, _, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if strings.EqualFold(scheme, "Basic") {
		own, err := api.Basic(r, c.accounts)
		return caller{account: own.Key}, body, err
	}
	raw, err := web.Bearer(r)
	if err != nil {
		return caller{}, nil, err
	}
	request := append([]byte(r.Method+" "+r.URL.RequestURI()+"\n"), body...)
	signed, err := c.applications.Authenticate(r.Context(), raw, request)
	if err != nil {
		return caller{}, nil, err
	}
	web.Note(r.Context(), "client", signed.Application.ID)
	web.Note(r.Context(), "account", signed.Application.Account)
	return caller{
		account.ParseKey(signed.Application.Account), signed.Application, signed.Name,
		signed.Repeated,
	}, body, nil
}

// payer returns an account that calls. One that does not exist may do nothing: it fails with a
// fault.Forbidden.
func (c callers) payer(ctx context.Context, key account.Key) (account.Account, error) {
	payer, err := c.accounts.Accounts.Account(ctx, key)
	if errors.Is(err, account.ErrNotFound) {
		return payer, fault.New(fault.Forbidden)
	}
	return payer, err
}

// requestID returns the request_id of the path as verifications have it. One that is malformed is
// looked up like any other.
func requestID(r *http.Request) string {
	id, wellFormed := verification.ParseRequestID(r.PathValue("id"))
	if !wellFormed {
		return ""
	}
	return id
}

// told returns a failure with the request_id as this API writes it, or with words for one that is
// malformed.
func told(err error) error {
	failure := fault.As(err)
	if failure.ID == "" && failure.Kind == fault.UnknownRequest {
		return failure.WithID("of that id")
	}
	return failure.WithID(verification.UUID(failure.ID))
}

// done has the log tell how a call ended, and which of the account's verifications it was about.
func done(r *http.Request, id, outcome string) {
	web.Note(r.Context(), "request_id", id)
	web.Note(r.Context(), web.Outcome, outcome)
}
