package e2e_test

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// otpScenario is one of CAMARA's published acceptance scenarios of one-time passwords, under its
// tags in r3.2 (version 1) and in r4 (version 2); a version without it has no tag. The files ask
// for `$.status` where there is no body, which is read as the HTTP status.
type otpScenario struct {
	tags map[string]string
	run  func(t *testing.T, o otp)
	// reads says that the scenario reads the SMS, which nobody can do who has no inbox.
	reads bool
}

// r3 and r4 are the beginnings of the tags.
func tagged(r3, r4 string) map[string]string {
	tags := map[string]string{}
	if r3 != "" {
		tags["1"] = "OTPvalidationAPI_" + r3
	}
	if r4 != "" {
		tags["2"] = r4
	}
	return tags
}

// sending is a scenario of one call of send-code.
func sending(r3, r4, number, message string, status int, code string) otpScenario {
	return otpScenario{tags: tagged(r3, r4), run: func(t *testing.T, o otp) {
		if number == "" {
			number = freshDelivered()
		}
		o.sends(t, members(t, "phoneNumber", number, "message", message)).wantOTP(t, status, code)
	}}
}

// outcome is a scenario of one call of send-code for the test number of an outcome.
func outcome(r3, r4, outcome string, status int, code string) otpScenario {
	return otpScenario{tags: tagged(r3, r4), run: func(t *testing.T, o otp) {
		number := o.on.number(t, outcome)
		o.sends(t, members(t, "phoneNumber", number, "message", otpText)).wantOTP(t, status, code)
	}}
}

// bodied are scenarios of one call of an operation with a body.
func bodied(operation, r3, r4, body string) otpScenario {
	return otpScenario{tags: tagged(r3, r4), run: func(t *testing.T, o otp) {
		o.on.do(t, o.asking(operation, uuid, body)).wantOTP(t, http.StatusBadRequest, "INVALID_ARGUMENT")
	}}
}

// unauthorized is a scenario of one call of an operation with another token, made of a good one.
func unauthorized(operation, r3, r4 string, status int, code string, token func(t *testing.T, o otp) string) otpScenario {
	bodies := map[string]string{
		"send-code":     `{"phoneNumber":"+990123450001","message":"{{code}}"}`,
		"validate-code": `{"authenticationId":"ea0840f3-3663-4149-bd10-c7c6b8912105","code":"AJY3"}`,
	}
	return otpScenario{tags: tagged(r3, r4), run: func(t *testing.T, o otp) {
		o.token = token(t, o)
		o.on.do(t, o.asking(operation, uuid, bodies[operation])).wantOTP(t, status, code)
	}}
}

func noAuthorization(*testing.T, otp) string   { return "" }
func invalidAccess(_ *testing.T, o otp) string { return altered(o.token) }

// withoutScope is a token that opens something else.
func withoutScope(t *testing.T, o otp) string {
	w := speaking(t, "camara-2")
	return w.access(t, o.on, "verified", w.verifyScope)
}

// otpScenarios are those of both operations. Those of expired tokens and codes are in
// TestOTPExpiry, as they need another clock.
func otpScenarios() []otpScenario {
	return append(sendScenarios(), validateScenarios()...)
}

