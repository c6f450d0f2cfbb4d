package provider_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/pinpointsmsvoicev2/types"

	"lineproof/shared/verification"
)

// refusals are all exceptions and reasons that the pinned client knows, by what a message that
// meets one comes to. Those of managed are left out.
var refusals = map[verification.Reason]string{
	verification.SpendLimit: `ServiceQuotaExceededException MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT MONTHLY_SPEND_LIMIT_REACHED_FOR_VOICE
		MONTHLY_SPEND_LIMIT_REACHED_FOR_MEDIA MONTHLY_SPEND_LIMIT_REACHED_FOR_NOTIFY`,
	verification.DailyLimit: `ServiceQuotaExceededException DAILY_DESTINATION_CALL_LIMIT DAILY_NOTIFY_TIER_MESSAGE_LIMIT`,
	verification.OptedOut:   `ConflictException DESTINATION_PHONE_NUMBER_OPTED_OUT`,
	verification.Unverified: `ConflictException DESTINATION_PHONE_NUMBER_NOT_VERIFIED`,
	verification.Barred:     `ConflictException DESTINATION_PHONE_NUMBER_BLOCKED_BY_PROTECT_NUMBER_OVERRIDE`,
	verification.CountryBlocked: `ConflictException DESTINATION_COUNTRY_BLOCKED_BY_PROTECT_CONFIGURATION
		ValidationException DESTINATION_COUNTRY_BLOCKED COUNTRY_NOT_ENABLED`,
	verification.Inactive:  `ConflictException RESOURCE_NOT_ACTIVE NOTIFY_CONFIGURATION_NOT_ACTIVE`,
	verification.Missing:   `ValidationException INVALID_ARN RESOURCE_NOT_ACCESSIBLE ResourceNotFoundException -`,
	verification.Disabled:  `AccessDeniedException ACCOUNT_DISABLED INSUFFICIENT_ACCOUNT_REPUTATION`,
	verification.Forbidden: `AccessDeniedException -`,
	verification.Unregistered: `ConflictException REGISTRATION_NOT_COMPLETE
		ValidationException SENDER_ID_NOT_REGISTERED SENDER_ID_REQUIRES_REGISTRATION`,
	verification.Unusable: `ConflictException MESSAGE_TYPE_MISMATCH NUMBER_CAPABILITIES_MISMATCH NO_ORIGINATION_IDENTITIES_FOUND
		ValidationException SENDER_ID_NOT_SUPPORTED INTERNATIONAL_SENDING_NOT_SUPPORTED VOICE_CAPABILITY_NOT_AVAILABLE
		INVALID_IDENTITY_FOR_DESTINATION_COUNTRY CHANNEL_NOT_ENABLED`,
	verification.Malformed: `ValidationException CANNOT_PARSE FIELD_VALIDATION_FAILED INVALID_PARAMETER INVALID_REQUEST MAXIMUM_SIZE_EXCEEDED
		MISSING_PARAMETER PARAMETERS_CANNOT_BE_USED_TOGETHER UNSPECIFIED_PARAMETER_NOT_SUPPORTED`,
	"": `ConflictException - NEW_REASON ServiceQuotaExceededException - NEW_REASON ValidationException - NEW_REASON OTHER
		AccessDeniedException NEW_REASON UnrecognizedClientException -`,
}

