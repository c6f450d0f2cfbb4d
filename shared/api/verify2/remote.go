package verify2

import (
	"context"

	"lineproof/shared/phone"
	"lineproof/shared/upstream"
	"lineproof/shared/verification"
	"lineproof/shared/web"
)

// remotes are the upstreams that carry silent steps out, which begin with the number.
type remotes struct {
	upstreams upstream.Directory
	secrets   upstream.Secrets
	caller    upstream.Caller
}

func remotesOf(p RemotePorts) remotes {
	return remotes{p.Upstreams(), p.UpstreamSecrets(), p.UpstreamCaller()}
}

// RemoteCodes has the codes of silent steps checked that upstreams carry out, over its ports and
// what keeps the records.
func RemoteCodes(p RemotePorts, store verification.DeviceStore) verification.RemoteCodes {
	return verification.RemoteCodes{Store: store, Ask: remotesOf(p).ask}
}

// begin has an upstream begin a step, if the gate lets it.
func (u remotes) begin(
	gate upstream.Gate, peer upstream.Peer, n phone.Number,
) verification.Begin {
	return func(ctx context.Context) (verification.Remote, error) {
		secret, outcome := u.caller.Secret(ctx, u.secrets, peer, upstream.Beginning)
		if err := outcome.Err(); err != nil {
			return verification.Remote{}, err
		}
		lets, err := gate.Lets(ctx, peer, upstream.Beginning, upstream.Checking)
		if err == nil && !lets {
			err = upstream.NotCovered.Err()
		}
		if err != nil {
			return verification.Remote{}, err
		}
		made, outcome := u.caller.Begin(ctx, peer, secret, n)
		if err := outcome.Err(); err != nil {
			web.Note(ctx, reason, outcome.String())
			return verification.Remote{}, err
		}
		return verification.Remote{
			Upstream: peer.Name, Request: made.Request, Address: made.Address,
		}, nil
	}
}

// ask asks the upstream of a step about a code, as verification.RemoteCodes has it.
func (u remotes) ask(
	ctx context.Context, at verification.Remote, code verification.PIN,
) (verification.Outcome, error) {
	web.Note(ctx, "upstream", at.Upstream)
	peer, found, err := upstream.Find(ctx, u.upstreams, at.Upstream)
	if err != nil {
		return "", err
	}
	if !found || !peer.Live(u.caller.Now()) {
		return verification.Unproved, nil
	}
	secret, outcome := u.caller.Secret(ctx, u.secrets, peer, upstream.Checking)
	if err := outcome.Err(); err != nil {
		return "", err
	}
	outcome = u.caller.Check(ctx, peer, secret, at.Request, code.Reveal())
	web.Note(ctx, reason, outcome.String())
	switch outcome {
	case upstream.Match:
		return verification.Proved, nil
	case upstream.Mismatch:
		return verification.Mismatched, nil
	case upstream.WrongCode, upstream.NoCode:
		return "", outcome.Err()
	default:
		return verification.Unproved, nil
	}
}
