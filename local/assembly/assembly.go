package assembly

import (
	"lineproof/shared/api/authserver"
	fallbackapi "lineproof/shared/api/fallback"
	"lineproof/shared/api/mxlabs"
	"lineproof/shared/api/nexmo"
	"lineproof/shared/api/number"
	"lineproof/shared/api/otp"
	"lineproof/shared/api/verify2"
	"lineproof/shared/fallback"
	"lineproof/shared/message"
	"lineproof/shared/network"
	"lineproof/shared/numbering"
	"lineproof/shared/sms"
	"lineproof/shared/verification"
	"lineproof/shared/web"
	"lineproof/shared/webhook"
	"lineproof/shared/wire"
)

// Silent returns the operations of silent verification: those of number verification and of the
// authorization server.
func Silent(p Ports) map[wire.Operation]web.Endpoint {
	return map[wire.Operation]web.Endpoint{
		wire.Verify:      number.Verify(p),
		wire.Share:       number.Share(p),
		wire.Discovery:   authserver.Discovery(p),
		wire.Authorize:   authserver.Authorize(p, numbering.Country),
		wire.Callback:    authserver.Callback(p),
		wire.Backchannel: authserver.Backchannel(p),
		wire.Token:       authserver.Token(p),
		wire.Revoke:      authserver.Revoke(p),
	}
}

// PIN returns the operations of the Verify API.
func PIN(p Ports) map[wire.Operation]web.Endpoint {
	return map[wire.Operation]web.Endpoint{
		wire.PINRequest:     nexmo.Request(p, reader(), p.Outbox, sms.Anywhere),
		wire.PINCheck:       nexmo.Check(p, p.Outbox),
		wire.PINSearch:      nexmo.Search(p),
		wire.PINControl:     nexmo.Control(p, p.Outbox),
		wire.NetworkUnblock: nexmo.Unblock(p),
	}
}

// OTP returns the operations of one-time passwords.
func OTP(p Ports) map[wire.Operation]web.Endpoint {
	reader := otp.Reader{Line: numbering.Parse, Segments: message.Parts}
	return map[wire.Operation]web.Endpoint{
		wire.OTPSend:     otp.SendCode(p, reader, p.Outbox, sms.Anywhere),
		wire.OTPValidate: otp.ValidateCode(p, p.Outbox),
	}
}

// Verify2 returns the operations of the Verify API (v2).
func Verify2(p Ports) map[wire.Operation]web.Endpoint {
	reader := verify2.Reader{
		Line: numbering.Parse, Locale: message.LocaleNear, Covered: network.Everywhere.Has,
		Phrases: sms.Phrases(),
	}
	callbacks := webhook.Listener{Outbox: p.Settings.Callbacks, Now: p.Now}
	return map[wire.Operation]web.Endpoint{
		wire.Verify2Request: verify2.Request(p, reader, p.Outbox, sms.Anywhere, callbacks),
		wire.Verify2Check:   verify2.Check(p, p.Outbox),
		wire.Verify2Next:    verify2.Next(p, p.Outbox),
		wire.Verify2Cancel:  verify2.Cancel(p, p.Outbox),
		wire.SilentAuth:     verify2.SilentAuth(p, p.Outbox),

		wire.Verify2Templates: verify2.Templates(p, sms.Phrases()),
	}
}

// MXLabs returns the operation of MX Labs' SDKs.
func MXLabs(p Ports) map[wire.Operation]web.Endpoint {
	reader := mxlabs.Reader{
		Line: numbering.Parse, Locale: message.LocaleNear, Covered: network.Everywhere.Has,
	}
	return map[wire.Operation]web.Endpoint{
		wire.MXLabsVerify: mxlabs.Verify(p, reader, p.Outbox, sms.Anywhere),
	}
}

// Fallback returns the operations of fallbacks, whose steps machine runs.
func Fallback(p Ports, machine fallback.Starter) map[wire.Operation]web.Endpoint {
	return map[wire.Operation]web.Endpoint{
		wire.FallbackStart: fallbackapi.Start(p, reader(), machine),
		wire.FallbackState: fallbackapi.State(p),
		wire.FallbackCheck: fallbackapi.Check(p, p.Outbox),
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

// Dispatcher returns what sends what is due, and tells machine of the ends that it waits for.
func Dispatcher(p Ports, machine fallback.Completer) verification.Dispatcher {
	ended := verification.Listeners{
		"":                         fallback.Finisher{Store: p.WaitingFallbacks(), Machine: machine},
		verification.WebhookScheme: webhook.Listener{Outbox: p.Settings.Callbacks, Now: p.Now},
	}
	return verification.NewDispatcher(p, p.Outbox, p.Sender, ended)
}

// Callbacks returns what sends callbacks.
func Callbacks(p Ports, o webhook.Outlets) webhook.Deliverer { return verify2.Deliverer(p, o) }

func reader() nexmo.Reader {
	return nexmo.Reader{Line: numbering.Parse, Locale: message.LocaleFor}
}