func sendScenarios() []otpScenario {
	const blocked, notAllowed = otpCodes + "PHONE_NUMBER_BLOCKED", otpCodes + "PHONE_NUMBER_NOT_ALLOWED"
	return []otpScenario{
		sending("01_send_code_success_scenario", "otp_send_code_01_send_code_success_scenario", "", otpText, 200, ""),
		{
			tags: tagged("02_send_code_success_scenario_without_x-correlator", "otp_send_code_02_send_code_success_scenario_without_x-correlator"),
			run: func(t *testing.T, o otp) {
				a := o.on.do(t, o.asking("send-code", "", members(t, "phoneNumber", freshDelivered(), "message", otpText)))
				if a.Status != http.StatusOK || a.Header.Get("x-correlator") != "" {
					t.Errorf("answered %d %s, %v", a.Status, a.Body, a.Header)
				}
				a.wantType(t, typeJSON)
				wantMembers(t, a.object(t), "authenticationId")
			},
		},
		bodied("send-code", "400.1_send_code_no_request_body", "otp_send_code_400.1_send_code_no_request_body", ""),
		bodied("send-code", "400.2_send_code_empty_request_body", "otp_send_code_400.2_send_code_empty_request_body", "{}"),
		sending("400.4_send_code_incorrect_phone_number_request_body", "otp_send_code_400.3_send_code_incorrect_phone_number_request_body", "3301", otpText, 400, "INVALID_ARGUMENT"),
		bodied("send-code", "400.5_send_code_missing_message", "otp_send_code_400.4_send_code_missing_message", `{"phoneNumber":"+990123450001"}`),
		sending("400.6_send_code_missing_code_request_body", "otp_send_code_400.5_send_code_missing_code_request_body", "", "message without code", 400, "INVALID_ARGUMENT"),
		sending("400.7_send_code_message_too_long", "otp_send_code_400.6_send_code_message_too_long", "", otpText+strings.Repeat(".", 161-len(otpText)), 400, "INVALID_ARGUMENT"),
		bodied("send-code", "", "otp_send_code_400.7_undeclared_property", `{"phoneNumber":"+990123450001","message":"{{code}}","foo":1}`),
		unauthorized("send-code", "401.1_send_code_no_authorization_header", "otp_send_code_401.1_send_code_no_authorization_header", 401, "UNAUTHENTICATED", noAuthorization),
		unauthorized("send-code", "401.3_send_code_invalid_access_token", "otp_send_code_401.3_send_code_invalid_access_token", 401, "UNAUTHENTICATED", invalidAccess),
		unauthorized("send-code", "", "otp_send_code_403.5_missing_scope", 403, "PERMISSION_DENIED", withoutScope),
		{
			tags: tagged("03_send_code_max_otp_code", "otp_send_code_403.1_send_code_max_otp_code"),
			run: func(t *testing.T, o otp) {
				const maxSend = 21 // of the strict account: 20 a day
				o, number := o.on.otp(t, o.version, "sandbox-otp-strict"), freshDelivered()
				for range maxSend - 1 {
					o.sendTo(t, number)
					time.Sleep(time.Second / 10) // within its rate
				}
				o.sends(t, members(t, "phoneNumber", number, "message", otpText)).wantOTP(t, 403, otpCodes+"MAX_OTP_CODES_EXCEEDED")
			},
		},
		outcome("04_send_code_phone_number_not_allowed", "otp_send_code_403.2_send_code_phone_number_not_allowed", "unsupported_network", 403, notAllowed),
		outcome("05_send_code_phone_number_not_allowed_3", "otp_send_code_403.3_send_code_phone_number_not_allowed", "landline", 403, notAllowed),
		outcome("06_send_code_phone_number_blocked", "otp_send_code_403.4_send_code_phone_number_blocked", "denied", 403, blocked),
		{
			tags: tagged("404.1_send_code_phone_number_not_belong_to_operator", "otp_send_code_404.1_send_code_phone_number_not_belong_to_operator"),
			run: func(t *testing.T, o otp) {
				a := o.sends(t, members(t, "phoneNumber", o.on.number(t, "unroutable"), "message", otpText))
				a.wantOTP(t, 404, map[string]string{"1": "NOT_FOUND", "2": "IDENTIFIER_NOT_FOUND"}[o.version])
			},
		},
	}
}

// received is a scenario of what comes of a code that was sent and read.
func received(r3, r4 string, run func(t *testing.T, o otp, id, code string)) otpScenario {
	return otpScenario{tags: tagged(r3, r4), reads: true, run: func(t *testing.T, o otp) {
		id := o.sendTo(t, freshDelivered())
		run(t, o, id, o.on.pin(t, id))
	}}
}

