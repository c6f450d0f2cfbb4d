package upstream

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"lineproof/shared/outbound"
	"lineproof/shared/phone"
	"lineproof/shared/token"
)

// Begun is silent verification that has begun with the number.
type Begun struct {
	// Request is the upstream's name for it, and Address where the device goes.
	Request, Address string
}

// brand stands where the upstream wants to know who asks; nobody is shown it.
const brand = "Lineproof"

// maxAddress is the length of an address that devices are sent to, in bytes.
const maxAddress = 2048

// named tells whether a text can be an upstream's name for what has begun: 1 to 64 letters, digits,
// '-' and '_'.
func named(text string) bool {
	return text != "" && len(text) <= 64 && !strings.ContainsFunc(text, func(c rune) bool {
		return c != '-' && c != '_' && (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z')
	})
}

// Begin begins silent verification of a number (Verify API v2, POST /v2/verify), in one call. A
// number that its networks do not cover is told at once.
func (c Caller) Begin(ctx context.Context, p Peer, s Secret, n phone.Number) (Begun, Outcome) {
	var made Begun
	o := c.guarded(ctx, p, Beginning, "", func() (o Outcome) {
		made, o = c.begin(ctx, p, s, n)
		return o
	})
	return made, o
}

func (c Calls) begin(ctx context.Context, p Peer, s Secret, n phone.Number) (Begun, Outcome) {
	a, o := c.signed(ctx, p, s, p.Verify, map[string]any{
		"brand":    brand,
		"workflow": []map[string]string{{"channel": "silent_auth", "to": n.Digits()}},
	})
	switch {
	case o != Match:
		return Begun{}, o
	case a.status == http.StatusUnprocessableEntity, a.status == http.StatusPreconditionFailed:
		return Begun{}, NotCovered
	case a.status != http.StatusAccepted:
		return Begun{}, ofStatus(a.status, http.StatusPaymentRequired)
	}
	members, _ := a.object()
	made := Begun{text(members, "request_id"), text(members, "check_url")}
	switch {
	case !named(made.Request):
		return Begun{}, Malformed
	case len(members["check_url"]) == 0:
		return Begun{}, NotCovered
	case !p.sends(made.Address):
		return Begun{}, Malformed
	}
	return made, Match
}

// Check asks whether a code is that of what has begun (POST /v2/verify/{request_id}), in one call.
// WrongCode leaves it open for another.
func (c Caller) Check(ctx context.Context, p Peer, s Secret, request, code string) Outcome {
	return c.guarded(ctx, p, Checking, "", func() Outcome {
		return c.check(ctx, p, s, request, code)
	})
}

func (c Calls) check(ctx context.Context, p Peer, s Secret, request, code string) Outcome {
	address := strings.TrimSuffix(p.Verify, "/") + "/" + request
	a, o := c.signed(ctx, p, s, address, map[string]any{"code": code})
	switch {
	case o != Match:
		return o
	case a.status == http.StatusOK:
		return a.verdict()
	case a.status == http.StatusBadRequest, a.status == http.StatusUnprocessableEntity:
		return WrongCode
	case a.status == http.StatusConflict:
		return NoCode
	case a.status == http.StatusNotFound, a.status == http.StatusGone:
		return Over
	default:
		return ofStatus(a.status, http.StatusPaymentRequired)
	}
}

// verdicts are what the status of a check says. The document shows none: an answer without a body
// is one of success.
var verdicts = map[string]Outcome{
	"completed": Match, "user_rejected": Mismatch, "failed": OtherNetwork, "expired": Over,
	"action_pending": NoCode,
}

// verdict returns what a check's 200 says.
func (a answer) verdict() Outcome {
	if len(a.body) == 0 {
		return Match
	}
	members, _ := a.object()
	if o, known := verdicts[text(members, "status")]; known {
		return o
	}
	return Malformed
}

// signed posts a body under the JWT of our application.
func (c Calls) signed(
	ctx context.Context, p Peer, s Secret, address string, body map[string]any,
) (answer, Outcome) {
	text, err := json.Marshal(body)
	if err != nil {
		return answer{}, Malformed
	}
	id, err := newCorrelator(c.Random)
	if err != nil {
		return answer{}, Away
	}
	jwt, err := token.NewApplication(s.signing(c.Now()), cmp.Or(s.Client, p.ClientID), id, c.Now())
	if err != nil {
		return answer{}, Misconfigured
	}
	header := http.Header{"Authorization": {"Bearer " + jwt}}
	build := func(ctx context.Context) (*http.Request, error) {
		return request(ctx, http.MethodPost, address, header, "application/json", string(text))
	}
	a, o, _ := call(ctx, c.Client, exchangeWithin, build)
	return a, o
}

// sends tells whether devices may be sent to an address: over https, to the host of its own calls
// or to those of Hosts. An upstream on this machine, which the local program alone has, is as safe
// as its record.
func (p Peer) sends(address string) bool {
	u, err := outbound.Address(address)
	own, _ := url.Parse(p.Verify) // it was put so
	if err != nil || own == nil || len(address) > maxAddress || !printable(address) ||
		u.Fragment != "" || strings.ContainsAny(address, `\#`) {
		return false
	}
	if u.Scheme == own.Scheme && u.Host == own.Host {
		return true
	}
	return u.Scheme == "https" && u.Port() == "" && p.hosts(strings.ToLower(u.Hostname()))
}

// hosts tells whether a host is one of Hosts, or below one.
func (p Peer) hosts(host string) bool {
	for _, known := range p.Hosts {
		if host == known || strings.HasSuffix(host, "."+known) {
			return true
		}
	}
	return false
}
