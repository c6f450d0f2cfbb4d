package verify2

import (
	"net/http"
	"net/url"

	"lineproof/shared/fault"
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
//
// A device that nobody here knows is sent to an upstream, if one covers the number. From there it
// comes back with a code of ours that is good once, or, where the upstream began with the number,
// gets a code that the upstream checks.
func SilentAuth(p SilentPorts, outbox verification.Outbox) web.Endpoint {
	prover, d := verification.NewDeviceProver(p, outbox), devicesOf(p)
	return func(r *http.Request) (any, error) {
		id := requestID(r)
		form, err := web.Form(r)
		if err != nil {
			return nil, err
		}
		shown, err := prover.Prove(r.Context(), id, d.device(r, id, form))
		if err != nil {
			return nil, told(err)
		}
		done(r, id, string(shown.Outcome))
		switch shown.Outcome {
		case verification.Proved:
		case verification.Waiting:
			return web.Redirect(shown.Redirect), nil
		default:
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
