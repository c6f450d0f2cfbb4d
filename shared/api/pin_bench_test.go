package api_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"testing"
	"time"

	"lineproof/shared/web"
	"lineproof/shared/wire"
)

// quietPINs gives a world that logs nowhere, as the floor's does.
func quietPINs(b *testing.B) *pinWorld {
	w := newPINWorld(b)
	w.mount(slog.New(slog.DiscardHandler))
	return w
}

// unlimited makes a call with the account that no cap slows down.
func unlimited(path string, pairs ...string) call {
	return plain("/verify/"+path, merged(credentials(unlimitedKey), pairs...).Encode())
}

// numbered gives the parameters of a request for the ith of a series of numbers.
func numbered(i int) []string {
	return []string{"number", fmt.Sprintf("4477%08d", i), "brand", "Acme"}
}

// live begins n verifications of different numbers and gives their request_ids.
func (w *pinWorld) live(n int) []string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = w.do(unlimited("json", numbered(i)...)).member("request_id")
	}
	return ids
}

// BenchmarkPINEmptyEndpoint is the floor of the Verify API: routing and one answer.
func BenchmarkPINEmptyEndpoint(b *testing.B) {
	empty := func(*http.Request) (any, error) { return struct{}{}, nil }
	h := web.Mount(slog.New(slog.DiscardHandler), empty, wire.Routes(wire.PINCheck))
	measure(b, h, 200, times(func() call { return unlimited("check/json", "request_id", "x", "code", "1234") }))
}

func BenchmarkPINRequest(b *testing.B) {
	w, i := quietPINs(b), 0
	measure(b, w.handler, 200, times(func() call { i++; return unlimited("json", numbered(i)...) }))
}

// BenchmarkPINDelivery delivers the first messages of verifications.
func BenchmarkPINDelivery(b *testing.B) {
	w, n := quietPINs(b), 0
	b.ReportAllocs()
	for i := 0; i < b.N; i += batch {
		b.StopTimer()
		for range min(batch, b.N-i) {
			n++
			w.do(unlimited("json", numbered(n)...))
		}
		b.StartTimer()
		w.advance(time.Second)
		w.inbox.Reset()
	}
}

func BenchmarkPINCheckRight(b *testing.B) {
	w, i := quietPINs(b), 0
	measure(b, w.handler, 200, func() []call {
		ids := make([]string, batch)
		for j := range ids {
			i++
			ids[j] = w.do(unlimited("json", numbered(i)...)).member("request_id")
		}
		w.advance(time.Second)
		calls := make([]call, batch)
		for j, id := range ids {
			calls[j] = unlimited("check/json", "request_id", id, "code", w.sentPIN(id))
		}
		w.inbox.Reset()
		return calls
	})
}

// BenchmarkPINCheckWrong tries wrong codes against as many live verifications as its name says:
// what it costs must not grow with their number. It reports the memory that each takes.
func BenchmarkPINCheckWrong(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			w := quietPINs(b)
			before := heap()
			ids := w.live(n)
			w.bodies = nil
			grown := float64(heap()-before) / float64(n)
			i := 0
			measure(b, w.handler, 200, times(func() call {
				i++
				return unlimited("check/json", "request_id", ids[i*7919%n], "code", "0000")
			}))
			b.ReportMetric(grown, "B/live")
			runtime.KeepAlive(w)
		})
	}
}

func BenchmarkPINSearch(b *testing.B) {
	w := quietPINs(b)
	ids, i := w.live(batch), 0
	measure(b, w.handler, 200, times(func() call { i++; return unlimited("search/json", "request_id", ids[i%batch]) }))
}

func BenchmarkPINTriggerNextEvent(b *testing.B) {
	w, i := quietPINs(b), 0
	measure(b, w.handler, 200, func() []call {
		calls := make([]call, batch)
		for j := range calls {
			i++
			id := w.do(unlimited("json", numbered(i)...)).member("request_id")
			calls[j] = unlimited("control/json", "request_id", id, "cmd", "trigger_next_event")
		}
		return calls
	})
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