// managed are the reasons that, by their words, are those of operations that we do not call.
const managed = `
	ConflictException CREATE_REGISTRATION_VERSION_NOT_ALLOWED DELETION_PROTECTION_ENABLED DISASSOCIATE_REGISTRATION_NOT_ALLOWED
	DISCARD_REGISTRATION_VERSION_NOT_ALLOWED EDIT_REGISTRATION_FIELD_VALUES_NOT_ALLOWED EVENT_DESTINATION_MISMATCH KEYWORD_MISMATCH
	LAST_PHONE_NUMBER OPT_OUT_LIST_MISMATCH PHONE_NUMBER_ASSOCIATED_TO_POOL PHONE_NUMBER_ASSOCIATED_TO_REGISTRATION
	PHONE_NUMBER_NOT_ASSOCIATED_TO_POOL PHONE_NUMBER_NOT_IN_REGISTRATION_REGION REGISTRATION_ALREADY_SUBMITTED
	RESOURCE_ALREADY_ASSOCIATED SENDER_ID_ASSOCIATED_TO_POOL RCS_AGENT_ASSOCIATED_TO_POOL
	POOL_ASSOCIATED_TO_NOTIFY_CONFIGURATION RESOURCE_ALREADY_EXISTS RESOURCE_DELETION_NOT_ALLOWED RESOURCE_MODIFICATION_NOT_ALLOWED
	RESOURCE_NOT_EMPTY SELF_MANAGED_OPT_OUTS_MISMATCH SUBMIT_REGISTRATION_VERSION_NOT_ALLOWED TWO_WAY_CONFIG_MISMATCH
	VERIFICATION_CODE_EXPIRED VERIFICATION_ALREADY_COMPLETE PROTECT_CONFIGURATION_IS_ACCOUNT_DEFAULT
	PROTECT_CONFIGURATION_ASSOCIATED_WITH_CONFIGURATION_SET PROTECT_CONFIGURATION_NOT_ASSOCIATED_WITH_CONFIGURATION_SET
	RCS_AGENT_ALREADY_ASSOCIATED_TO_REGISTRATION_TYPE
	ServiceQuotaExceededException ASSOCIATIONS_PER_REGISTRATION CONFIGURATION_SETS_PER_ACCOUNT
	EVENT_DESTINATIONS_PER_CONFIGURATION_SET KEYWORDS_PER_PHONE_NUMBER KEYWORDS_PER_POOL NOTIFY_CONFIGURATIONS_PER_ACCOUNT
	OPT_OUT_LISTS_PER_ACCOUNT ORIGINATION_IDENTITIES_PER_POOL PHONE_NUMBERS_PER_ACCOUNT PHONE_NUMBERS_PER_REGISTRATION
	POOLS_PER_ACCOUNT RCS_AGENTS_PER_ACCOUNT REGISTRATION_ATTACHMENTS_CREATED_PER_DAY REGISTRATION_ATTACHMENTS_PER_ACCOUNT
	REGISTRATION_VERSIONS_CREATED_PER_DAY REGISTRATIONS_PER_ACCOUNT SENDER_IDS_PER_ACCOUNT TAGS_PER_RESOURCE
	VERIFIED_DESTINATION_NUMBERS_PER_ACCOUNT VERIFICATION_ATTEMPTS_PER_DAY PROTECT_CONFIGURATIONS_PER_ACCOUNT
	ValidationException CANNOT_ADD_OPTED_OUT_NUMBER COUNTRY_CODE_MISMATCH ATTACHMENT_TYPE_NOT_SUPPORTED INVALID_FILTER_VALUES
	INVALID_NEXT_TOKEN INVALID_REGISTRATION_ASSOCIATION MEDIA_TYPE_NOT_SUPPORTED PHONE_NUMBER_CANNOT_BE_OPTED_IN
	PHONE_NUMBER_CANNOT_BE_RELEASED PRICE_OVER_THRESHOLD REQUESTED_SPEND_LIMIT_HIGHER_THAN_SERVICE_LIMIT
	TWO_WAY_TOPIC_NOT_PRESENT TWO_WAY_NOT_ENABLED TWO_WAY_NOT_SUPPORTED_IN_COUNTRY TWO_WAY_NOT_SUPPORTED_IN_REGION
	TWO_WAY_CHANNEL_NOT_PRESENT UNKNOWN_REGISTRATION_FIELD UNKNOWN_REGISTRATION_SECTION UNKNOWN_REGISTRATION_TYPE
	UNKNOWN_REGISTRATION_VERSION UNKNOWN_OPERATION REGISTRATION_FIELD_CANNOT_BE_DELETED VERIFICATION_CODE_MISMATCH`

// told is an exception as the service writes it.
type told struct{ exception, reason string }

// read returns the exceptions of a text that names each before its reasons, "-" for none.
func read(text string) []told {
	var all []told
	exception := ""
	for word := range strings.FieldsSeq(text) {
		if strings.HasSuffix(word, "Exception") {
			exception = word
			continue
		}
		all = append(all, told{exception, strings.Trim(word, "-")})
	}
	return all
}

