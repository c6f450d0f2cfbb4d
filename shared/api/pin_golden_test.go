package api_test

import (
	"maps"
	"net/http"
	"strings"
	"testing"
)

// pinCase is one call in a world that it may prepare. Its path lies below /verify and has %s where
// the format goes.
type pinCase func(w *pinWorld, format string) call

// pinAsks are the cases of an operation, by the name of their files.
type pinAsks map[string]pinCase

// pinGoldens are the entries of every case, in every format.
func pinGoldens() []goldenEntry {
	var entries []goldenEntry
	for _, operation := range pinOperations() {
		for name, ask := range operation.asks {
			for _, format := range operation.formats {
				wire := operation.wire + strings.TrimSuffix("-"+format, "-")
				entries = append(entries, goldenEntry{wire: wire, archive: wire, name: name, play: func(t *testing.T, send transport) string {
					w := newPINWorld(t)
					asked := ask(w, format)
					return exchanged(t, asked, send(t, w.handler, asked))
				}})
			}
		}
	}
	return entries
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
