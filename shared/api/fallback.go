package api

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"lineproof/shared/account"
	"lineproof/shared/fallback"
	"lineproof/shared/fault"
	"lineproof/shared/phone"
	"lineproof/shared/pin"
	"lineproof/shared/web"
)

// Fallbacks is what starting a fallback needs.
type Fallbacks struct {
	// Accounts tells whose a call is.
	Accounts Accounts
	// Admitter takes the account's meters.
	Admitter pin.Admitter
	// Reader reads the parameters of the PIN request, which are checked before anything starts.
	Reader pin.Reader
	// Store begins fallbacks, Machine runs them.
	Store   fallback.Beginnings
	Machine fallback.Machine
	// Keys returns the ring that seals what was asked for, Names what names fallbacks.
	Keys  func() fallback.Ring
	Names func() fallback.Names
	// Issuer is the URL that the service is reached at.
	Issuer string
	// Now tells the time; Random gives nonces.
	Now    Clock
	Random io.Reader
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

// FallbackStart starts a verification that tries the silent way first and falls back to a PIN. The body is a JSON object: the
// parameters of a verification request (Verify API), client_ip, purpose, and silent, the parameters of the token request that
// proves who holds the line. Credentials are those of the account, by HTTP Basic.
//
// An Idempotency-Key stands for the one request that it first started with (draft-ietf-httpapi-idempotency-key-header §2.7):
// repeated, that is the same fallback, and any other fails with fault.KeyReused. What was refused used no key.
func FallbackStart(f Fallbacks) web.Endpoint {
	return func(r *http.Request) (any, error) {
		who, err := f.Accounts.basic(r)
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
			if err := f.Machine.Start(r.Context(), stands.Execution); err != nil {
				return nil, err
			}
		}
		web.Note(r.Context(), "execution", stands.Execution)
		web.Note(r.Context(), web.Outcome, string(stands.State))
		return startAnswer{stands.Execution, f.Issuer + fallbackPath + "?execution=" + url.QueryEscape(stands.Execution)}, nil
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
func (f Fallbacks) name(r *http.Request, who account.Account) (named, error) {
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
	n.execution = f.Names().Execution(who.Key, key)
	n.digest, err = f.Names().Digest(n.execution, body)
	return n, err
}

// started returns the fallback that the request has started before. It fails with fallback.ErrNotFound when there is none, and with
// a fault.KeyReused when another request has.
func (f Fallbacks) started(ctx context.Context, n named) (fallback.Fallback, error) {
	if !n.repeats {
		return fallback.Fallback{}, fallback.ErrNotFound
	}
	stands, err := f.Store.Fallback(ctx, n.execution)
	switch {
	case err != nil:
		return stands, err
	case !f.Now().Before(stands.Expires):
		return stands, fallback.ErrNotFound
	case !stands.Same(n.digest):
		return stands, fault.New(fault.KeyReused)
	}
	return stands, nil
}

// start begins the fallback. When a request under the same key comes first, it is that one's.
func (f Fallbacks) start(r *http.Request, who account.Account, n named) (fallback.Fallback, error) {
	begun, err := f.read(who, n)
	if err != nil {
		return begun, err
	}
	if err := f.Admitter.Admit(r.Context(), callerOf(who, f.Accounts.Authenticator.Peppers), begun.Number); err != nil {
		return begun, err
	}
	err = f.Store.Begin(r.Context(), begun, f.Now())
	if errors.Is(err, fallback.ErrRefused) {
		return f.started(r.Context(), n)
	}
	return begun, err
}

// basic authenticates an account by HTTP Basic alone.
func (a Accounts) basic(r *http.Request) (account.Account, error) {
	key, secret, ok := r.BasicAuth()
	if !ok {
		return account.Account{}, fault.New(fault.MissingCredentials)
	}
	who, err := a.authenticate(r, account.Credentials{Key: key, Secret: secret})
	if fault.Is(err, fault.MissingParam, fault.Incomplete) {
		err = fault.New(fault.MissingCredentials)
	}
	return who, err
}

// pinParams are the parameters of a verification request that a fallback takes.
var pinParams = []string{
	"number", "country", "brand", "sender_id", "code_length", "lg", "require_type", "pin_expiry", "next_event_wait", "workflow_id",
	"client_ip",
}

// wantedMembers are all that the body may hold; silentMembers are those of silent: a token request's
// parameters (RFC 6749 §4.1.3, RFC 7521 §4, RFC 7523 §2.1, CIBA Core §10.1) and its header.
var (
	wantedMembers = append([]string{"purpose", "silent"}, pinParams...)
	silentMembers = []string{
		"grant_type", "code", "redirect_uri", "code_verifier", "auth_req_id", "assertion", "scope",
		"client_id", "client_secret", "client_assertion", "client_assertion_type", "authorization",
	}
)

// read reads and checks what is asked for, and makes the fallback of it.
func (f Fallbacks) read(who account.Account, n named) (fallback.Fallback, error) {
	q, order, err := f.wanted(n.members, who)
	if err != nil {
		return fallback.Fallback{}, err
	}
	begun := fallback.Fallback{
		Execution: n.execution, Account: who.Key, Number: order.Line.Number, Digest: n.digest,
		State: fallback.Silent, Expires: f.Now().Add(fallback.Life),
	}
	if len(q.Token) == 0 {
		begun.Silence = fallback.Silence{Outcome: fallback.NotTried}
	}
	if begun.Sealed, err = f.Keys().Seal(q, n.execution, f.Random); err != nil {
		return begun, err
	}
	nonce, err := pin.NewNonce(f.Random)
	begun.Nonce = nonce/2 + 1 // those that follow it are nonces as well
	return begun, err
}

// wanted reads the members of the body.
func (f Fallbacks) wanted(members web.Members, who account.Account) (fallback.Request, pin.Order, error) {
	q := fallback.Request{PIN: map[string]string{}}
	err := known(members, "", wantedMembers)
	if err != nil {
		return q, pin.Order{}, err
	}
	if q.Purpose, err = parameter(members, "purpose"); err != nil {
		return q, pin.Order{}, err
	}
	if q.Token, q.Authorization, err = silentParams(members); err != nil {
		return q, pin.Order{}, err
	}
	for _, name := range pinParams {
		if q.PIN[name], err = parameter(members, name); err != nil {
			return q, pin.Order{}, err
		}
	}
	order, err := f.Reader.Verify(func(name string) string { return q.PIN[name] }, who.Terms)
	q.Number = order.Line.Number.E164()
	return q, order, err
}

// longestName bounds what is said of a name that a client made up.
const longestName = 64

// known fails with a fault.UnknownMember, whose ID is the name behind its prefix, when an object has a
// member that is none of names. Of several it is the first by the alphabet.
func known[V any](object map[string]V, prefix string, names []string) error {
	for _, name := range slices.Sorted(maps.Keys(object)) {
		if !slices.Contains(names, name) {
			return fault.New(fault.UnknownMember).WithID(prefix + strings.ToValidUTF8(name[:min(len(name), longestName)], ""))
		}
	}
	return nil
}

// parameter returns a member as a form would have it: a string, or a number as it is written. None, null
// and a blank one are "".
func parameter(members web.Members, name string) (string, error) {
	raw, given := members[name]
	var text string
	if !given || json.Unmarshal(raw, &text) == nil {
		return pin.Present(text), nil
	}
	var number json.Number
	if json.Unmarshal(raw, &number) != nil {
		return "", fault.In(fault.InvalidParam, name)
	}
	return number.String(), nil
}

// silentParams gives the parameters of the token request that proves who holds the line, and its Authorization header.
func silentParams(members web.Members) (form map[string]string, authorization string, err error) {
	form = map[string]string{}
	if raw, given := members["silent"]; given && json.Unmarshal(raw, &form) != nil {
		return nil, "", fault.In(fault.InvalidParam, "silent")
	}
	if err := known(form, "silent.", silentMembers); err != nil {
		return nil, "", err
	}
	authorization = form["authorization"]
	delete(form, "authorization")
	return form, authorization, nil
}

// FallbackCaller gives an account as PIN verification knows it, for the PIN step.
func FallbackCaller(accounts account.Accounts, peppers func() account.Ring) func(context.Context, account.Key) (pin.Caller, error) {
	return func(ctx context.Context, key account.Key) (pin.Caller, error) {
		who, err := accounts.Account(ctx, key)
		if errors.Is(err, account.ErrNotFound) {
			err = fault.New(fault.Barred)
		}
		return callerOf(who, peppers), err
	}
}

// callerOf gives the account as PIN verification knows it.
func callerOf(a account.Account, peppers func() account.Ring) pin.Caller {
	return pin.Caller{
		Account: a.Key,
		Barred:  a.Barred,
		Terms:   a.Terms,
		Permit:  func(n phone.Number) bool { return a.Allows(peppers(), n.Digits()) },
	}
}
