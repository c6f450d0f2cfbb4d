package program

import (
	"context"
	"log/slog"

	"lineproof/shared/web"
)

// named adds to each line which request it belongs to, under the name that Lambda's lines have for
// it: what failed is told with that name.
type named struct{ slog.Handler }

// Handle writes a line.
func (h named) Handle(ctx context.Context, line slog.Record) error {
	if name := web.Name(ctx); name != "" {
		line.AddAttrs(slog.String("requestId", name))
	}
	return h.Handler.Handle(ctx, line)
}
