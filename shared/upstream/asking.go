package upstream

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	"lineproof/shared/outbound"
	"lineproof/shared/phone"
	"lineproof/shared/redact"
	"lineproof/shared/token"
)

// Secret is what we authenticate with at an upstream. It prints redacted.
type Secret struct {
	redact.Value
	// Client is the client_id where it is no part of the record.
	Client string
	// Text is the client's secret, or the platform's key.
	Text string
	// APIKey is the platform's, where that wants one beside the client's secret.
	APIKey string
	// Keys are ours, newest first.
	Keys token.Ring
	// From is when those of Keys sign, by their kids, that may not have been fetched by the
	// upstream yet.
	From map[string]time.Time
}

// Calls makes calls to upstreams, none of which is held back.
type Calls struct {
	// Client carries the calls.
	Client Doer
	// Now tells the time; Random makes what is used once.
	Now    func() time.Time
	Random io.Reader
}

// Token is what opens an upstream's verify or share, and until when.
type Token struct {
	redact.Value
	// Text is the access token, or the code where the code itself opens it: then Authorization is
	// the header that goes with it.
	Text, Authorization string
	// APIKey is the platform's, where that wants one beside the token.
	APIKey string
	// ID is the id_token that came with it, empty where none did. It is not sealed.
	ID string
	// Expires is when it opens nothing any more; zero where nobody told it.
	Expires time.Time
}

// basic returns an Authorization header (RFC 6749 §2.3.1).
func basic(client, secret string) string {
	pair := url.QueryEscape(client) + ":" + url.QueryEscape(secret)
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(pair))
}

// printable tells whether a token can stand in a header (RFC 6750 §2.1).
func printable(token string) bool {
	return !strings.ContainsFunc(token, func(c rune) bool { return c <= ' ' || c >= 0x7f })
}

// newCorrelator draws the name of a call for the upstream, which tells nothing of ours.
func newCorrelator(random io.Reader) (string, error) {
	var b [16]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", fmt.Errorf("upstream: draw correlator: %w", err)
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:]), nil
}

// request builds a call.
func request(
	ctx context.Context, method, address string, header http.Header, contentType, body string,
) (*http.Request, error) {
	u, err := outbound.Address(address)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, method, u.String(), strings.NewReader(body))
	if err != nil {
		return nil, outbound.ErrAddress
	}
	maps.Copy(r.Header, header)
	r.Header.Set("Accept", "application/json")
	r.Header.Set("User-Agent", "Lineproof")
	if method == http.MethodPost {
		r.Header.Set("Content-Type", contentType)
	}
	return r, nil
}

// Claim is a number that a line may have, or the hash of one where that is all that is known.
type Claim struct {
	Number phone.Number
	Hash   phone.Hash
	// Hashed is what Hash may be of; empty for a plain number.
	Hashed Hashing
}

// Verify asks whether the token's line has the number of the claim, in one call, or in none what
// the upstream cannot answer. Where it only tells numbers, it compares, by matches, and forgets the
// number.
func (c Caller) Verify(
	ctx context.Context, p Peer, t Token, claim Claim, matches func(phone.Number) bool,
) Outcome {
	same, other := p.answers(claim)
	switch {
	case p.compares(claim):
		number, o := c.Share(ctx, p, t)
		if o == Match && !matches(number) {
			return Mismatch
		}
		return o
	case !same:
		c.Tell(ctx, NotCovered.Of(p.Name, Verifying))
		return NotCovered
	}
	o := c.named(ctx, p, Verifying, func(correlator string) Outcome {
		return c.verify(ctx, p, t, correlator, claim)
	})
	if o == Mismatch && !other {
		return NotCovered
	}
	return o
}

// verify asks the upstream's own verify.
func (c Calls) verify(
	ctx context.Context, p Peer, t Token, correlator string, claim Claim,
) Outcome {
	body, err := json.Marshal(p.claimed(claim))
	if err != nil {
		return Malformed
	}
	members, o := c.ask(ctx, p, t, correlator, http.MethodPost, p.Verify, string(body))
	if o != Match {
		return o
	}
	var same *bool
	if json.Unmarshal(members["devicePhoneNumberVerified"], &same) != nil || same == nil {
		return Malformed
	}
	if !*same {
		return Mismatch
	}
	return Match
}

// claimed returns the body of verify, as the upstream writes numbers.
func (p Peer) claimed(claim Claim) map[string]string {
	switch {
	case claim.Hashed != "":
		return map[string]string{"hashedPhoneNumber": claim.Hash.Hex()}
	case yes(p.Plus):
		return map[string]string{"phoneNumber": claim.Number.E164()}
	default:
		return map[string]string{"phoneNumber": claim.Number.Digits()}
	}
}

// Share asks for the number of the token's line, in one call.
func (c Caller) Share(ctx context.Context, p Peer, t Token) (phone.Number, Outcome) {
	if p.Share == "" {
		return phone.Number{}, NotCovered
	}
	var number phone.Number
	o := c.named(ctx, p, Sharing, func(correlator string) (o Outcome) {
		number, o = c.share(ctx, p, t, correlator)
		return o
	})
	return number, o
}

// share asks the upstream's share.
func (c Calls) share(
	ctx context.Context, p Peer, t Token, correlator string,
) (phone.Number, Outcome) {
	members, o := c.ask(ctx, p, t, correlator, http.MethodGet, p.Share, "")
	if o != Match {
		return phone.Number{}, o
	}
	number, err := phone.ParseOptionalPlus(text(members, "devicePhoneNumber"))
	if err != nil {
		return phone.Number{}, Malformed
	}
	return number, Match
}

// ask calls what the token opens, and returns the members of the answer with Match.
func (c Calls) ask(
	ctx context.Context, p Peer, t Token, correlator, method, address, body string,
) (map[string]json.RawMessage, Outcome) {
	header := http.Header{"X-Correlator": {correlator}, "Authorization": {"Bearer " + t.Text}}
	if t.Authorization != "" { // a code opens it, and we are known by our own credentials
		header = http.Header{"X-Correlator": {t.Text}, "Authorization": {t.Authorization}}
	}
	maps.Copy(header, p.platform(t.APIKey))
	a, o, came := call(ctx, c.Client, askWithin, func(ctx context.Context) (*http.Request, error) {
		return request(ctx, method, address, header, "application/json", body)
	})
	if !came {
		return nil, o
	}
	if a.status != http.StatusOK {
		if p.profile.Bare { // a device's code opens it
			return nil, p.disputed(a)
		}
		return nil, p.refused(a)
	}
	members, is := a.object()
	if !is {
		return nil, Malformed
	}
	return members, Match
}
