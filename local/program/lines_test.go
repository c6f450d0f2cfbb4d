package program

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// pieces remembers each write.
type pieces []string

func (p *pieces) Write(b []byte) (int, error) {
	*p = append(*p, string(b))
	return len(b), nil
}

// Lines that come together are written together, in their order, a moment later or when the program
// ends.
func TestLinesAreWrittenTogether(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var written pieces
		l := &lines{to: &written}
		seen := func() string {
			l.mu.Lock()
			defer l.mu.Unlock()
			return strings.Join(written, "|")
		}
		for _, line := range []string{"1\n", "2\n"} {
			if n, err := l.Write([]byte(line)); n != len(line) || err != nil {
				t.Errorf("%d bytes, %v", n, err)
			}
		}
		if got := seen(); got != "" {
			t.Errorf("at once there is %q", got)
		}
		time.Sleep(2 * pause)
		_, _ = l.Write([]byte("3\n"))
		l.flush()
		time.Sleep(2 * pause)
		if got := seen(); got != "1\n2\n|3\n" {
			t.Errorf("written %q", got)
		}
	})
}
