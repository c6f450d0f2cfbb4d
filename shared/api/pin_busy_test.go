package api_test

import (
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestABusyKeyLeavesOthersAlone has one account ask for one number again and again, without a
// pause, while another makes its own requests: what the first is refused with never reaches the
// second.
func TestABusyKeyLeavesOthersAlone(t *testing.T) {
	t.Parallel()
	w := newPINWorld(t)
	w.mount(slog.New(slog.DiscardHandler))
	var floods sync.WaitGroup
	var flooded, begun atomic.Int64
	for range 10 {
		floods.Go(func() {
			for range 100 {
				flooded.Add(1)
				if w.do(verifying("json", good...)).member("status") == "0" {
					begun.Add(1)
				}
			}
		})
	}
	for i := range 25 { // under the second's own 30 a second
		pairs := merged(credentials(strangerKey), numbered(i)...)
		if a := w.do(plain("/verify/json", pairs.Encode())); a.member("status") != "0" {
			t.Errorf("the other's request %d: %s", i, a.body)
		}
	}
	floods.Wait()
	if flooded.Load() != 1000 || begun.Load() != 1 {
		t.Errorf("of %d requests for one number %d began a verification", flooded.Load(), begun.Load())
	}
}

// BenchmarkCheckBesideABusyKey checks codes of one account, alone and while another account sends
// 1,000 requests a second for one number, and reports the 99th percentile of both. Compare them
// within one run.
func BenchmarkCheckBesideABusyKey(b *testing.B) {
	for _, busy := range []bool{false, true} {
		name := "alone"
		if busy {
			name = "beside"
		}
		b.Run(name, func(b *testing.B) {
			w := quietPINs(b)
			ids := w.live(batch)
			stop := make(chan struct{})
			var flood sync.WaitGroup
			if busy {
				flood.Go(func() { w.flood(stop) })
			}
			var took []time.Duration
			for i := 0; b.Loop(); i++ {
				c := unlimited("check/json", "request_id", ids[i%batch], "code", "0000")
				began := time.Now()
				w.do(c)
				took = append(took, time.Since(began))
			}
			close(stop)
			flood.Wait()
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*99/100].Nanoseconds()), "p99-ns")
		})
	}
}

// flood sends 1,000 requests a second for one number until stop.
func (w *pinWorld) flood(stop <-chan struct{}) {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-stop:
			return
		case <-tick.C:
			w.do(verifying("json", good...))
		}
	}
}
