package boot

import (
	"context"
	"log/slog"

	"lineproof/shared/dynamo"
	"lineproof/shared/verification"
)

const scan = "dynamodb:Scan"

// Sweeps runs the function that a schedule invokes to find what was left behind. What the event
// says does not matter. Sweeps never returns.
func Sweeps(name string, build func(*Env) verification.Sweeper) {
	Direct(name, func(e *Env) Answerer {
		sweeper := build(e)
		return func(ctx context.Context, _ []byte) ([]byte, error) {
			queued, err := sweeper.Sweep(ctx)
			level := slog.LevelInfo
			if queued > 0 { // messages were lost
				level = slog.LevelWarn
			}
			slog.Log(ctx, level, "sweep", "queued", queued, "done", err == nil)
			return []byte("null"), err
		}
	})
}

// SweepStore finds verifications that nothing settles any more.
func (e *Env) SweepStore() verification.SweepStore {
	return dynamo.NewStrays(
		dynamo.NewClient(e.plan.aws(databaseEndpoint)), e.table(pinsTable, scan),
	)
}
