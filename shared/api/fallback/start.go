// Package fallback owns the operations of fallbacks: starting one, asking how it stands, checking
// its code. What a PIN is asked for with are the parameters of the Verify API.
package fallback

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"net/http"
	"net/url"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/api"
	"lineproof/shared/api/nexmo"
	"lineproof/shared/fallback"
	"lineproof/shared/fault"
	"lineproof/shared/verification"
	"lineproof/shared/web"
)

// starting is what starting a fallback needs.
type starting struct {
	accounts account.Authenticator
	admitter verification.Admitter
	reader   nexmo.Reader // of the PIN request, which is checked before anything starts
	store    fallback.BeginStore
	machine  fallback.Starter
	keys     fallback.Ring
	names    fallback.Names
	issuer   string
	now      func() time.Time
	random   io.Reader
}

// startAnswer is the body of a fallback that was started.
type startAnswer struct {
	Execution string `json:"execution"`
	CheckURL  string `json:"check_url"`
}

// fallbackPath is where fallbacks are started and asked for.
const fallbackPath = "/fallback"

// idempotencyHeader names the fallback, so that a call that is repeated starts nothing new.
const idempotencyHeader = "Idempotency-Key"

// Start starts a verification that tries the silent way first and falls back to a PIN. The body is
// a JSON object: the parameters of a verification request (Verify API), client_ip, purpose, and
// silent, the parameters of the token request that proves who holds the line. Credentials are those
// of the account, by HTTP Basic.
//
// An Idempotency-Key stands for the one request that it first started with
// (draft-ietf-httpapi-idempotency-key-header §2.7): repeated, that is the same fallback, and any
// other fails with fault.KeyReused. What was refused used no key.
//
// It takes its ports, what reads the parameters, and what runs the steps.
func Start(p StartPorts, reader nexmo.Reader, machine fallback.Starter) web.Endpoint {
	f := starting{
		accounts: p.Accounts(), admitter: verification.NewAdmitter(p), reader: reader,
		store: p.NewFallbacks(), machine: machine, keys: p.FallbackKeys(),
		names: p.FallbackNames(), issuer: p.Issuer(), now: p.Now, random: p.Random(),
	}
	return func(r *http.Request) (any, error) {
		who, err := api.Basic(r, f.accounts)
		if err != nil {
			return nil, err
		}
		named, err := f.name(r, who)
		if err != nil {
			return nil, err
		}
		stands, err := f.started(r.Context(), named)
		if errors.Is(err, fallback.ErrNotFound) {
			stands, err = f.start(r, who, named)
		}
		if err != nil {
			return nil, err
		}
		if stands.State == fallback.Silent {
			if err := f.machine.Start(r.Context(), stands.Execution); err != nil {
				return nil, err
			}
		}
		web.Note(r.Context(), "execution", stands.Execution)
		web.Note(r.Context(), web.Outcome, string(stands.State))
		state := fallbackPath + "?execution=" + url.QueryEscape(stands.Execution)
		return startAnswer{stands.Execution, f.issuer + state}, nil
	}
}

// named is a request with the name of its fallback.
type named struct {
	execution string
	members   web.Members
	digest    []byte
	repeats   bool // it has a key of its caller's, so it may have come before
}

// name reads the request and names its fallback.
func (f starting) name(r *http.Request, who account.Account) (named, error) {
	n := named{}
	key, given := web.Header(r, idempotencyHeader)
	if !given {
		key = rand.Text()
	} else if key, n.repeats = fallback.ParseKey(key); !n.repeats {
		return n, fault.In(fault.InvalidParam, idempotencyHeader)
	}
	body, err := web.Body(r)
	if err != nil {
		return n, err
	}
	if n.members, err = web.ParseObject(body); err != nil {
		return n, err
	}
	n.execution = f.names.Execution(who.Key, key)
	n.digest, err = f.names.Digest(n.execution, body)
	return n, err
}

// started returns the fallback that the request has started before. It fails with
// fallback.ErrNotFound when there is none, and with a fault.KeyReused when another request has.
func (f starting) started(ctx context.Context, n named) (fallback.Fallback, error) {
	if !n.repeats {
		return fallback.Fallback{}, fallback.ErrNotFound
	}
	stands, err := f.store.Fallback(ctx, n.execution)
	switch {
	case err != nil:
		return stands, err
	case !f.now().Before(stands.Expires):
		return stands, fallback.ErrNotFound
	case !stands.Same(n.digest):
		return stands, fault.New(fault.KeyReused)
	}
	return stands, nil
}

// start begins the fallback. When a request under the same key comes first, it is that one's.
func (f starting) start(r *http.Request, who account.Account, n named) (fallback.Fallback, error) {
	begun, err := f.read(who, n)
	if err != nil {
		return begun, err
	}
	caller := verification.CallerOf(who, f.accounts.Peppers)
	if err := f.admitter.Admit(r.Context(), caller, begun.Number); err != nil {
		return begun, err
	}
	err = f.store.Begin(r.Context(), begun, f.now())
	if errors.Is(err, fallback.ErrRefused) {
		return f.started(r.Context(), n)
	}
	return begun, err
}

// pinParams are the parameters of a verification request that a fallback takes.
var pinParams = []string{
	"number",
	"country",
	"brand",
	"sender_id",
	"code_length",
	"lg",
	"require_type",
	"pin_expiry",
	"next_event_wait",
	"workflow_id",
	"client_ip",
}

// wantedMembers are all that the body may hold; silentMembers are those of silent: a token
// request's parameters (RFC 6749 §4.1.3, RFC 7521 §4, RFC 7523 §2.1, CIBA Core §10.1) and its
// header.
var (
	wantedMembers = append([]string{"purpose", "silent"}, pinParams...)
	silentMembers = []string{
		"grant_type", "code", "redirect_uri", "code_verifier", "auth_req_id", "assertion", "scope",
		"client_id", "client_secret", "client_assertion", "client_assertion_type", "authorization",
	}
)

// read reads and checks what is asked for, and makes the fallback of it.
func (f starting) read(who account.Account, n named) (fallback.Fallback, error) {
	q, err := f.wanted(n.members, who)
	if err != nil {
		return fallback.Fallback{}, err
	}
	begun := fallback.Fallback{
		Execution: n.execution, Account: who.Key, Number: q.Order.Line.Number, Digest: n.digest,
		State: fallback.Silent, Expires: f.now().Add(fallback.Life),
	}
	if len(q.Token) == 0 {
		begun.Silence = fallback.SilentResult{Outcome: fallback.NotTried}
	}
	if begun.Sealed, err = f.keys.Active().Seal(q, n.execution, f.random); err != nil {
		return begun, err
	}
	nonce, err := verification.NewNonce(f.random)
	begun.Nonce = nonce/2 + 1 // those that follow it are nonces as well
	return begun, err
}

// wanted reads the members of the body.
func (f starting) wanted(members web.Members, who account.Account) (fallback.Request, error) {
	q := fallback.Request{Params: map[string]string{}}
	err := known(members, "", wantedMembers)
	if err != nil {
		return q, err
	}
	if q.Purpose, err = parameter(members, "purpose"); err != nil {
		return q, err
	}
	if q.Token, q.Authorization, err = silentParams(members); err != nil {
		return q, err
	}
	for _, name := range pinParams {
		if q.Params[name], err = parameter(members, name); err != nil {
			return q, err
		}
	}
	q.Order, err = f.reader.Verify(func(name string) string { return q.Params[name] }, who.Terms)
	return q, err
}