func validateScenarios() []otpScenario {
	const expired = otpCodes + "VERIFICATION_EXPIRED"
	return []otpScenario{
		received("01_validate_code_sucess_scenario", "otp_validate_code_01_validate_code_success_scenario", func(t *testing.T, o otp, id, code string) { //nolint:misspell // CAMARA spells its tags
			o.try(t, id, code).wantOTP(t, 204, "")
		}),
		received("02_validate_code_sucess_scenario_without_x-correlator", "otp_validate_code_02_validate_code_success_scenario_without_x-correlator", //nolint:misspell // CAMARA spells its tags
			func(t *testing.T, o otp, id, code string) {
				a := o.on.do(t, o.asking("validate-code", "", members(t, "authenticationId", id, "code", code)))
				if a.Status != http.StatusNoContent || a.Header.Get("x-correlator") != "" {
					t.Errorf("answered %d %s, %v", a.Status, a.Body, a.Header)
				}
			}),
		bodied("validate-code", "400.1_validate_code_no_request_body", "otp_validate_code_400.1_validate_code_no_request_body", ""),
		bodied("validate-code", "400.2_validate_code_empty_request_body", "otp_validate_code_400.2_validate_code_empty_request_body", "{}"),
		bodied("validate-code", "400.3_validate_code_missing_authenticationId", "otp_validate_code_400.3_validate_code_missing_authenticationId", `{"code":"123456"}`),
		received("400.3_validate_code_missing_code", "otp_validate_code_400.10_validate_code_missing_code", func(t *testing.T, o otp, id, _ string) {
			o.validates(t, members(t, "authenticationId", id)).wantOTP(t, 400, "INVALID_ARGUMENT")
		}),
		received("400.4_validate_code_exceed_code_max_length", "otp_validate_code_400.4_validate_code_exceed_code_max_length", func(t *testing.T, o otp, id, code string) {
			o.try(t, id, "thisCodeExceedsTenCharacters").wantOTP(t, 400, "INVALID_ARGUMENT")
			o.try(t, id, code).wantOTP(t, 204, "")
		}),
		received("400.5_validate_code_invalid_otp_scenario", "otp_validate_code_400.5_validate_code_invalid_otp_scenario", func(t *testing.T, o otp, id, code string) {
			o.try(t, id, notPIN(code)).wantOTP(t, 400, otpCodes+"INVALID_OTP")
			o.try(t, id, code).wantOTP(t, 204, "")
		}),
		{
			tags:  tagged("400.7_validate_code_verification_expired_scenario_2", "otp_validate_code_400.7_validate_code_verification_expired_scenario_2"),
			reads: true,
			run: func(t *testing.T, o otp) {
				number := freshDelivered()
				first := o.sendTo(t, number)
				code := o.on.pin(t, first)
				second := o.sendTo(t, number)
				o.try(t, first, code).wantOTP(t, 400, expired)
				o.try(t, second, o.on.pin(t, second)).wantOTP(t, 204, "")
			},
		},
		received("400.8_validate_code_verification_expired_scenario_3", "otp_validate_code_400.8_validate_code_verification_expired_scenario_3", func(t *testing.T, o otp, id, code string) {
			o.try(t, id, code).wantOTP(t, 204, "")
			o.try(t, id, code).wantOTP(t, 400, expired)
		}),
		received("400.9_validate_code_verification_failed_scenario", "otp_validate_code_400.9_validate_code_verification_failed_scenario", func(t *testing.T, o otp, id, code string) {
			const maxTry = 3
			for range maxTry - 1 {
				o.try(t, id, notPIN(code)).wantOTP(t, 400, otpCodes+"INVALID_OTP")
			}
			o.try(t, id, notPIN(code)).wantOTP(t, 400, otpCodes+"VERIFICATION_FAILED")
			o.try(t, id, code).wantOTP(t, 400, otpCodes+"VERIFICATION_FAILED")
		}),
		bodied("validate-code", "", "otp_validate_code_400.11_undeclared_property", `{"authenticationId":"ea0840f3-3663-4149-bd10-c7c6b8912105","code":"AJY3","foo":1}`),
		unauthorized("validate-code", "401.1_validate_code_no_authorization_header", "otp_validate_code_401.1_validate_code_no_authorization_header", 401, "UNAUTHENTICATED", noAuthorization),
		unauthorized("validate-code", "401.3_validate_code_invalid_access_token", "otp_validate_code_401.3_validate_code_invalid_access_token", 401, "UNAUTHENTICATED", invalidAccess),
		unauthorized("validate-code", "", "otp_validate_code_403.1_missing_scope", 403, "PERMISSION_DENIED", withoutScope),
		unauthorized("validate-code", "404_validate_code_resource_not_found", "otp_validate_code_404_validate_code_resource_not_found", 404, "NOT_FOUND", func(_ *testing.T, o otp) string { return o.token }),
	}
}

// TestOTPScenarios runs the acceptance scenarios of one-time passwords, each version's.
func TestOTPScenarios(t *testing.T) {
	everywhere(t, func(t *testing.T, on target) {
		onEachOTP(t, on, func(t *testing.T, o otp) {
			ran := 0
			for _, s := range otpScenarios() {
				tag := s.tags[o.version]
				if tag == "" {
					continue
				}
				ran++
				t.Run(tag, func(t *testing.T) {
					if s.reads {
						on.needLocal(t)
					}
					s.run(t, o)
				})
			}
			if want := map[string]int{"1": 32 - 3, "2": 32 - 3 + 4}[o.version]; ran != want { // three need another clock
				t.Errorf("%d scenarios, want %d", ran, want)
			}
		})
	})
}

// TestOTPExpiry runs the scenarios of what is too old: codes and access tokens.
func TestOTPExpiry(t *testing.T) {
	alone(t, func(t *testing.T, on target) {
		for _, version := range otpVersions {
			o := on.otp(t, version, "sandbox-otp")
			id := o.sendTo(t, freshDelivered())
			code := on.pin(t, id)
			on.advance(t, 300*time.Second)
			o.try(t, id, code).wantOTP(t, 400, otpCodes+"VERIFICATION_EXPIRED") // …400.6
			on.advance(t, 301*time.Second)
			o.try(t, id, code).wantOTP(t, 401, "UNAUTHENTICATED") // …401.2 of either operation
			o.sends(t, members(t, "phoneNumber", freshDelivered(), "message", otpText)).wantOTP(t, 401, "UNAUTHENTICATED")
		}
	})
}
