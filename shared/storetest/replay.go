package storetest

import (
	"errors"
	"strings"
	"testing"
	"time"

	"lineproof/shared/grant"
)

// Replays holds a store to the promises of grant.ReplayStore.
func Replays(t *testing.T, open func(t *testing.T) grant.ReplayStore) {
	t.Run("once", func(t *testing.T) { t.Parallel(); once(t, open(t)) })
	t.Run("race", func(t *testing.T) {
		t.Parallel()
		s, key := open(t), unique()
		wantOneWinner(t, grant.ErrReplayed, func(int) error { return s.Once(t.Context(), key, now, now.Add(time.Minute)) })
	})
	t.Run("race for an expired key", func(t *testing.T) {
		t.Parallel()
		s, key := open(t), unique()
		wantRecorded(t, s.Once(t.Context(), key, now, now.Add(time.Minute)))
		later := now.Add(time.Minute)
		wantOneWinner(t, grant.ErrReplayed, func(int) error { return s.Once(t.Context(), key, later, later.Add(time.Minute)) })
	})
}

func once(t *testing.T, s grant.ReplayStore) {
	ctx := t.Context()
	for name, suffix := range map[string]string{
		"short": "", "long": strings.Repeat("x", 5000), "not UTF-8": "\xff", "control": "\x00",
	} {
		t.Run(name, func(t *testing.T) {
			key, end := unique()+suffix, now.Add(time.Minute)
			wantRecorded(t, s.Once(ctx, key, now, end))
			wantReplayed(t, s.Once(ctx, key, now, end))
			wantReplayed(t, s.Once(ctx, key, end.Add(-instant), end.Add(time.Hour)))
			wantRecorded(t, s.Once(ctx, key, end, end.Add(time.Minute)))
			wantReplayed(t, s.Once(ctx, key, end, end.Add(time.Minute)))
			wantRecorded(t, s.Once(ctx, key+"-", now, end))
		})
	}
	t.Run("bytes that no text has stay apart", func(t *testing.T) {
		key := unique()
		wantRecorded(t, s.Once(ctx, key+"\xfe", now, now.Add(time.Minute)))
		wantRecorded(t, s.Once(ctx, key+"\xff", now, now.Add(time.Minute)))
	})
	t.Run("expired from the start", func(t *testing.T) {
		key := unique()
		wantRecorded(t, s.Once(ctx, key, now, now))
		wantRecorded(t, s.Once(ctx, key, now, now))
	})
}

func wantRecorded(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Errorf("gave %v, want no error", err)
	}
}

func wantReplayed(t *testing.T, err error) {
	t.Helper()
	if !errors.Is(err, grant.ErrReplayed) {
		t.Errorf("gave %v, want ErrReplayed", err)
	}
}
