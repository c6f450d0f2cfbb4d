package upstream

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"lineproof/shared/token"
)

// How long an issuer's documents are kept: as long as they say, within bounds.
const (
	minKept = 5 * time.Minute
	maxKept = 24 * time.Hour
	// keysAgain is how long after a fetch of keys the next one is made at the earliest, whatever
	// key a token names.
	keysAgain = time.Minute
)

// Issuers checks the id_tokens of upstreams, and keeps the keys of their issuers for that. It is
// safe for concurrent use.
type Issuers struct {
	client Doer
	now    func() time.Time

	mu   sync.Mutex
	held map[string]*issuer // by what tells where the keys stand
}

// NewIssuers returns one that keeps none yet, and fetches keys by d.
func NewIssuers(d Doer, now func() time.Time) *Issuers {
	return &Issuers{client: d, now: now, held: map[string]*issuer{}}
}

// issuer is what is kept of one.
type issuer struct {
	turn chan struct{} // holds one while somebody fetches
	ring token.Ring    // nil before the first
	// until is when the keys are fetched again, tried when they were last.
	until, tried time.Time
	// uri is where its metadata has them, which is good up to found.
	uri   string
	found time.Time
}

// Check returns Match for an id_token that is the upstream's own, for us and for the leg of that
// nonce, Malformed for any other, and Away where its keys cannot be had. An upstream without issuer
// has no keys: the TLS of its token endpoint stands in for them (OpenID Connect Core §3.1.3.7 no.
// 6), and nonce, audience and time are checked all the same.
func (i *Issuers) Check(ctx context.Context, p Peer, s Secret, raw, nonce string) Outcome {
	want := token.Relying{
		Issuer: p.Issuer, Client: cmp.Or(s.Client, p.ClientID), Nonce: p.sent("nonce", nonce),
		Now: i.now(),
	}
	if p.Issuer == "" && p.JWKS == "" {
		return wellMade(want.Trust(raw))
	}
	err := error(nil)
	for _, unknown := range []bool{false, true} {
		ring, have := i.keys(ctx, p, unknown)
		if !have {
			return Away
		}
		if err = want.Verify(raw, ring); !token.UnknownKey(err) {
			break
		}
	}
	return wellMade(err)
}

func wellMade(err error) Outcome {
	if err != nil {
		return Malformed
	}
	return Match
}

// sent returns a parameter as the profile sends it; empty when it leaves it out.
func (p Peer) sent(name, value string) string {
	if spelt, has := p.profile.Names[name]; has && spelt == "" {
		return ""
	}
	return value
}

// keys returns the issuer's keys, or false when they were never to be had: newer ones where those
// that are kept have served their time or lack one that is wanted, unless they were just fetched.
func (i *Issuers) keys(ctx context.Context, p Peer, lacking bool) (token.Ring, bool) {
	h := i.of(p)
	select {
	case h.turn <- struct{}{}:
		defer func() { <-h.turn }()
	case <-ctx.Done():
		return nil, false
	}
	now := i.now()
	served := !now.Before(h.until)
	if h.ring == nil || (served || lacking) && !now.Before(h.tried.Add(keysAgain)) {
		h.tried = now
		if ring, until, err := i.fetch(ctx, p, h); err == nil {
			h.ring, h.until = ring, until
		}
	}
	return h.ring, h.ring != nil
}

// of returns what is kept for an upstream. A record that is put otherwise begins anew.
func (i *Issuers) of(p Peer) *issuer {
	i.mu.Lock()
	defer i.mu.Unlock()
	name := strings.Join([]string{p.Issuer, p.JWKS, p.Token, p.Authorization}, " ")
	if i.held[name] == nil {
		i.held[name] = &issuer{turn: make(chan struct{}, 1)}
	}
	return i.held[name]
}

var errKeys = errors.New("upstream: no keys of that issuer")

// fetch gets the keys anew, and until when they are kept.
func (i *Issuers) fetch(ctx context.Context, p Peer, h *issuer) (token.Ring, time.Time, error) {
	uri := p.JWKS
	if uri == "" {
		if uri = i.discovered(ctx, p, h); !p.knows(uri) {
			return nil, time.Time{}, errKeys
		}
	}
	a, o := document(ctx, i.client, uri, nil)
	ring, err := token.ParseJWKS(a.body)
	if o != Match || err != nil || len(ring) == 0 {
		return nil, time.Time{}, errKeys
	}
	return ring, i.now().Add(lifetime(a.header)), nil
}

// discovered returns where the issuer's metadata has the keys, where it last had them when it is
// not to be had, and "" when it never was.
func (i *Issuers) discovered(ctx context.Context, p Peer, h *issuer) string {
	if i.now().Before(h.found) {
		return h.uri
	}
	for _, address := range wellKnown(p.Issuer) {
		a, o := document(ctx, i.client, address, nil)
		members, is := a.object()
		m := metadata{members}
		if o == Match && is && m.text("issuer") == p.Issuer {
			h.uri, h.found = m.text("jwks_uri"), i.now().Add(lifetime(a.header))
			break
		}
	}
	return h.uri
}
