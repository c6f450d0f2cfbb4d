package assembly

import (
	"lineproof/shared/api/authserver"
	fallbackapi "lineproof/shared/api/fallback"
	"lineproof/shared/api/nexmo"
	"lineproof/shared/api/number"
	"lineproof/shared/dialect"
	"lineproof/shared/fallback"
	"lineproof/shared/message"
	"lineproof/shared/numbering"
	"lineproof/shared/pin"
	"lineproof/shared/sms"
	"lineproof/shared/web"
)

// Silent returns the operations of silent verification: those of number verification and of the
// authorization server.
func Silent(p Ports) map[dialect.Operation]web.Endpoint {
	return map[dialect.Operation]web.Endpoint{
		dialect.Verify:      number.Verify(p),
		dialect.Share:       number.Share(p),
		dialect.Discovery:   authserver.Discovery(p),
		dialect.Authorize:   authserver.Authorize(p),
		dialect.Backchannel: authserver.Backchannel(p),
		dialect.Token:       authserver.Token(p),
		dialect.Revoke:      authserver.Revoke(p),
	}
}

// PIN returns the operations of the Verify API.
func PIN(p Ports) map[dialect.Operation]web.Endpoint {
	return map[dialect.Operation]web.Endpoint{
		dialect.PINRequest:     nexmo.Request(p, reader(), p.Outbox, sms.Anywhere),
		dialect.PINCheck:       nexmo.Check(p, p.Outbox),
		dialect.PINSearch:      nexmo.Search(p),
		dialect.PINControl:     nexmo.Control(p, p.Outbox),
		dialect.NetworkUnblock: nexmo.Unblock(p),
	}
}

// Fallback returns the operations of fallbacks, whose steps machine runs.
func Fallback(p Ports, machine fallback.Starter) map[dialect.Operation]web.Endpoint {
	return map[dialect.Operation]web.Endpoint{
		dialect.FallbackStart: fallbackapi.Start(p, reader(), machine),
		dialect.FallbackState: fallbackapi.State(p),
		dialect.FallbackCheck: fallbackapi.Check(p, p.Outbox),
	}
}

// SilentStep returns the first step of fallbacks.
func SilentStep(p Ports) fallback.SilentStep {
	return fallbackapi.SilentStep(p, authserver.Prover(p))
}

// PINStep returns the second step of fallbacks, for whose end machine waits.
func PINStep(p Ports, machine fallback.Completer) fallback.PINStep {
	return fallbackapi.PINStep(p, reader(), machine, p.Outbox, sms.Anywhere)
}

// Courier returns what sends what is due, and tells machine of the ends that it waits for.
func Courier(p Ports, machine fallback.Completer) pin.Courier {
	waiting := fallback.Finisher{Store: p.WaitingFallbacks(), Machine: machine}
	return pin.NewCourier(p, p.Outbox, p.Sender, waiting)
}

func reader() nexmo.Reader {
	return nexmo.Reader{Line: numbering.Parse, Locale: message.LocaleFor}
}
