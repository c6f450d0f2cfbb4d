package upstream

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"lineproof/shared/grant"
	"lineproof/shared/token"
)

// Vouching is how an upstream takes the operator tokens (GSMA TS.43) of its subscribers' devices.
type Vouching string

// The ways. Both name the token as operatortoken:…, and the grant's token comes without a device.
const (
	// ByAssertion takes it in a JWT-bearer assertion of ours (RFC 7523 §2.1).
	ByAssertion Vouching = "jwt-bearer"
	// ByBackchannel takes it in a CIBA request, which is then polled.
	ByBackchannel Vouching = "ciba"
)

// Vouch is an operator token, and how far the upstream has come with it.
type Vouch struct {
	// Token is the operator token; empty once Request, an auth_req_id, stands for it.
	Token, Request string
	// Interval is how long the upstream wants between polls.
	Interval time.Duration
}

// scheme begins a hint that is an operator token.
const scheme = "operatortoken:"

// CanVouch tells whether it takes operator tokens in the way of its record, or says that it takes
// none.
func (p Peer) CanVouch() bool {
	takes := p.profile.Shape == CodeFlow && !p.profile.Bare
	switch p.OperatorTokens {
	case "":
		return true
	case ByAssertion: // the assertion is our authentication
		return takes && p.Method == grant.PrivateKeyJWT
	default:
		return takes && p.OperatorTokens == ByBackchannel
	}
}

// Opens is the operation by which an operator token is first brought there.
func (p Peer) Opens() Operation {
	if p.OperatorTokens == ByBackchannel {
		return Starting
	}
	return Exchanging
}

// Redeem exchanges an operator token for the token of its line: in one call by an assertion; by
// CIBA it begins a request unless one has begun, and polls it once. After Pending and Slower the
// Vouch that it returns is to be redeemed again, not before its interval is over.
func (c Caller) Redeem(
	ctx context.Context, p Peer, s Secret, l Leg, v Vouch,
) (Token, Vouch, Outcome) {
	var t Token
	if p.OperatorTokens == ByAssertion {
		o := c.guarded(ctx, p, Exchanging, "", func() (o Outcome) {
			t, o = c.assert(ctx, p, s, l, v.Token)
			return o
		})
		t.APIKey = s.APIKey
		return t, v, o
	}
	if v.Request == "" {
		o := c.guarded(ctx, p, Starting, "", func() (o Outcome) {
			v, o = c.start(ctx, p, s, l, v.Token)
			return o
		})
		if o != Match {
			return Token{}, v, o
		}
	}
	o := c.guarded(ctx, p, Exchanging, "", func() (o Outcome) {
		t, o = c.poll(ctx, p, s, v.Request)
		return o
	})
	if o == Slower {
		v.Interval += slower
	}
	t.APIKey = s.APIKey
	return t, v, o
}

// assert makes a token request with an assertion, which is our authentication too.
func (c Calls) assert(ctx context.Context, p Peer, s Secret, l Leg, vouch string) (Token, Outcome) {
	id, err := grant.NewID(c.Random)
	if err != nil {
		return Token{}, Away
	}
	now := c.Now()
	signed, err := token.NewBearer(
		s.signing(now), cmp.Or(s.Client, p.ClientID), p.Token, scheme+vouch, p.scope(l), id, now,
	)
	if err != nil {
		return Token{}, Misconfigured
	}
	a, o, came := c.post(ctx, p.Token, http.Header{}, url.Values{
		"grant_type": {string(grant.JWTBearer)}, "assertion": {signed},
	})
	if !came {
		return Token{}, o
	}
	return p.issued(a, now)
}

// The intervals of polls (CIBA Core §7.3, §11).
const (
	usualInterval = 5 * time.Second
	slower        = 5 * time.Second
)

// longestInterval is the longest that is waited between polls: an upstream that wants more has its
// request polled too early.
const longestInterval = time.Minute

// longestRequest is the length of an auth_req_id, in bytes.
const longestRequest = 1024

// start begins a CIBA request (CIBA Core §7.1).
func (c Calls) start(ctx context.Context, p Peer, s Secret, l Leg, vouch string) (Vouch, Outcome) {
	a, o, came := c.submit(ctx, p, s, p.Backchannel, url.Values{
		"scope": {p.scope(l)}, "login_hint": {scheme + vouch},
	})
	switch {
	case !came:
		return Vouch{}, o
	case a.status != http.StatusOK:
		return Vouch{}, p.disputed(a)
	}
	members, _ := a.object()
	begun := Vouch{Request: text(members, "auth_req_id"), Interval: usualInterval}
	if begun.Request == "" || len(begun.Request) > longestRequest || !printable(begun.Request) {
		return Vouch{}, Malformed
	}
	var seconds float64
	if json.Unmarshal(members["interval"], &seconds) == nil && seconds > 0 {
		begun.Interval = time.Duration(min(seconds, longestInterval.Seconds())) * time.Second
	}
	return begun, Match
}

// polled are the codes of errors that polls alone have (CIBA Core §11).
var polled = map[string]Outcome{
	"authorization_pending": Pending, "slow_down": Slower, "expired_token": Late,
}

// poll asks once for the token of a CIBA request.
func (c Calls) poll(ctx context.Context, p Peer, s Secret, request string) (Token, Outcome) {
	now := c.Now()
	a, o, came := c.submit(ctx, p, s, p.Token, url.Values{
		"grant_type": {string(grant.CIBA)}, "auth_req_id": {request},
	})
	if !came {
		return Token{}, o
	}
	if o, known := polled[a.code()]; known && a.status != http.StatusOK {
		return Token{}, o
	}
	return p.issued(a, now)
}
