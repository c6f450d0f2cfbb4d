package upstream

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"lineproof/shared/grant"
	"lineproof/shared/outbound"
	"lineproof/shared/token"
)

// Examiner tries an upstream before anybody is sent there: it sends no device and verifies nobody.
type Examiner struct {
	// Calls makes the calls.
	Calls Calls
	// Reach connects to where a URL leads, and sends nothing. It fails with what outbound.Cause
	// tells.
	Reach func(ctx context.Context, address string) error
}

// Finding is what one check came to, in words of ours: nothing that the upstream wrote is in it but
// error codes that OAuth defines.
type Finding struct {
	// Check is what was checked: record, secret, a member of the record, metadata, keys,
	// credentials.
	Check string `json:"check"`
	// State is ok, wrong or untried.
	State State `json:"state"`
	// Says tells what it is, and what to do where it is wrong.
	Says string `json:"says"`
}

// State is how a check came out.
type State string

// The states.
const (
	OK      State = "ok"
	Wrong   State = "wrong"
	Untried State = "untried"
)

// findings makes those of one check.
type findings struct {
	check string
	all   []Finding
}

func (f *findings) add(state State, says string, args ...any) {
	f.all = append(f.all, Finding{f.check, state, fmt.Sprintf(says, args...)})
}

// Examine checks the record, the secret, where each endpoint leads, what the issuer publishes, and
// whether our credentials are taken, by a code and by an operator token that cannot be right. All
// is done at once, and no answer is waited for longer than a call of its kind may take.
func (e Examiner) Examine(ctx context.Context, p Peer, s Secret, callback string) []Finding {
	parts := []func() []Finding{
		func() []Finding { return p.examineRecord(e.Calls.Now()) },
		func() []Finding { return p.examineSecret(s, e.Calls.Now()) },
	}
	for _, of := range p.endpoints() {
		parts = append(parts, func() []Finding { return e.reach(ctx, of[0], of[1]) })
	}
	parts = append(parts,
		func() []Finding { return e.metadata(ctx, p, s) },
		func() []Finding { return e.credentials(ctx, p, s, callback) },
	)
	if p.OperatorTokens != "" {
		parts = append(parts, func() []Finding { return e.vouching(ctx, p, s) })
	}
	found := make([][]Finding, len(parts))
	var all sync.WaitGroup
	for i, part := range parts {
		all.Go(func() { found[i] = part() })
	}
	all.Wait()
	return slices.Concat(found...)
}

// endpoints are the URLs of the record, each with the name that put-upstream has for it.
func (p Peer) endpoints() [][2]string {
	all := [][2]string{
		{"authorization_endpoint", p.Authorization}, {"token_endpoint", p.Token},
		{"backchannel_endpoint", p.Backchannel},
		{"verify_url", p.Verify}, {"share_url", p.Share}, {"jwks_uri", p.JWKS},
	}
	return slices.DeleteFunc(all, func(of [2]string) bool { return of[1] == "" })
}

// reach connects to an endpoint. The authorization endpoint is never asked from here: it would
// verify our address.
func (e Examiner) reach(ctx context.Context, name, address string) []Finding {
	f := findings{check: name}
	ctx, cancel := context.WithTimeout(ctx, documentWithin)
	defer cancel()
	switch err := e.Reach(ctx, address); {
	case err == nil && strings.HasPrefix(address, "http:"):
		f.add(OK, "there is a server, without TLS: on this machine that is enough")
	case err == nil:
		f.add(OK, "there is a server, and its certificate is trusted")
	case errors.Is(err, outbound.ErrForbidden):
		f.add(Wrong, "its name leads to an address that is not public, where nothing is called")
	case errors.Is(err, outbound.ErrUntrusted):
		f.add(Wrong, "its certificate is not trusted: it is expired, another name's or a private "+
			"authority's")
	case errors.Is(err, outbound.ErrAddress):
		f.add(Wrong, "it is no https address")
	default:
		f.add(Wrong, "nobody answers: is the name right, and may this network connect there?")
	}
	return f.all
}

// examineRecord tells what of the record keeps people from being sent there.
func (p Peer) examineRecord(now time.Time) []Finding {
	f := findings{check: "record"}
	switch {
	case p.Ended:
		f.add(Wrong, "it has ended: nobody is sent there; put-upstream begins it anew")
	case !p.Live(now):
		f.add(
			Wrong, "its contract is over since %s: nobody is sent there",
			p.Until.Format(time.RFC3339),
		)
	case p.ClientID == "":
		f.add(Wrong, "client_id is not known yet: set-upstream-secret with api_key has the "+
			"provider tell it")
	case p.profile.Shape == CodeFlow && p.AMR == "":
		f.add(Wrong, "amr is empty: no number is verified by it; put nba or sba if the provider "+
			"guarantees it")
	case !p.Default && !p.names():
		f.add(OK, "only clients that are registered for it are sent there")
	default:
		f.add(OK, "people may be sent there")
	}
	return f.all
}

// names tells whether the record says for whom it may be asked.
func (p Peer) names() bool {
	return len(p.Countries)+len(p.Prefixes)+len(p.Networks)+len(p.Addresses) > 0
}

// examineSecret tells whether what we authenticate with is there.
func (p Peer) examineSecret(s Secret, now time.Time) []Finding {
	f := findings{check: "secret"}
	switch {
	case p.Method == grant.ApplicationJWT || p.Method == grant.PrivateKeyJWT:
		p.examineKeys(&f, s, now)
	case s.Text == "":
		f.add(Wrong, "there is no client_secret: set-upstream-secret puts one")
	default:
		f.add(OK, "there is a client_secret")
	}
	if p.TellsClient() && s.APIKey == "" {
		f.add(Wrong, "there is no api_key, which calls of verify need: set-upstream-secret puts it")
	}
	return f.all
}

func (p Peer) examineKeys(f *findings, s Secret, now time.Time) {
	signing := slices.DeleteFunc(s.signing(now), func(k token.Key) bool {
		return k.Private() == nil || p.Method == grant.ApplicationJWT && k.Alg != token.RS256
	})
	if len(signing) == 0 {
		f.add(Wrong, "there is no private key that signs: set-upstream-secret makes or puts one")
		return
	}
	active := signing[0].ID
	if slices.ContainsFunc(p.Keys, func(k Key) bool { return k.ID == active }) {
		f.add(OK, "the key %s signs, and is published by our /oauth2/jwks", active)
	} else {
		f.add(OK, "the key %s signs; it is not published: the provider has to have it", active)
	}
	for _, k := range p.Keys {
		if now.Before(k.From) {
			f.add(
				OK, "the key %s is published, and signs from %s on", k.ID,
				k.From.Format(time.RFC3339),
			)
		}
	}
}

// algorithms lists what keys sign with, each once.
func algorithms(ring token.Ring) string {
	var all []string
	for _, k := range ring {
		if !slices.Contains(all, k.Alg) {
			all = append(all, k.Alg)
		}
	}
	return strings.Join(all, " and ")
}
