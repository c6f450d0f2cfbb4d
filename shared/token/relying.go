package token

import (
	"errors"
	"slices"
	"time"
)

// Relying is what an id_token must say that another issuer made for us as its client (OpenID
// Connect Core §3.1.3.7).
type Relying struct {
	// Issuer is its iss; empty where nobody told us whom to expect.
	Issuer string
	// Client is our client_id there.
	Client string
	// Nonce is the authorization request's; empty where it had none.
	Nonce string
	// Now is the time, within Skew.
	Now time.Time
}

// Verify checks an id_token that is signed by one of the issuer's keys: ES256, RS256 or PS256. It
// fails with a fixed text of this package; see [UnknownKey].
func (r Relying) Verify(raw string, keys Ring) error {
	c, err := open(raw, clientAlgs, func(claims) Ring { return keys }, "", "jwt")
	if err != nil {
		return err
	}
	return r.check(c)
}

// Trust checks an id_token that came from the token endpoint over TLS, which stands in for the
// signature where no keys are known (§3.1.3.7 no. 6). Its algorithm is still one that we take. It
// fails as Verify does.
func (r Relying) Trust(raw string) error {
	if !wellFormed(raw) {
		return errMalformed
	}
	var c carrier
	parsed, _, err := parser.ParseUnverified(raw, &c)
	switch {
	case err != nil:
		return explain(err)
	case !slices.Contains(clientAlgs, parsed.Method.Alg()):
		return errAlgorithm
	case !slices.Contains([]string{"", "jwt"}, mediaType(parsed.Header["typ"])):
		return errType
	}
	return r.check(c.claims)
}

// check checks the claims. Whoever else is meant by aud, azp says that it was made for us.
func (r Relying) check(c claims) error {
	azp, named := c["azp"]
	switch {
	case r.Issuer != "" && c.text("iss") != r.Issuer:
		return errIssuer
	case r.Client == "" || !c.meant([]string{r.Client}):
		return errAudience
	case named && azp != r.Client, !named && len(c.audience()) > 1:
		return errParty
	case r.Nonce != "" && c.text("nonce") != r.Nonce:
		return errNonce
	}
	s, err := c.span(r.Now)
	if err == nil && s.issued.IsZero() {
		err = errMissing
	}
	return err
}

// UnknownKey tells whether a token was refused because none of the keys is that which it names: its
// signer may have another since.
func UnknownKey(err error) bool { return errors.Is(err, errKey) }
