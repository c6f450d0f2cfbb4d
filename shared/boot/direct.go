package boot

import (
	"context"
	"log/slog"

	"lineproof/shared/fault"
)

// Answerer answers the JSON of a direct invocation with JSON. Its errors must hold nothing of
// either.
type Answerer func(ctx context.Context, payload []byte) ([]byte, error)

// Direct runs a function that nothing but IAM lets anybody invoke. An error of its answerer is
// logged, and whoever invoked it is told only that there was one. Direct never returns.
func Direct(name string, build func(*Env) Answerer) {
	run(
		this(name),
		build,
		func(log *slog.Logger, w *wired[Answerer]) invocation { return direct(name, log, w) },
	)
}

func direct(name string, log *slog.Logger, w *wired[Answerer]) invocation {
	return func(ctx context.Context, payload []byte) (text []byte, err error) {
		ctx, cancel := early(ctx)
		defer cancel()
		trace(ctx, name, func(ctx context.Context) int {
			answer, unwired := w.current(ctx)
			if unwired != nil {
				err = fault.Wrap(fault.Unavailable, unwired)
			} else {
				text, err = answer(ctx, payload)
			}
			return 0
		})
		if err != nil {
			failure := fault.As(inTime(ctx, err))
			log.ErrorContext(ctx, "invocation failed", "operation", name, "failure", failure)
			return nil, errNotServed
		}
		return text, nil
	}
}
