package authserver

import (
	"context"
	"log/slog"

	"lineproof/shared/upstream"
	"lineproof/shared/web"
)

// Tell returns what adds what became of an upstream to the line of the request that asked it. Where
// no request is served it stands in a line of its own.
func Tell(log *slog.Logger) upstream.Tell {
	return func(ctx context.Context, r upstream.Report) {
		facts := []slog.Attr{
			slog.String("upstream", r.Upstream), slog.String("asked", string(r.Asked)),
			slog.String("told", r.Told),
		}
		if r.Breaker != "" {
			facts = append(facts, slog.String("breaker", r.Breaker))
		}
		for _, fact := range facts {
			if !web.Note(ctx, fact.Key, fact.Value.String()) {
				log.LogAttrs(ctx, slog.LevelInfo, "upstream asked", facts...)
				return
			}
		}
	}
}
