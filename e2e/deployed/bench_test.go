package deployed_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"lineproof/e2e/bundle"
	"lineproof/e2e/host"
	"lineproof/e2e/programs"
)

// rounds is how often each program is started. The rounds go over all programs, one after another,
// so that what else the machine does befalls all of them alike.
const (
	rounds     = 11
	warmEvents = 20
)

// program is what is measured: a function, or one of the programs that functions are measured
// beside.
type program struct {
	name, path, function string
	events               func(testing.TB) [][]byte
	samples              []host.Sample
}

// BenchmarkBootstrap measures every built function beside a hello-world function and one with the
// bare SDK, in one run: init-ms from the start of the process to its readiness (secrets are fetched
// and the store is warmed by then), cpu-ms of it, first-ms of the first event, cold-cpu-ms of both,
// warm-µs of those after it, MB resident and MB of the zip. The first event of sdk is nothing but
// its first store call after init. x-sdk is the whole cold start (init and first event) beside that
// of the bare SDK. Only ratios of one run mean something.
func BenchmarkBootstrap(b *testing.B) {
	w := theWorld(b)
	programs := w.programs(b)
	for range rounds {
		for _, p := range programs {
			s, err := w.Measure(context.Background(), p.function, p.path, p.events(b))
			if err != nil {
				b.Fatal(err)
			}
			p.samples = append(p.samples, s)
		}
	}
	sdk := programs[1].median(coldStart)
	for _, p := range programs {
		b.Run(p.name, func(b *testing.B) {
			for b.Loop() { // it was measured before: what an iteration takes means nothing
			}
			p.report(b, sdk)
		})
	}
}

func coldStart(s host.Sample) time.Duration { return s.Init + s.First }

func (p *program) report(b *testing.B, sdk time.Duration) {
	size, err := host.ZipSize(p.path)
	if err != nil {
		b.Fatal(err)
	}
	var megabytes float64
	for _, s := range p.samples {
		megabytes = max(megabytes, s.Megabytes)
	}
	milliseconds := func(of func(host.Sample) time.Duration) float64 { return float64(p.median(of).Microseconds()) / 1000 }
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(milliseconds(func(s host.Sample) time.Duration { return s.Init }), "init-ms")
	b.ReportMetric(milliseconds(func(s host.Sample) time.Duration { return s.CPU }), "cpu-ms")
	b.ReportMetric(milliseconds(func(s host.Sample) time.Duration { return s.First }), "first-ms")
	b.ReportMetric(milliseconds(func(s host.Sample) time.Duration { return s.Cold }), "cold-cpu-ms")
	b.ReportMetric(float64(p.median(func(s host.Sample) time.Duration { return s.Warm }).Microseconds()), "warm-µs")
	b.ReportMetric(megabytes, "rss-MB")
	b.ReportMetric(float64(size)/1e6, "zip-MB")
	b.ReportMetric(float64(p.median(coldStart))/float64(sdk), "x-sdk")
}

func (p *program) median(of func(host.Sample) time.Duration) time.Duration {
	all := make([]time.Duration, len(p.samples))
	for i, s := range p.samples {
		all[i] = of(s)
	}
	slices.Sort(all)
	return all[len(all)/2]
}

// programs gives the two programs to compare with, and then every function.
func (w *world) programs(b *testing.B) []*program {
	b.Helper()
	baselines, err := programs.Baselines(context.Background())
	if err != nil {
		b.Fatal(err)
	}
	functions, err := programs.Functions(context.Background())
	if err != nil {
		b.Fatal(err)
	}
	names, err := bundle.Mains()
	if err != nil {
		b.Fatal(err)
	}
	any := w.sampled(b, "verify")
	programs := []*program{
		{name: "hello", path: filepath.Join(baselines, "hello"), function: "verify", events: any},
		{name: "sdk", path: filepath.Join(baselines, "sdk"), function: "verify", events: any},
	}
	for _, name := range names {
		p := &program{name: name, path: filepath.Join(functions, name), function: name, events: w.sampled(b, name)}
		if name == "verify" {
			p.events = w.verifications
		}
		programs = append(programs, p)
	}
	return programs
}

// sampled gives a function's first sample event, again and again.
func (w *world) sampled(b *testing.B, function string) func(testing.TB) [][]byte {
	b.Helper()
	files, err := filepath.Glob(filepath.Join(bundle.Root(), "events", function, "*.json"))
	if err != nil || len(files) == 0 {
		b.Fatalf("no sample event of %s: %v", function, err)
	}
	text, err := os.ReadFile(files[0])
	if err != nil {
		b.Fatal(err)
	}
	return func(testing.TB) [][]byte { return slices.Repeat([][]byte{text}, 1+warmEvents) }
}

// verifications gives events that each verify a number with a token of their own: one write each.
func (w *world) verifications(tb testing.TB) [][]byte {
	tb.Helper()
	text, err := os.ReadFile(filepath.Join(bundle.Root(), "events/verify/camara-2.json"))
	if err != nil {
		tb.Fatal(err)
	}
	var events [][]byte
	for range 1 + warmEvents/4 {
		var event map[string]any
		if err := json.Unmarshal(text, &event); err != nil {
			tb.Fatal(err)
		}
		headers, _ := event["headers"].(map[string]any)
		headers["authorization"] = "Bearer " + w.access(tb, w.code(tb, holder))
		payload, err := json.Marshal(event)
		if err != nil {
			tb.Fatal(err)
		}
		events = append(events, payload)
	}
	return events
}
