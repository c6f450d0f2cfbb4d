package network_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"lineproof/shared/fault"
	"lineproof/shared/keyring"
	"lineproof/shared/network"
	"lineproof/shared/phone"
)

// marked is the number that no error and no log may show.
const marked = "34600123456"

var noon = time.Unix(1700000000, 0)

func clock(at time.Time) func() time.Time { return func() time.Time { return at } }

func keys(all ...string) network.Keys {
	var list network.Keys
	for _, key := range all {
		list = append(list, keyring.NewSecret("of a test", []byte(key)))
	}
	return list
}

// header gives a header of name, value, name, value…
func header(pairs ...string) http.Header {
	h := http.Header{}
	for i := 0; i < len(pairs); i += 2 {
		h.Add(pairs[i], pairs[i+1])
	}
	return h
}

func number(t *testing.T, text string) phone.Number {
	t.Helper()
	n, err := phone.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func address(text string) netip.AddrPort { return netip.MustParseAddrPort(text) }

// directory is a network.Directory and a network.Registry over a list; err, when set, is its answer
// to all.
type directory struct {
	mu       sync.Mutex
	sessions []network.Session
	err      error
}

func (d *directory) Session(_ context.Context, at netip.AddrPort, now time.Time) (network.Session, error) {
	if d.err != nil {
		return network.Session{}, d.err
	}
	return network.Holder(d.sessions, at, now)
}

func (d *directory) PutSession(_ context.Context, s network.Session) error {
	if d.err != nil {
		return d.err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.sessions = append(d.sessions, s)
	return nil
}

// shown gives all that fmt and logs show of a value.
func shown(values ...any) string {
	var log bytes.Buffer
	for _, v := range values {
		slog.New(slog.NewJSONHandler(&log, nil)).Error("x", "v", v)
		slog.New(slog.NewTextHandler(&log, nil)).Error("x", "v", v)
		fmt.Fprintf(&log, "%v %+v %#v %s %q %x", v, v, v, v, v, v)
	}
	return log.String()
}

// leaks fails the test when an error or its log shows one of the secrets.
func leaks(t *testing.T, text string, secrets ...string) {
	t.Helper()
	for _, secret := range secrets {
		if strings.Contains(text, secret) || strings.Contains(text, fmt.Sprintf("%x", secret)) {
			t.Errorf("%q shows in %s", secret, text)
		}
	}
}

// failure tells whether err is of the kind and param.
func failure(err error, kind fault.Kind, param string) bool {
	var f *fault.Error
	return errors.As(err, &f) && f.Kind == kind && f.Param == param
}
