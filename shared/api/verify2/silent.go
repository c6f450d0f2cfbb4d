package verify2

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"lineproof/shared/fault"
	"lineproof/shared/network"
	"lineproof/shared/silent"
	"lineproof/shared/verification"
	"lineproof/shared/web"
)

// silentAnswer is what a device gets for its line.
type silentAnswer struct {
	RequestID string `json:"request_id"`
	Code      string `json:"code"`
}

// refusals are what a device is told that proved nothing.
var refusals = map[verification.Outcome]fault.Kind{
	verification.Mismatched: fault.NotThisLine,
	verification.Unproved:   fault.UnknownLine,
}

// SilentAuth tells the device that fetches a check_url the code of its silent step when its line is
// the one (GET /v2/verify/{id}/silent-auth/redirect): in the answer, or behind the # of the step's
// redirect_url. Whoever has the address may ask: the code goes to the line alone.
func SilentAuth(p SilentPorts, outbox verification.Outbox) web.Endpoint {
	prover := verification.NewDeviceProver(p, outbox)
	chain, origin := p.Network(), p.CloudFrontSecret()
	return func(r *http.Request) (any, error) {
		id := requestID(r)
		shown, err := prover.Prove(r.Context(), id, device(r, chain, origin))
		if err != nil {
			return nil, told(err)
		}
		done(r, id, string(shown.Outcome))
		if shown.Outcome != verification.Proved {
			return nil, fault.New(refusals[shown.Outcome]).WithID(verification.UUID(id))
		}
		answer := silentAnswer{verification.UUID(id), shown.Code.Reveal()}
		if shown.Redirect == "" {
			return answer, nil
		}
		fragment := url.Values{"request_id": {answer.RequestID}, "code": {answer.Code}}
		return web.Redirect(shown.Redirect + "#" + fragment.Encode()), nil
	}
}

// device tells whether the line that the request came by has a number. That of a test number comes
// to what its request rehearses.
func device(r *http.Request, chain network.Chain, origin network.Keys) verification.Device {
	return func(ctx context.Context, asked verification.Means) (silent.Proof, error) {
		switch asked.Rehearsed {
		case verification.Proved, verification.Mismatched:
			return silent.Told(asked.Rehearsed == verification.Proved), nil
		case verification.Unproved:
			return silent.Proof{Why: fault.AccessDenied}, nil
		}
		holder, err := chain.Resolve(ctx, network.ConnectionOf(r, origin))
		switch {
		case errors.Is(err, network.ErrUnresolved):
			return silent.Proof{Why: fault.AccessDenied}, nil
		case err != nil:
			return silent.Failed(err)
		case holder.AMR == "":
			return silent.Proof{Why: fault.NotNetworkAuthenticated}, nil
		case holder.Number.IsZero():
			return silent.Proof{Why: fault.NoNumber}, nil
		default:
			return silent.Told(holder.Number.Equal(asked.To)), nil
		}
	}
}
