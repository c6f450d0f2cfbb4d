package e2e_test

import (
	"log/slog"
	"regexp"
	"sync"
)

// logs watches what the servers in this process log while all tests of this package put numbers,
// secrets, codes and tokens through them, in success and in failure.
var logs watch

// secret matches what no log may hold: a number's digits, a token, a code, a key, or one of the
// sandbox's secrets.
var secret = regexp.MustCompile(
	`[0-9]{8,}|eyJ|[A-Za-z0-9_-]{40,}|sandbox-\S*-secret|[^-](?i:bearer|basic) `)

// ids matches what a log may hold although it looks like a secret: what verifications, fallbacks,
// accounts and applications are called.
var ids = regexp.MustCompile(
	`"?(request_id|execution|account|subject|client)"?[=:]"?[0-9a-f-]+"?|"?outcome"?[=:]"?[A-Z_.]+"?`)

// watch is a log's destination that keeps the lines that give something away.
type watch struct {
	mu    sync.Mutex
	lines int
	leaks []string
}

// logger gives a logger that the watch watches, at every level, without times: their digits are no
// number's.
func (w *watch) logger() *slog.Logger {
	timeless := func(groups []string, a slog.Attr) slog.Attr {
		if len(groups) == 0 && a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: timeless}))
}

// Write takes one line.
func (w *watch) Write(line []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lines++
	if secret.Match(ids.ReplaceAll(line, nil)) && len(w.leaks) < 10 {
		w.leaks = append(w.leaks, string(line))
	}
	return len(line), nil
}
