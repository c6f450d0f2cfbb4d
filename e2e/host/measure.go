package host

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Sample is what one process of a function took.
type Sample struct {
	// Init is the time from its start to its asking for the first event, and CPU what it computed
	// in it.
	Init, CPU time.Duration
	// Cold is what it computed until it had answered the first event.
	Cold time.Duration
	// First is the time of the first event, Warm the median of those after it, with what this host
	// adds.
	First, Warm time.Duration
	// Megabytes is the most memory that it held.
	Megabytes float64
}

// Measure starts a program with the environment of a function, hands it the events and ends it.
func (h *Host) Measure(ctx context.Context, function, program string, events [][]byte) (Sample, error) {
	pool, ok := h.pools[function]
	if !ok {
		return Sample{}, fmt.Errorf("host: no function %q", function)
	}
	var s Sample
	began := time.Now()
	p, err := start(pool.function, program, h.logs)
	if err != nil {
		return s, err
	}
	defer p.kill()
	select {
	case <-p.ready:
	case <-p.exited:
		return s, fmt.Errorf("host: %s ended at its start", function)
	case <-ctx.Done():
		return s, ctx.Err()
	}
	s.Init, s.CPU = time.Since(began), p.computed()
	p.ready <- struct{}{}
	var warm []time.Duration
	for i, payload := range events {
		began := time.Now()
		result, alive := p.handle(event{newRequestID(), payload})
		if !alive { // an event that the function refuses is as good as any
			return s, fmt.Errorf("host: %s: %s", function, result.Payload)
		}
		if took := time.Since(began); i == 0 {
			s.First, s.Cold = took, p.computed()
		} else {
			warm = append(warm, took)
		}
	}
	slices.Sort(warm)
	if len(warm) > 0 {
		s.Warm = warm[len(warm)/2]
	}
	s.Megabytes = float64(p.memory())
	return s, nil
}

// computed gives the time that the process's threads have spent on a processor; 0 where /proc does
// not tell.
func (p *process) computed() time.Duration {
	var sum time.Duration
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", p.command.Process.Pid))
	for _, file := range files {
		text, _ := os.ReadFile(file)
		var nanoseconds int64
		_, _ = fmt.Fscan(strings.NewReader(string(text)), &nanoseconds)
		sum += time.Duration(nanoseconds)
	}
	return sum
}

// ZipSize gives the size, in bytes, of the zip that holds a program.
func ZipSize(program string) (int, error) {
	file, err := os.Open(program)
	if err != nil {
		return 0, err
	}
	defer func() { _ = file.Close() }()
	var packed bytes.Buffer
	archive := zip.NewWriter(&packed)
	archive.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestCompression) })
	entry, err := archive.Create("bootstrap")
	if err != nil {
		return 0, err
	}
	if _, err := io.Copy(entry, file); err != nil {
		return 0, err
	}
	err = archive.Close()
	return packed.Len(), err
}
