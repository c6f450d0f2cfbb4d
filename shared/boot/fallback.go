package boot

import (
	"context"

	"lineproof/shared/dynamo"
	"lineproof/shared/fallback"
	"lineproof/shared/secrets"
	"lineproof/shared/verification"
)

// fallbacksTable names the table of fallbacks.
const fallbacksTable = "FALLBACKS_TABLE"

// NewFallbacks begins fallbacks, and finds those that are asked for again.
func (e *Env) NewFallbacks() fallback.BeginStore { return e.fallbacks(get, put) }

// Fallbacks reads fallbacks.
func (e *Env) Fallbacks() fallback.Reader {
	store := e.fallbacks(get)
	e.warm(func(ctx context.Context) error { _, err := store.Fallback(ctx, nobody); return err })
	return store
}

// SilentFallbacks reads and decides fallbacks.
func (e *Env) SilentFallbacks() fallback.SilentStore { return e.fallbacks(get, update) }

// Listener decides the fallbacks whose verification ends.
func (e *Env) Listener() verification.Listener {
	return verification.Listeners{"": fallback.Recorder{Store: e.EndedFallbacks()}}
}

// EndedFallbacks decides fallbacks.
func (e *Env) EndedFallbacks() fallback.DecideStore { return e.fallbacks(update) }

// WaitingFallbacks changes and decides fallbacks.
func (e *Env) WaitingFallbacks() fallback.WaitStore { return e.fallbacks(update) }

func (e *Env) fallbacks(actions ...string) *dynamo.Fallbacks {
	return dynamo.NewFallbacks(e.database(), e.table(fallbacksTable, actions...), e.Random())
}

// FallbackKeys returns the keys that seal what is asked of fallbacks.
func (e *Env) FallbackKeys() fallback.Ring {
	return follow(e, secrets.Fallback, secrets.ParseAs(fallback.NewKey))
}

// FallbackNames returns what names fallbacks after idempotency keys.
func (e *Env) FallbackNames() fallback.Names {
	return follow(e, secrets.Idempotency, parseNames)
}

func parseNames(text []byte) (fallback.Names, error) {
	key, err := parseFixed(text)
	if err != nil {
		return fallback.Names{}, err
	}
	return fallback.NewNames(key)
}
