package dynamo

import (
	"lineproof/shared/fallback"

	"lineproof/shared/account"
)

// The attributes of the table Fallbacks.
const (
	executionID   = "executionID"
	fallbackState = "fallbackState"
	fallbackOwner = "accountNumber"
	sealedRequest = "sealedRequest"
	fallbackNonce = "pinNonce"
	taskToken     = "taskToken"
	fallbackPIN   = "requestID"
	verified      = "verified"
	verifyMethod  = "verifyMethod"
	verifyReason  = "reason"

	requestDigest  = "requestDigest"
	silentOutcome  = "silentOutcome"
	silentReason   = "silentReason"
	blockedNetwork = "blockedNetwork"
)

func fallbackKey(execution string) item { return item{executionID: text(execution)} }

func encodeFallback(f fallback.Fallback, a attempt) item {
	return item{
		executionID:    text(f.Execution),
		fallbackState:  text(f.State),
		fallbackOwner:  integer(int64(f.Account)),
		sealedRequest:  binary(f.Sealed),
		fallbackNonce:  integer(f.Nonce),
		taskToken:      text(f.Token),
		fallbackPIN:    text(f.RequestID),
		verified:       boolean(f.Result.Verified),
		verifyMethod:   text(f.Result.Method),
		verifyReason:   text(f.Result.Reason),
		msisdn:         integer(f.Number.Uint64()),
		requestDigest:  binary(f.Digest),
		blockedNetwork: text(f.Result.Network),
		silentOutcome:  text(f.Silence.Outcome),
		silentReason:   text(f.Silence.Reason),
		expiresAt:      moment(f.Expires),
		attemptID:      binary(a),
		purgeAt:        purge(f.Expires),
	}
}

func decodeFallback(it item) (fallback.Fallback, error) {
	d := decoder{item: it}
	f := fallback.Fallback{
		Execution: d.text(executionID),
		State:     fallback.State(d.text(fallbackState)),
		Account:   account.Key(d.integer(fallbackOwner)),
		Sealed:    d.binary(sealedRequest),
		Nonce:     uint64(d.integer(fallbackNonce)),
		Token:     d.text(taskToken),
		RequestID: d.text(fallbackPIN),
		Expires:   d.moment(expiresAt),
		Number:    d.number(msisdn),
		Digest:    d.binary(requestDigest),
		Silence: fallback.SilentResult{
			Outcome: fallback.Outcome(d.text(silentOutcome)),
			Reason:  fallback.Reason(d.text(silentReason)),
		},
	}
	if f.State == fallback.Done {
		f.Result = fallback.Result{
			Verified:  d.boolean(verified),
			Method:    d.text(verifyMethod),
			RequestID: f.RequestID,
			Reason:    fallback.Reason(d.text(verifyReason)),
			Network:   d.text(blockedNetwork),
			Silence:   f.Tried(),
		}
	}
	return f, d.err()
}
