package api_test

import (
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// pinCase is one call in a world that it may prepare. Its path lies below /verify and has %s where the format goes.
type pinCase func(w *pinWorld, format string) call

// pinAsks are the cases of an operation, by the name of their files.
type pinAsks map[string]pinCase

// TestGoldenPIN runs every case in both formats and by both transports, each in a world of its own, against the one file.
func TestGoldenPIN(t *testing.T) {
	t.Parallel()
	for _, operation := range pinOperations() {
		for name, ask := range operation.asks {
			for _, format := range operation.formats {
				wire := operation.wire + strings.TrimSuffix("-"+format, "-")
				t.Run(wire+"/"+name, func(t *testing.T) {
					t.Parallel()
					wantGolden(t, filepath.Join("testdata", "golden", wire, name+".golden"), ask, format)
				})
			}
		}
	}
}

func wantGolden(t *testing.T, path string, ask pinCase, format string) {
	t.Helper()
	if *update {
		write(t, path, playPIN(t, ask, format, overHTTP))
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, transport := range transports {
		if got := playPIN(t, ask, format, transport); got != string(want) {
			t.Errorf("by %s, not as in %s:\n%s", name, path, got)
		}
	}
}

// playPIN gives the text of a call and its answer, which must hold what every answer does.
func playPIN(t *testing.T, ask pinCase, format string, transport func(testing.TB, http.Handler, call) answer) string {
	t.Helper()
	w := newPINWorld(t)
	asked := ask(w, format)
	got := transport(t, w.handler, asked)
	if length := got.header.Get("Content-Length"); length != fmt.Sprint(len(got.body)) {
		t.Errorf("Content-Length is %s of a body of %d bytes", length, len(got.body))
	}
	return asked.method + " " + asked.target + "\n" + head(asked.header) + "\n" + shown(asked.body) + "\n\n" +
		fmt.Sprintf("%d %s\n%s\n%s\n", got.status, http.StatusText(got.status), head(got.header), got.body)
}

// pinOperation is one operation of the Verify API with its cases.
type pinOperation struct {
	wire    string
	formats []string
	asks    pinAsks
}

var bothFormats = []string{"json", "xml"}

func pinOperations() []pinOperation {
	return []pinOperation{
		{"nexmo-request", bothFormats, shared("", requestAsks())},
		{"nexmo-psd2", bothFormats, shared("psd2/", psd2Asks())},
		{"nexmo-check", bothFormats, shared("check/", checkAsks())},
		{"nexmo-search", bothFormats, shared("search/", searchAsks())},
		{"nexmo-control", bothFormats, shared("control/", controlAsks())},
		{"nexmo-unblock", []string{""}, unblockAsks()},
	}
}

// asking makes the case of a form with the standard account's credentials, changed.
func asking(path string, pairs ...string) pinCase {
	return func(_ *pinWorld, format string) call { return verifying(path+format, pairs...) }
}

// shared adds what every operation answers the same to its own cases.
func shared(path string, own pinAsks) pinAsks {
	all := pinAsks{
		"status-2-api_key":    asking(path, "api_key", "", "api_secret", ""),
		"status-2-api_secret": asking(path, "api_secret", ""),
		"status-2-nothing":    func(_ *pinWorld, format string) call { return get("/verify/" + path + format) },
		"status-3-no-json":    func(_ *pinWorld, format string) call { return plain("/verify/"+path+format, `{"api_key":"`) },
		"status-2-no-form":    func(_ *pinWorld, format string) call { return plain("/verify/"+path+format, "api_key=abcd0001&x=%zz") },
		"status-4-secret":     asking(path, "api_secret", "wrong"),
		"status-4-key":        asking(path, "api_key", "abcdffff"),
		"status-4-no-key":     asking(path, "api_key", "x"),
		"status-5-accounts": func(w *pinWorld, format string) call {
			w.closed.Store(true)
			return verifying(path + format)
		},
		"too-large": func(_ *pinWorld, format string) call {
			return plain("/verify/"+path+format, "x="+strings.Repeat("x", 8191))
		},
		"method": func(_ *pinWorld, format string) call {
			return call{method: http.MethodDelete, target: "/verify/" + path + format}
		},
	}
	maps.Copy(all, own)
	return all
}
