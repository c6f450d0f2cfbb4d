package web

import (
	"context"
	"log/slog"
	"math"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"lineproof/shared/fault"
	"lineproof/shared/wire"
)

// Line is the log's one line of a request: what was asked, by whom, and how it ended, never what
// was sent. [Begin] begins it, [Note] adds to it, and End writes it.
type Line struct {
	began time.Time
	route wire.Route

	mu    sync.Mutex // what a request leaves running may still note something
	notes []slog.Attr
	first [4]slog.Attr // where notes stand while they are few
}

type lineKey struct{}

// Begin begins the line of a request, which is returned with the line in its context. A route tells
// operation and wire; the zero Route tells none.
func Begin(r *http.Request, route wire.Route) (*http.Request, *Line) {
	// not of the clock that rules go by: tests move that
	line := &Line{began: time.Now(), route: route}
	line.notes = line.first[:0]
	return r.WithContext(context.WithValue(r.Context(), lineKey{}, line)), line
}

// lineOf returns the line of the request that ctx belongs to, nil if it belongs to none.
func lineOf(ctx context.Context) *Line {
	line, _ := ctx.Value(lineKey{}).(*Line)
	return line
}

// Note adds a fact to the line of the request that ctx belongs to, if to any: the client, the
// account, or an outcome that the status does not tell. A value is an identifier of ours or a word
// that we chose, never what a client sent. Of two facts of one name the later counts. Note tells
// whether there is such a line.
func Note(ctx context.Context, name, value string) bool {
	line := lineOf(ctx)
	if line != nil {
		line.note(name, value)
	}
	return line != nil
}

func (l *Line) note(name, value string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.notes = slices.DeleteFunc(l.notes, func(a slog.Attr) bool { return a.Key == name })
	l.notes = append(l.notes, slog.String(name, value))
}

// withNotes appends what was noted.
func (l *Line) withNotes(attrs []slog.Attr) []slog.Attr {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append(attrs, l.notes...)
}

// Outcome is the name of the fact that says in one word how a request ended, in the wire's
// spelling.
const Outcome = "outcome"

// Answered is what is known of a request when it has been answered.
type Answered struct {
	// Method is the request's.
	Method string
	// Path is the path of a route, or what [Familiar] leaves of one.
	Path string
	// Status is the HTTP status.
	Status int
	// Failure is why it failed, or nil.
	Failure *fault.Error
}

// End writes the line: an error when the failure is ours. A failure's outcome is the wire's code
// for it.
func (l *Line) End(ctx context.Context, log *slog.Logger, a Answered) {
	const usual = 12 // attributes
	attrs := append(
		make([]slog.Attr, 0, usual),
		slog.String("method", method(a.Method)),
		slog.String("path", a.Path),
	)
	if w := l.route.Wire; w != nil {
		attrs = append(attrs,
			slog.String("operation", string(l.route.Operation)), slog.String("wire", w.Name))
		if a.Failure != nil {
			l.note(Outcome, w.Failures.Of(a.Failure.Kind).Code)
		}
	}
	attrs = l.withNotes(append(attrs, slog.Int("status", a.Status)))
	level := slog.LevelInfo
	if a.Failure != nil {
		attrs = append(attrs, slog.Any("failure", a.Failure))
		if a.Failure.Kind.Ours() {
			level = slog.LevelError
		}
	}
	ms := math.Round(float64(time.Since(l.began).Microseconds())/100) / 10
	log.LogAttrs(ctx, level, "request", append(attrs, slog.Float64("ms", ms))...)
}

// methods are those of HTTP (RFC 9110 §9, RFC 5789).
var methods = []string{
	http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch,
	http.MethodDelete, http.MethodConnect, http.MethodOptions, http.MethodTrace,
}

// method returns a method as a log may hold it: a client can make one up.
func method(name string) string {
	if slices.Contains(methods, name) {
		return name
	}
	return "other"
}

// words are the segments of all routes' paths.
var words = sync.OnceValue(func() map[string]bool {
	all := map[string]bool{}
	for _, r := range wire.Routes("") {
		for word := range strings.SplitSeq(r.Path, "/") {
			all[word] = true
		}
	}
	return all
})

// Familiar returns a path that no route has as a log may hold it: with * for each segment that
// stands in no route, for a client can write anything there, and no longer than the longest route.
func Familiar(path string) string {
	const deepest = 8
	segments := strings.SplitN(path, "/", deepest)
	for i, segment := range segments {
		if !words()[segment] {
			segments[i] = "*"
		}
	}
	return strings.Join(segments, "/")
}
