package dynamo_test

import (
	"testing"

	"lineproof/shared/fallback"
)

func keptFallbacks(int) []any {
	silent := fallback.Fallback{
		Execution: "abcd1234-silent", Account: 0xabcd1234, Number: number, Digest: []byte{4, 5},
		State: fallback.Silent, Sealed: []byte{1, 2, 3}, Nonce: 1<<45 - 1,
		Expires: keptNow.Add(fallback.Life),
	}
	noted, waiting, proved := silent, silent, silent
	noted.Execution = "abcd1234-noted"
	noted.Silence = fallback.SilentResult{Outcome: fallback.Unknown, Reason: fallback.ReasonExpiredToken}
	waiting.Execution, waiting.State = "abcd1234-waiting", fallback.PIN
	waiting.Silence = fallback.SilentResult{Outcome: fallback.NotTried}
	waiting.Token, waiting.RequestID = "task token", "00112233445566778899aabbccddeeff"
	proved.Execution, proved.State, proved.Sealed = "abcd1234-proved", fallback.Done, nil
	proved.Silence = fallback.SilentResult{Outcome: fallback.Proved}
	proved.Result = fallback.Result{
		Verified: true, Method: fallback.BySilent, Silence: proved.Silence,
	}
	verified := waiting
	verified.Execution, verified.State, verified.Sealed = "abcd1234-verified", fallback.Done, nil
	verified.Silence.Outcome = fallback.Mismatch
	verified.Result = fallback.Result{
		Verified: true, Method: "sms", RequestID: verified.RequestID, Silence: verified.Silence,
	}
	refused := noted
	refused.Execution, refused.State, refused.Sealed = "abcd1234-refused", fallback.Done, nil
	refused.Result = fallback.Result{
		Reason: fallback.ReasonBlocked, Network: "44770090", Silence: refused.Silence,
	}
	late := verified
	late.Execution, late.Silence = "abcd1234-late", fallback.SilentResult{}
	late.Result = fallback.Result{
		Method: "voice", RequestID: late.RequestID, Reason: fallback.ReasonFailed,
		Silence: fallback.SilentResult{Outcome: fallback.Unknown, Reason: fallback.ReasonLate},
	}
	return anys(silent, noted, waiting, proved, verified, refused, late)
}

// writeFallbacks brings each fallback to its state as its life does.
func writeFallbacks(t *testing.T, s *stores) {
	t.Helper()
	ctx := t.Context()
	all := as[fallback.Fallback](keptFallbacks(latest))
	for _, f := range all {
		first := all[0]
		first.Execution = f.Execution
		noError(t, s.fallbacks.Begin(ctx, first, keptNow))
		var err error
		if f.Silence.Outcome != "" && f.Silence.Outcome != fallback.Proved {
			_, err = s.fallbacks.Note(ctx, f.Execution, f.Silence)
		}
		noError(t, err)
		if f.Token != "" {
			_, err = s.fallbacks.Await(ctx, f.Execution, f.Token)
			noError(t, err)
			noError(t, s.fallbacks.Request(ctx, f.Execution, f.RequestID))
		}
		if f.State == fallback.Done {
			r := f.Result
			r.Silence, r.RequestID = fallback.SilentResult{}, ""
			_, err = s.fallbacks.Decide(ctx, f.Execution, r, fallback.Silent, fallback.PIN)
			noError(t, err)
		}
	}
}

func readFallbacks(t *testing.T, s *stores) []any {
	t.Helper()
	return readEach(t, keptFallbacks, func(f fallback.Fallback) (fallback.Fallback, error) {
		return s.fallbacks.Fallback(t.Context(), f.Execution)
	})
}
