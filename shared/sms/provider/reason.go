package provider

import (
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/pinpointsmsvoicev2/types"

	"lineproof/shared/verification"
)

// reasons are the Reasons of End User Messaging's exceptions for which it may take no message, by
// what they mean to us. Its API reference ties none to an operation. What is missing here belongs,
// by its words, to the management of resources, and is not guessed about if it comes all the same.
var reasons = map[string]verification.Reason{
	"MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT":   verification.SpendLimit,
	"MONTHLY_SPEND_LIMIT_REACHED_FOR_VOICE":  verification.SpendLimit,
	"MONTHLY_SPEND_LIMIT_REACHED_FOR_MEDIA":  verification.SpendLimit,
	"MONTHLY_SPEND_LIMIT_REACHED_FOR_NOTIFY": verification.SpendLimit,

	"DAILY_DESTINATION_CALL_LIMIT":    verification.DailyLimit,
	"DAILY_NOTIFY_TIER_MESSAGE_LIMIT": verification.DailyLimit,

	"DESTINATION_PHONE_NUMBER_OPTED_OUT":                          verification.OptedOut,
	"DESTINATION_PHONE_NUMBER_NOT_VERIFIED":                       verification.Unverified,
	"DESTINATION_PHONE_NUMBER_BLOCKED_BY_PROTECT_NUMBER_OVERRIDE": verification.Barred,
	"DESTINATION_COUNTRY_BLOCKED_BY_PROTECT_CONFIGURATION":        verification.CountryBlocked,
	"DESTINATION_COUNTRY_BLOCKED":                                 verification.CountryBlocked,
	"COUNTRY_NOT_ENABLED":                                         verification.CountryBlocked,

	"RESOURCE_NOT_ACTIVE":             verification.Inactive,
	"NOTIFY_CONFIGURATION_NOT_ACTIVE": verification.Inactive,
	"RESOURCE_NOT_ACCESSIBLE":         verification.Missing,
	"INVALID_ARN":                     verification.Missing,
	"ACCOUNT_DISABLED":                verification.Disabled,
	"INSUFFICIENT_ACCOUNT_REPUTATION": verification.Disabled,

	"SENDER_ID_NOT_REGISTERED":        verification.Unregistered,
	"SENDER_ID_REQUIRES_REGISTRATION": verification.Unregistered,
	"REGISTRATION_NOT_COMPLETE":       verification.Unregistered,

	"SENDER_ID_NOT_SUPPORTED":                  verification.Unusable,
	"INTERNATIONAL_SENDING_NOT_SUPPORTED":      verification.Unusable,
	"INVALID_IDENTITY_FOR_DESTINATION_COUNTRY": verification.Unusable,
	"NO_ORIGINATION_IDENTITIES_FOUND":          verification.Unusable,
	"NUMBER_CAPABILITIES_MISMATCH":             verification.Unusable,
	"MESSAGE_TYPE_MISMATCH":                    verification.Unusable,
	"VOICE_CAPABILITY_NOT_AVAILABLE":           verification.Unusable,
	"CHANNEL_NOT_ENABLED":                      verification.Unusable,

	"CANNOT_PARSE":                        verification.Malformed,
	"FIELD_VALIDATION_FAILED":             verification.Malformed,
	"INVALID_PARAMETER":                   verification.Malformed,
	"INVALID_REQUEST":                     verification.Malformed,
	"MAXIMUM_SIZE_EXCEEDED":               verification.Malformed,
	"MISSING_PARAMETER":                   verification.Malformed,
	"PARAMETERS_CANNOT_BE_USED_TOGETHER":  verification.Malformed,
	"UNSPECIFIED_PARAMETER_NOT_SUPPORTED": verification.Malformed,
}

// reason returns why a message was refused; empty where nothing that we know was told. Only the
// typed exceptions have it: their texts say nothing of it, and hold numbers.
func reason(err error) verification.Reason {
	if e, ok := errors.AsType[*types.ConflictException](err); ok {
		return reasons[string(e.Reason)]
	}
	if e, ok := errors.AsType[*types.ServiceQuotaExceededException](err); ok {
		return reasons[string(e.Reason)]
	}
	if e, ok := errors.AsType[*types.ValidationException](err); ok {
		return invalid(e)
	}
	if e, ok := errors.AsType[*types.AccessDeniedException](err); ok {
		return denied(e)
	}
	if _, ok := errors.AsType[*types.ResourceNotFoundException](err); ok {
		return verification.Missing
	}
	return ""
}

// destination is the field of both requests that has the number.
const destination = "DestinationPhoneNumber"

// invalid tells a message that is wrong from one whose number is: only the fields say which.
func invalid(e *types.ValidationException) verification.Reason {
	why := reasons[string(e.Reason)]
	if why != verification.Malformed {
		return why
	}
	for _, field := range e.Fields {
		if strings.EqualFold(aws.ToString(field.Name), destination) {
			return verification.Unreachable
		}
	}
	return why
}

// denied tells an account that is closed from a right that is missing, which IAM gives no reason
// for.
func denied(e *types.AccessDeniedException) verification.Reason {
	if e.Reason == "" {
		return verification.Forbidden
	}
	return reasons[string(e.Reason)]
}