// body is what the service answers (awsJson1_0).
func (x told) body(fields ...string) string {
	type field struct{ Name, Message string }
	answer := struct {
		Type    string `json:"__type"`
		Message string
		Reason  string  `json:",omitempty"`
		Fields  []field `json:",omitempty"`
	}{"com.amazonaws.pinpointsmsvoicev2#" + x.exception, "of +447700900123", x.reason, nil}
	for _, name := range fields {
		answer.Fields = append(answer.Fields, field{name, "of +447700900123"})
	}
	text, _ := json.Marshal(answer)
	return string(text)
}

// answering has messages by both operations be answered so.
func answering(t *testing.T, body string) map[verification.Channel]verification.SendResult {
	t.Helper()
	p := sender(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, body)
	})
	all := map[verification.Channel]verification.SendResult{}
	for _, c := range []verification.Channel{verification.SMS, verification.Voice} {
		all[c] = p.Send(t.Context(), notice(t, c))
	}
	return all
}

// wantReason sends by both operations and wants each message to be refused for the reason.
func wantReason(t *testing.T, body string, want verification.Reason) {
	t.Helper()
	for c, got := range answering(t, body) {
		if got != (verification.SendResult{Outcome: verification.Refused, Reason: want}) {
			t.Errorf("%s by %s gave %+v, want %q", body, c, got, want)
		}
	}
}

// TestReasons has the service refuse by every reason that there is.
func TestReasons(t *testing.T) {
	t.Parallel()
	for want, text := range refusals {
		for _, x := range read(text) {
			wantReason(t, x.body(), want)
		}
	}
	for _, x := range read(managed) {
		wantReason(t, x.body(), "")
	}
}

// TestEveryReasonIsDecided wants a decision about each reason of the client's enumerations, so that
// an update of it that brings more fails until somebody decides, and none about what is in none.
func TestEveryReasonIsDecided(t *testing.T) {
	t.Parallel()
	decided := map[told]int{}
	for _, text := range refusals {
		for _, x := range read(text) {
			decided[x]++
		}
	}
	for _, x := range read(managed) {
		decided[x]++
	}
	known := append(values("ConflictException", types.ConflictExceptionReason("").Values()),
		values("ServiceQuotaExceededException", types.ServiceQuotaExceededExceptionReason("").Values())...)
	known = append(known, values("ValidationException", types.ValidationExceptionReason("").Values())...)
	known = append(known, values("AccessDeniedException", types.AccessDeniedExceptionReason("").Values())...)
	for _, x := range known {
		if decided[x] != 1 {
			t.Errorf("%d decisions about %s of %s", decided[x], x.reason, x.exception)
		}
		delete(decided, x)
	}
	for x := range decided {
		if x.reason != "" && x.reason != "NEW_REASON" {
			t.Errorf("%s of %s is no reason", x.reason, x.exception)
		}
	}
}

func values[R ~string](exception string, reasons []R) []told {
	all := make([]told, len(reasons))
	for i, reason := range reasons {
		all[i] = told{exception, string(reason)}
	}
	return all
}

// The fields of a message that breaks a rule tell whether its number is at fault.
func TestReasonsByField(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		reason, field string
		want          verification.Reason
	}{
		{"INVALID_PARAMETER", "DestinationPhoneNumber", verification.Unreachable},
		{"FIELD_VALIDATION_FAILED", "destinationPhoneNumber", verification.Unreachable},
		{"INVALID_PARAMETER", "MessageBody", verification.Malformed},
		{"SENDER_ID_NOT_REGISTERED", "DestinationPhoneNumber", verification.Unregistered},
		{"OTHER", "DestinationPhoneNumber", ""},
	} {
		wantReason(t, told{"ValidationException", test.reason}.body("TimeToLive", test.field), test.want)
	}
}

// What is throttled has a reason too, and so has a country without a route.
func TestReasonsOfOurOwn(t *testing.T) {
	t.Parallel()
	for c, got := range answering(t, told{"ThrottlingException", ""}.body()) {
		if got != (verification.SendResult{Outcome: verification.Throttled, Reason: verification.Throttling}) {
			t.Errorf("%s gave %+v", c, got)
		}
	}
	far := notice(t, verification.Voice)
	far.Country = "US"
	if got := sender(t, nil).Send(t.Context(), far); got.Reason != verification.Unrouted {
		t.Errorf("without a route it gave %+v", got)
	}
}
