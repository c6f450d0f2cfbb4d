package fallback

import (
	"cmp"
	"slices"
)

// The changes that a store makes in one conditional write without reading first. A store with
// conditional expressions says the same in its own language; one suite holds both to it.

// Note keeps what the silent way came to, or returns false when it no longer matters.
func (f Fallback) Note(s SilentResult) (Fallback, bool) {
	if f.State != Silent {
		return f, false
	}
	f.Silence = s
	return f, true
}

// Await has the fallback wait under a token, or returns false when it is decided.
func (f Fallback) Await(token string) (Fallback, bool) {
	if f.State == Done {
		return f, false
	}
	f.State, f.Token = PIN, token
	return f, true
}

// Decide ends the fallback, or returns false when its state is none of from.
func (f Fallback) Decide(r Result, from ...State) (Fallback, bool) {
	if !slices.Contains(from, f.State) {
		return f, false
	}
	if r.Method == BySilent {
		f.Silence = SilentResult{Outcome: Proved}
	}
	f.State, f.Sealed, f.RequestID = Done, nil, cmp.Or(r.RequestID, f.RequestID)
	r.RequestID, r.Silence = f.RequestID, f.Tried()
	f.Result = r
	return f, true
}

// Tried returns what the silent way came to, as far as it counts; zero while it is being tried.
func (f Fallback) Tried() SilentResult {
	if f.Silence == (SilentResult{}) && f.State != Silent {
		return SilentResult{Unknown, ReasonLate}
	}
	return f.Silence
}
