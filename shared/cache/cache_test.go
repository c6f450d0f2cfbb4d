package cache_test

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"testing"
	"time"

	"lineproof/shared/cache"
)

var (
	errMissing = errors.New("missing")
	errAway    = errors.New("away")
)

// source tells the length of words, and counts how often it is asked.
type source struct {
	mu    sync.Mutex
	asked int
	away  bool
}

func (s *source) look(_ context.Context, word string) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
	switch {
	case s.away:
		return 0, errAway
	case word == "":
		return 0, errMissing
	default:
		return len(word), nil
	}
}

func TestGet(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		missing error
		misses  int
	}{"misses are kept": {errMissing, 1}, "misses are asked for again": {nil, 2}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			now := time.Unix(1_800_000_000, 0)
			s := new(source)
			c := &cache.Cache[string, int]{
				Look: s.look, Missing: tt.missing, Keep: time.Minute, Most: 8,
				Now: func() time.Time { return now },
			}
			want := func(word string, value int, err error, asked int) {
				t.Helper()
				s.asked = 0
				for range 2 {
					if got, gotErr := c.Get(t.Context(), word); got != value || !errors.Is(gotErr, err) {
						t.Errorf("%q is %d, %v", word, got, gotErr)
					}
				}
				if s.asked != asked {
					t.Errorf("%q was asked for %d times, want %d", word, s.asked, asked)
				}
			}
			want("word", 4, nil, 1)
			want("", 0, errMissing, tt.misses)
			now = now.Add(time.Minute - 1)
			want("word", 4, nil, 0)
			now = now.Add(1)
			want("word", 4, nil, 1)
			s.away = true
			want("other", 0, errAway, 2)
			want("word", 4, nil, 0)
		})
	}
}

// TestMost asks for many words at once: never more are kept than may be.
func TestMost(t *testing.T) {
	t.Parallel()
	const words, most = 500, 64
	s := new(source)
	c := &cache.Cache[string, int]{Look: s.look, Keep: time.Hour, Most: most, Now: time.Now}
	var all sync.WaitGroup
	for i := range words {
		all.Go(func() {
			word := strconv.Itoa(i)
			if got, err := c.Get(t.Context(), word); got != len(word) || err != nil {
				t.Errorf("%s is %d, %v", word, got, err)
			}
		})
	}
	all.Wait()
	s.away = true
	kept := 0
	for i := range words {
		if _, err := c.Get(t.Context(), strconv.Itoa(i)); err == nil {
			kept++
		}
	}
	if kept == 0 || kept > most {
		t.Errorf("%d words are kept", kept)
	}
}
