package verify2

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"lineproof/shared/fault"
	"lineproof/shared/network"
	"lineproof/shared/oauth"
	"lineproof/shared/silent"
	"lineproof/shared/upstream"
	"lineproof/shared/verification"
	"lineproof/shared/web"
	"lineproof/shared/wire"
)

// devices tells whose line a device has.
type devices struct {
	chain   network.Chain
	origin  network.Keys
	abroad  oauth.Devices
	remotes remotes
}

func devicesOf(p SilentPorts) devices {
	return devices{p.Network(), p.CloudFrontSecret(), oauth.Devices{
		Sender: oauth.Sender{
			Upstreams: p.Upstreams(), Gate: p.UpstreamGate(), Grants: p.SilentGrants(),
			Issuer:       p.Issuer(),
			VerifyScopes: wire.VerifyScopes(), ShareScopes: wire.ShareScopes(), Country: nil,
			Now: p.Now, Random: p.Random(),
		},
		Grants:  p.SilentGrants(),
		Answers: oauth.Answers{Upstreams: p.Upstreams(), Caller: p.UpstreamCaller()},
	}, remotesOf(p)}
}

// device tells whether the line that the request came by has a number. That of a test number comes
// to what its request rehearses.
func (d devices) device(r *http.Request, id string, back url.Values) verification.Device {
	from := network.ConnectionOf(r, d.origin)
	return func(ctx context.Context, asked verification.Means) (verification.Evidence, error) {
		switch asked.Rehearsed {
		case verification.Proved, verification.Mismatched:
			return proved(silent.Told(asked.Rehearsed == verification.Proved), nil)
		case verification.Unproved:
			return proved(silent.Proof{Why: fault.AccessDenied}, nil)
		}
		if back.Has("code") || back.Has("error") {
			return d.back(ctx, id, asked, back)
		}
		holder, err := d.chain.Resolve(ctx, from)
		switch {
		case errors.Is(err, network.ErrUnresolved):
			return d.away(ctx, id, asked, from)
		case err != nil:
			return proved(silent.Failed(err))
		case holder.AMR == "":
			return proved(silent.Proof{Why: fault.NotNetworkAuthenticated}, nil)
		case holder.Number.IsZero():
			return proved(silent.Proof{Why: fault.NoNumber}, nil)
		default:
			return proved(silent.Told(holder.Number.Equal(asked.To)), nil)
		}
	}
}

// proved is evidence that is a proof.
func proved(p silent.Proof, err error) (verification.Evidence, error) {
	return verification.Evidence{Proof: p}, err
}

// away sends a device that nobody here knows to the upstream that covers its number, if one does.
// What an upstream gives to the device itself cannot go behind a redirect_url.
func (d devices) away(
	ctx context.Context, id string, asked verification.Means, from network.Connection,
) (verification.Evidence, error) {
	all, err := d.abroad.Upstreams.Upstreams(ctx)
	if err != nil {
		return verification.Evidence{}, err
	}
	line := oauth.Line{Number: asked.To, Country: asked.Country}
	peer, found := oauth.Covering(all, line, from, d.abroad.Now(), shapes(asked)...)
	switch {
	case !found:
		return proved(silent.Proof{Why: fault.AccessDenied}, nil)
	case peer.Shape() == upstream.CheckURL:
		return verification.Evidence{Begin: d.remotes.begin(d.abroad.Gate, peer, asked.To)}, nil
	}
	web.Note(ctx, "upstream", peer.Name)
	location, sent, err := d.abroad.Send(ctx, peer, line, CheckURL(d.abroad.Issuer, id), from)
	if err == nil && !sent {
		return proved(silent.Proof{Why: fault.AccessDenied}, nil)
	}
	return verification.Evidence{Location: location}, err
}

// shapes are those of upstreams that can answer a silent step: where what the device proved has to
// come back here, those of the code flow alone.
func shapes(step verification.Means) []upstream.Shape {
	if step.Redirect != "" || step.Codeless {
		return []upstream.Shape{upstream.CodeFlow}
	}
	return []upstream.Shape{upstream.CodeFlow, upstream.CheckURL}
}

// Covers tells whether an upstream covers a line, as far as its number tells, for a silent step. It
// fails as the directory does.
func Covers(
	ctx context.Context, d upstream.Directory, l verification.Line, step verification.Means,
	now time.Time,
) (bool, error) {
	all, err := d.Upstreams(ctx)
	if err != nil {
		return false, err
	}
	line := oauth.Line{Number: l.Number, Country: l.Country}
	_, found := oauth.Covering(all, line, network.Connection{}, now, shapes(step)...)
	return found, nil
}

// back tells what a device comes back from an upstream with: our code for it, or the error by which
// it is told that there is none.
func (d devices) back(
	ctx context.Context, id string, asked verification.Means, back url.Values,
) (verification.Evidence, error) {
	if !back.Has("code") {
		why, known := errorsBack[back.Get("error")]
		if !known {
			why = fault.Unavailable
		}
		web.Note(ctx, reason, why.String())
		return proved(silent.Proof{Why: why}, nil)
	}
	proof, err := d.abroad.Prove(ctx, back.Get("code"), CheckURL(d.abroad.Issuer, id), asked.To)
	if fault.Is(err, fault.InvalidGrant) {
		err = fault.In(fault.InvalidParam, "code")
	}
	if err == nil && proof.Outcome == silent.Unknown {
		web.Note(ctx, reason, proof.Why.String())
	}
	return proved(proof, err)
}

// reason is what the log calls why nobody could tell.
const reason = "reason"

// errorsBack are the errors with which the callback of upstreams sends devices back.
var errorsBack = map[string]fault.Kind{
	"access_denied":    fault.AccessDenied,
	"login_required":   fault.LoginRequired,
	"consent_required": fault.ConsentRequired,
}
