package api

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
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
	// Reader reads the parameters of the PIN request, which are checked before anything starts.
	Reader pin.Reader
	// Store begins fallbacks, Machine runs them.
	Store   fallback.Beginnings
	Machine fallback.Machine
	// Keys gives the ring that seals what was asked for.
	Keys func() fallback.Ring
	// Issuer is the URL that the service is reached at.
	Issuer string
	// Locate tells where a request came from.
	Locate Locator
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
// parameters of a verification request (Verify API), purpose, and silent, the parameters of the token request that proves who holds
// the line. Credentials are those of the account, by HTTP Basic. The first call under an Idempotency-Key counts.
func FallbackStart(f Fallbacks) web.Endpoint {
	return func(r *http.Request) (any, error) {
		who, err := f.Accounts.basic(r)
		if err != nil {
			return nil, err
		}
		execution, err := f.name(r, who)
		if err != nil {
			return nil, err
		}
		q, err := f.read(r, who)
		if err != nil {
			return nil, err
		}
		if err := f.begin(r.Context(), who, execution, q); err != nil {
			return nil, err
		}
		if err := f.Machine.Start(r.Context(), execution); err != nil {
			return nil, err
		}
		return startAnswer{execution, f.Issuer + fallbackPath + "?execution=" + url.QueryEscape(execution)}, nil
	}
}

// basic authenticates an account by HTTP Basic alone.
func (a Accounts) basic(r *http.Request) (account.Account, error) {
	key, secret, ok := r.BasicAuth()
	if !ok {
		return account.Account{}, fault.New(fault.MissingCredentials)
	}
	who, err := a.Authenticator.Authenticate(r.Context(), account.Credentials{Key: key, Secret: secret})
	if errors.Is(err, fault.New(fault.MissingParam)) || errors.Is(err, fault.New(fault.Incomplete)) {
		err = fault.New(fault.MissingCredentials)
	}
	return who, err
}

// name gives the execution's name, which belongs to the account.
func (f Fallbacks) name(r *http.Request, who account.Account) (string, error) {
	key := r.Header.Get(idempotencyHeader)
	if key == "" {
		key = rand.Text()
	}
	if !fallback.IsKey(key) {
		return "", fault.In(fault.InvalidParam, idempotencyHeader)
	}
	return who.Key.String() + "-" + key, nil
}

// pinParams are the parameters of a verification request that a fallback takes.
var pinParams = []string{
	"number", "country", "brand", "sender_id", "code_length", "lg", "require_type", "pin_expiry", "next_event_wait", "workflow_id",
}

// read reads and checks what is asked for.
func (f Fallbacks) read(r *http.Request, who account.Account) (fallback.Request, error) {
	body, err := web.Body(r)
	if err != nil {
		return fallback.Request{}, err
	}
	members, err := web.ParseObject(body)
	if err != nil {
		return fallback.Request{}, err
	}
	q := fallback.Request{PIN: map[string]string{}, Client: f.Locate.address(r)}
	if q.Purpose, err = parameter(members, "purpose"); err != nil {
		return q, err
	}
	if q.Token, q.Authorization, err = silentParams(members); err != nil {
		return q, err
	}
	for _, name := range pinParams {
		if q.PIN[name], err = parameter(members, name); err != nil {
			return q, err
		}
	}
	order, err := f.Reader.Verify(func(name string) string { return q.PIN[name] }, pin.Terms(who.Terms))
	q.Number = order.Line.Number.E164()
	return q, err
}

// parameter gives a member as a form would have it: a string, or a number as it is written. None and null are "".
func parameter(members web.Members, name string) (string, error) {
	raw, given := members[name]
	var text string
	if !given || json.Unmarshal(raw, &text) == nil {
		return text, nil
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
	authorization = form["authorization"]
	delete(form, "authorization")
	return form, authorization, nil
}

// begin writes the record, unless the account has one of that name.
func (f Fallbacks) begin(ctx context.Context, who account.Account, execution string, q fallback.Request) error {
	sealed, err := f.Keys().Seal(q, execution, f.Random)
	if err != nil {
		return err
	}
	nonce, err := drawNonce(f.Random)
	if err != nil {
		return err
	}
	err = f.Store.Begin(ctx, fallback.Fallback{
		Execution: execution, Account: uint32(who.Key), State: fallback.Silent, Sealed: sealed, Nonce: nonce, Expires: f.Now().Add(fallback.Life),
	})
	if errors.Is(err, fallback.ErrRefused) { // a repetition
		return nil
	}
	return err
}

// drawNonce gives a nonce of 45 random bits that leaves room for those that follow it.
func drawNonce(random io.Reader) (uint64, error) {
	var b [8]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return 0, fmt.Errorf("api: draw nonce: %w", err)
	}
	return binary.BigEndian.Uint64(b[:])>>19 | 1, nil
}

// stateAnswer is the body that tells how a fallback stands.
type stateAnswer struct {
	Execution string           `json:"execution"`
	State     fallback.State   `json:"state"`
	RequestID string           `json:"request_id,omitempty"`
	Result    *fallback.Result `json:"result,omitempty"`
}

// FallbackState tells how a fallback of the account stands: silent, pin with the request_id under which codes are checked, or done
// with the result. One of another account does not exist.
func FallbackState(a Accounts, store fallback.Reader, now Clock) web.Endpoint {
	return func(r *http.Request) (any, error) {
		who, err := a.basic(r)
		if err != nil {
			return nil, err
		}
		execution := r.URL.Query().Get("execution")
		if !strings.HasPrefix(execution, who.Key.String()+"-") {
			return nil, fault.New(fault.NotFound)
		}
		f, err := store.Fallback(r.Context(), execution)
		if errors.Is(err, fallback.ErrNotFound) || err == nil && !now().Before(f.Expires) {
			return nil, fault.New(fault.NotFound)
		}
		answer := stateAnswer{Execution: execution, State: f.State, RequestID: f.RequestID}
		if f.State == fallback.Done {
			answer.Result = &f.Result
		}
		return answer, err
	}
}

// FallbackCaller gives an account as PIN verification knows it, for the PIN step.
func FallbackCaller(accounts account.Accounts, peppers func() account.Ring) func(context.Context, uint32) (pin.Caller, error) {
	return func(ctx context.Context, key uint32) (pin.Caller, error) {
		who, err := accounts.Account(ctx, account.Key(key))
		if errors.Is(err, account.ErrNotFound) {
			err = fault.New(fault.Barred)
		}
		return callerOf(who, peppers), err
	}
}

// callerOf gives the account as PIN verification knows it.
func callerOf(a account.Account, peppers func() account.Ring) pin.Caller {
	return pin.Caller{
		Account: uint32(a.Key),
		Barred:  a.Barred,
		Terms:   pin.Terms(a.Terms),
		Permit:  func(n phone.Number) bool { return a.Allows(peppers(), n.Digits()) },
	}
}
