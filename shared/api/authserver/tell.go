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
		for _, may := range []slog.Attr{
			slog.String("breaker", r.Breaker), slog.String("upstream_correlator", r.Correlator),
		} {
			if may.Value.String() != "" {
				facts = append(facts, may)
			}
		}
		for _, fact := range facts {
			if !web.Note(ctx, fact.Key, fact.Value.String()) {
				log.LogAttrs(ctx, slog.LevelInfo, "upstream asked", facts...)
				return
			}
		}
	}
}
