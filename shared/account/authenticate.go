package account

import (
	"context"
	"errors"
	"strings"
	"time"

	"lineproof/shared/fault"
)

// Authenticator tells whose a call is. It reads one record, which [Cached] spares most calls.
type Authenticator struct {
	// Accounts looks them up.
	Accounts Accounts
	// Peppers are those in use.
	Peppers Ring
	// Now tells the time.
	Now func() time.Time
}

// Credentials is what a call brought to prove whose it is.
type Credentials struct {
	// Key and Secret are api_key and api_secret, from parameters or HTTP Basic.
	Key, Secret string
	// Params are all parameters of the request; they are signed when there is a sig among them.
	Params map[string][]string
}

// Signature gives the signature by which the credentials prove whose a call is; "" when a secret
// does.
func (c Credentials) Signature() string {
	if c.Secret != "" {
		return ""
	}
	return strings.ToLower(first(c.Params[sigParam]))
}

// Authenticate gives the account that the credentials prove. It fails with fault.MissingParam
// (api_key), with fault.Incomplete when there is neither secret nor signature, with
// fault.InvalidCredentials, the same for an unknown key and a wrong secret, or with
// fault.Unavailable. A secret counts before a signature.
func (a Authenticator) Authenticate(ctx context.Context, c Credentials) (Account, error) {
	switch {
	case c.Key == "":
		return Account{}, fault.In(fault.MissingParam, "api_key")
	case c.Secret == "" && c.Signature() == "":
		return Account{}, fault.New(fault.Incomplete)
	}
	key := ParseKey(c.Key)
	who, err := a.Accounts.Account(ctx, key)
	if errors.Is(err, ErrNotFound) {
		who, err = unknown(key), nil
	}
	if err != nil {
		return Account{}, err
	}
	if !a.proves(c, who) {
		return Account{}, refused()
	}
	return who, nil
}

func (a Authenticator) proves(c Credentials, who Account) bool {
	if c.Secret != "" {
		return matches(a.Peppers, who.Secrets, "secret", c.Secret)
	}
	secret, signs := OpenSignature(a.Peppers, who.Key.String(), who.Signature)
	method := who.Method
	if method == "" {
		method = MD5Hash
	}
	good := method.verifies(secret, c.Params)
	return good && signs && fresh(c.Params, a.Now())
}
