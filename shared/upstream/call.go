package upstream

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
	"time"
)

// The limits of a call.
const (
	// exchangeWithin is how long the exchange of a code may take, askWithin a verify or a share.
	exchangeWithin = 3 * time.Second
	askWithin      = 6 * time.Second
	// maxAnswer is how much an answer may hold, in bytes.
	maxAnswer = 64 << 10
)

// Doer carries calls: a client of package outbound.
type Doer interface {
	Do(r *http.Request) (*http.Response, error)
}

// answer is what came back of a call.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// call makes a call once, and again when nothing of it was sent. It returns Away when nothing ever
// was, Burned when something was and no answer came, and Malformed for one that is too long.
func call(
	ctx context.Context, d Doer, within time.Duration,
	build func(context.Context) (*http.Request, error),
) (answer, Outcome, bool) {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	for range 2 {
		a, sent, err := once(ctx, d, build)
		switch {
		case err == nil:
			return a, Match, true
		case errors.Is(err, errTooLong):
			return answer{}, Malformed, false
		case sent:
			return answer{}, Burned, false
		}
	}
	return answer{}, Away, false
}

var errTooLong = errors.New("upstream: answer is too long")

// once makes a call, and tells whether anything was sent.
func once(
	ctx context.Context, d Doer, build func(context.Context) (*http.Request, error),
) (_ answer, sent bool, _ error) {
	var wrote atomic.Bool
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) {
			if wrote.Load() { // the transport would send it again
				cancel()
			}
		},
		WroteHeaderField: func(string, []string) { wrote.Store(true) },
		WroteHeaders:     func() { wrote.Store(true) },
	})
	r, err := build(ctx)
	if err != nil {
		return answer{}, false, err
	}
	back, err := d.Do(r)
	if err != nil {
		return answer{}, wrote.Load(), err
	}
	defer func() { _ = back.Body.Close() }() // nobody needs the rest
	body, err := io.ReadAll(io.LimitReader(back.Body, maxAnswer+1))
	if err == nil && len(body) > maxAnswer {
		err = errTooLong
	}
	return answer{back.StatusCode, back.Header, body}, true, err
}

// object returns the members of a JSON object that an answer holds, or false when it holds none.
func (a answer) object() (map[string]json.RawMessage, bool) {
	var members map[string]json.RawMessage
	d := json.NewDecoder(bytes.NewReader(a.body))
	if d.Decode(&members) != nil || members == nil || d.More() {
		return nil, false
	}
	return members, true
}

// text returns a member that is a string; empty for any other.
func text(members map[string]json.RawMessage, name string) string {
	var value string
	_ = json.Unmarshal(members[name], &value) // another type is none
	return value
}

// code returns the code of an error: CAMARA's, OAuth's, or a number as some write it.
func (a answer) code() string {
	members, _ := a.object()
	for _, name := range []string{"code", "error"} {
		if value := text(members, name); value != "" {
			return value
		}
		number := strings.TrimSpace(string(members[name]))
		if number != "" && number[0] >= '0' && number[0] <= '9' {
			return number
		}
	}
	return ""
}
