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
	t.Run("again", func(t *testing.T) { t.Parallel(); again(t, open(t)) })
	t.Run("race", func(t *testing.T) {
		t.Parallel()
		s, key := open(t), unique()
		wantOneWinner(t, grant.ErrReplayed, func(int) error { return s.Once(t.Context(), key, "", now, now.Add(time.Minute)) })
	})
	t.Run("race for an expired key", func(t *testing.T) {
		t.Parallel()
		s, key := open(t), unique()
		wantRecorded(t, s.Once(t.Context(), key, "", now, now.Add(time.Minute)))
		later := now.Add(time.Minute)
		wantOneWinner(t, grant.ErrReplayed, func(int) error { return s.Once(t.Context(), key, "", later, later.Add(time.Minute)) })
	})
}

func once(t *testing.T, s grant.ReplayStore) {
	ctx := t.Context()
	for name, suffix := range map[string]string{
		"short": "", "long": strings.Repeat("x", 5000), "not UTF-8": "\xff", "control": "\x00",
	} {
		t.Run(name, func(t *testing.T) {
			key, end := unique()+suffix, now.Add(time.Minute)
			wantRecorded(t, s.Once(ctx, key, "", now, end))
			wantReplayed(t, s.Once(ctx, key, "", now, end))
			wantReplayed(t, s.Once(ctx, key, "", end.Add(-instant), end.Add(time.Hour)))
			wantRecorded(t, s.Once(ctx, key, "", end, end.Add(time.Minute)))
			wantReplayed(t, s.Once(ctx, key, "", end, end.Add(time.Minute)))
			wantRecorded(t, s.Once(ctx, key+"-", "", now, end))
		})
	}
	t.Run("bytes that no text has stay apart", func(t *testing.T) {
		key := unique()
		wantRecorded(t, s.Once(ctx, key+"\xfe", "", now, now.Add(time.Minute)))
		wantRecorded(t, s.Once(ctx, key+"\xff", "", now, now.Add(time.Minute)))
	})
	t.Run("expired from the start", func(t *testing.T) {
		key := unique()
		wantRecorded(t, s.Once(ctx, key, "", now, now))
		wantRecorded(t, s.Once(ctx, key, "", now, now))
	})
}

// again takes an identifier by requests that have a name, of which one wins for good and may come
// back for a minute.
func again(t *testing.T, s grant.ReplayStore) {
	ctx, minute := t.Context(), time.Minute
	for name, by := range map[string]string{"text": "a", "not UTF-8": "\xff\x00"} {
		t.Run(name, func(t *testing.T) {
			key, end := unique(), now.Add(time.Hour)
			wantRecorded(t, s.Once(ctx, key, by, now, end))
			wantRepeated(t, s.Once(ctx, key, by, now.Add(-time.Second), end)) // a clock that is behind
			wantReplayed(t, s.Once(ctx, key, "", now, end))
			wantReplayed(t, s.Once(ctx, key, by+"b", now, end))
			wantRepeated(t, s.Once(ctx, key, by, now.Add(minute-instant), end.Add(minute)))
			wantReplayed(t, s.Once(ctx, key, by, now.Add(minute), end)) // no repetition prolongs it
			wantReplayed(t, s.Once(ctx, key, by, end.Add(-instant), end))
			wantRecorded(t, s.Once(ctx, key, by+"b", end, end.Add(minute)))
			wantReplayed(t, s.Once(ctx, key, by, end, end.Add(minute)))
		})
	}
	t.Run("race", func(t *testing.T) {
		key := unique()
		wantOneWinner(t, grant.ErrReplayed, func(i int) error {
			return s.Once(ctx, key, string(rune('a'+i)), now, now.Add(minute))
		})
	})
	t.Run("race of one request", func(t *testing.T) {
		key := unique()
		wantOneWinner(t, grant.ErrRepeated, func(int) error {
			return s.Once(ctx, key, "a", now, now.Add(minute))
		})
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

func wantRepeated(t *testing.T, err error) {
	t.Helper()
	if !errors.Is(err, grant.ErrRepeated) {
		t.Errorf("got %v, want a repetition", err)
	}
}
