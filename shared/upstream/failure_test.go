package upstream_test

import (
	"net/http"
	"testing"

	"lineproof/shared/upstream"
)

// Consent that is missing is that in each provider's letters, at every endpoint, and is not taken
// for credentials of ours that are wrong.
func TestConsentThatIsMissing(t *testing.T) {
	t.Parallel()
	for _, name := range upstream.ProfileNames() {
		if p, _ := upstream.ProfileOf(name); p.Shape != upstream.CodeFlow {
			continue
		}
		for _, body := range []string{
			`{"status":403,"code":"CONSENT_REQUIRED","message":"x"}`,
			`{"status":403,"code":"NUMBER_VERIFICATION.CONSENT_REQUIRED"}`,
			`{"code":"consent_required"}`, `{"code":"Consent_Required"}`, `{"error":"consent_required"}`,
			`{"error":"CONSENT_REQUIRED"}`, `{"error":"interaction_required"}`, `{"code":"INTERACTION_REQUIRED"}`,
		} {
			o := operate(t, says(http.StatusForbidden, body))
			p, opened := o.peer(t, name, nil), upstream.Token{Text: "t"}
			verified := caller().Verify(t.Context(), p, opened, upstream.Claim{Number: number(t, "+447700900000")}, nil)
			_, shared := caller().Share(t.Context(), p, opened)
			if verified != upstream.NoConsent || shared != upstream.NoConsent || o.calls.Load() != 2 {
				t.Errorf("%s: verify that answers %s comes to %s, share to %s", name, body, verified, shared)
			}
			if brought, known := p.Failed("CONSENT_REQUIRED"); !known || brought != upstream.NoConsent {
				t.Errorf("%s: the callback's comes to %s, %v", name, brought, known)
			}
		}
	}
	if upstream.NoConsent.Broken() {
		t.Error("a subscriber without consent counts against the upstream")
	}
}

// An error is the same in other letters, and a provider's own before the others'.
func TestLettersOfErrors(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]upstream.Outcome{
		"user_not_authenticated_by_mobile_network": upstream.OtherNetwork, "ACCESS_DENIED": upstream.OtherNetwork,
		"Number_Verification.Invalid_Token_Context": upstream.NoNumber, "Invalid_Client": upstream.Misconfigured,
		"conflict": upstream.Busy, "not_found": upstream.NotCovered,
	} {
		p, _ := of("a", "infobip", nil).Peer()
		if got, known := p.Failed(code); !known || got != want {
			t.Errorf("%s is %s, %v, want %s", code, got, known, want)
		}
	}
}
