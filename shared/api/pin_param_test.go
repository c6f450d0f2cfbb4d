package api_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/phone"
)

// said is a status with its text, as one.
func (a answer) said() string {
	return strings.TrimSpace(a.member("status") + " " + a.member("error_text"))
}

const missing, invalid = "2 Your request is incomplete and missing the mandatory parameter: ", "3 Invalid value for param: "

const (
	tooLong    = ". Parameter is too long."
	notAllowed = invalid + "code_length. The allowed values are 4 and 6."
	unreached  = "15 The destination number is not in a supported network"
	noPINCode  = "20 This account does not support the parameter: pin_code."
	mobile     = "447400123456"
	landline   = "442079460000"
	either     = "12015550123" // mobile or landline
)

// requestRows are changes of a good request and what it then comes to.
var requestRows = []struct {
	want  string
	pairs []string
}{
	{missing + "number", []string{"number", ""}},
	{missing + "brand", []string{"brand", ""}},
	{missing + "brand", []string{"brand", " "}}, {missing + "brand", []string{"brand", "\u200b"}}, {missing + "brand", []string{"brand", "\u3164 \u2800"}},
	{missing + "number", []string{"number", "", "brand", ""}},
	{missing + "brand", []string{"number", "abc", "brand", ""}},
	{missing + "brand", []string{"brand", "", "code_length", "5", "country", "XX", "pin_code", "1234"}},
	{"2 Missing api_key", []string{"api_key", "", "api_secret", "", "brand", ""}},
	{"2 Missing api_key", []string{"api_key", "", "number", "abc"}},
	{"2 Your request is incomplete and missing some mandatory parameters", []string{"api_secret", "", "number", ""}},
	{"4 Bad Credentials", []string{"api_secret", "no", "brand", ""}},
	{"4 Bad Credentials", []string{"api_secret", "no", "code_length", "5"}},

	{"0", []string{"brand", strings.Repeat("B", 18)}},
	{"0", []string{"brand", strings.Repeat("é", 18)}},
	{"0", []string{"brand", strings.Repeat("😀", 18)}},
	{invalid + "brand" + tooLong, []string{"brand", strings.Repeat("B", 19)}},
	{invalid + "brand" + tooLong, []string{"brand", strings.Repeat("é", 19)}},
	{"0", []string{"sender_id", strings.Repeat("S", 11)}},
	{"0", []string{"sender_id", strings.Repeat("ß", 11)}},
	{invalid + "sender_id" + tooLong, []string{"sender_id", strings.Repeat("S", 12)}},

	{"0", []string{"code_length", "4"}}, {"0", []string{"code_length", "6"}}, {"0", []string{"code_length", "06"}}, {"0", []string{"code_length", "0004"}},
	{notAllowed, []string{"code_length", "5"}}, {notAllowed, []string{"code_length", "0"}}, {notAllowed, []string{"code_length", "7"}}, {notAllowed, []string{"code_length", "46"}},
	{invalid + "code_length", []string{"code_length", "4.0"}}, {invalid + "code_length", []string{"code_length", "-4"}}, {invalid + "code_length", []string{"code_length", "four"}},
	{invalid + "code_length", []string{"code_length", " 4"}}, {invalid + "code_length", []string{"code_length", "+6"}}, {invalid + "code_length", []string{"code_length", "٤"}},
	{invalid + "code_length", []string{"code_length", "99999999999999999999"}}, {invalid + "code_length", []string{"code_length", "0x6"}},

	{"0", []string{"require_type", "All"}}, {"0", []string{"require_type", "all"}}, {invalid + "require_type", []string{"require_type", "Fax"}},
	{"0", []string{"require_type", "Mobile"}}, {"0", []string{"require_type", "Landline"}}, // of no type that is known
	{"0", []string{"number", mobile, "require_type", "Mobile"}}, {unreached, []string{"number", mobile, "require_type", "Landline"}},
	{"0", []string{"number", landline, "require_type", "landline"}}, {unreached, []string{"number", landline, "require_type", "MOBILE"}},
	{"0", []string{"number", either, "require_type", "All"}}, {"0", []string{"number", either, "require_type", "Mobile"}}, {"0", []string{"number", either, "require_type", "Landline"}},
	{unreached, []string{"number", "449098790000"}}, {unreached, []string{"number", "19005551234"}}, {unreached, []string{"number", "448456789012", "workflow_id", "7"}}, {unreached, []string{"number", "447012345678"}},
	{"0", []string{"number", "+990123452501", "require_type", "Landline"}}, {unreached, []string{"number", "+990123452501", "require_type", "Mobile"}},

	{"0", []string{"workflow_id", "1"}}, {"0", []string{"workflow_id", "7"}}, {"0", []string{"workflow_id", "03"}},
	{invalid + "workflow_id", []string{"workflow_id", "0"}}, {invalid + "workflow_id", []string{"workflow_id", "8"}}, {invalid + "workflow_id", []string{"workflow_id", "-1"}}, {invalid + "workflow_id", []string{"workflow_id", "1.0"}},
	{"0", []string{"pin_expiry", "60"}}, {"0", []string{"pin_expiry", "3600"}}, {"0", []string{"pin_expiry", "060"}},
	{invalid + "pin_expiry", []string{"pin_expiry", "59"}}, {invalid + "pin_expiry", []string{"pin_expiry", "3601"}}, {invalid + "pin_expiry", []string{"pin_expiry", "0"}}, {invalid + "pin_expiry", []string{"pin_expiry", "60s"}},
	{"0", []string{"next_event_wait", "60"}}, {"0", []string{"next_event_wait", "900"}},
	{invalid + "next_event_wait", []string{"next_event_wait", "59"}}, {invalid + "next_event_wait", []string{"next_event_wait", "901"}}, {invalid + "next_event_wait", []string{"next_event_wait", "0"}},

	{invalid + "lg", []string{"lg", "xx-xx"}}, {invalid + "lg", []string{"lg", "en"}}, {invalid + "lg", []string{"lg", "en_us"}}, {"0", []string{"lg", "EN-US"}},
	{"0", []string{"number", "07700900123", "country", "GB"}}, {"0", []string{"number", "07700900123", "country", "gb"}}, {"0", []string{"number", "447700900123", "country", "FR"}},
	{invalid + "number", []string{"number", "07700900123"}}, {invalid + "number", []string{"number", "44770090"}}, {invalid + "number", []string{"number", "1-800-FLOWERS"}},
	{invalid + "number", []string{"number", strings.Repeat("4", 16)}}, {invalid + "number", []string{"number", "12"}}, {missing + "number", []string{"number", " "}},
	{invalid + "country", []string{"country", "XX"}}, {invalid + "country", []string{"country", "GBR"}}, {invalid + "country", []string{"number", "abc", "country", "44"}},

	{noPINCode, []string{"pin_code", "1234"}}, {noPINCode, []string{"pin_code", "x"}}, {"0", []string{"pin_code", ""}},
	{invalid + "lg", []string{"pin_code", "1234", "lg", "x"}}, {missing + "brand", []string{"pin_code", "1234", "brand", ""}},
	{"0", []string{"unknown", "x", "callback", "https://x.example", "payee", strings.Repeat("x", 99), "amount", "no"}},
	{"0", []string{"country", " ", "sender_id", " ", "lg", "\t"}},
	{"0", []string{"country", "", "sender_id", "", "code_length", "", "lg", "", "require_type", "", "pin_expiry", "", "next_event_wait", "", "workflow_id", ""}},
}

func TestRequestParameters(t *testing.T) {
	t.Parallel()
	for _, row := range requestRows {
		w := newPINWorld(t)
		a := w.do(verifying("json", slices.Concat(good, row.pairs)...))
		if a.status != http.StatusOK || a.said() != row.want {
			t.Errorf("%v: %d %s, want %s", row.pairs, a.status, a.body, row.want)
		}
		w.wantNothingLeft(t, a, fmt.Sprint(row.pairs))
	}
}

// wantNothingLeft asserts that a request which failed left no debit, no live verification and no
// message behind.
func (w *pinWorld) wantNothingLeft(t *testing.T, a answer, name string) {
	t.Helper()
	if a.member("status") == "0" {
		return
	}
	w.advance(10 * time.Second)
	ledger, err := w.accounts.Ledger(t.Context(), standardKey)
	if err != nil || ledger != (account.Ledger{Free: budget}) || w.outbox.Len() != 0 || len(w.inbox.Messages("", phone.Number{})) != 0 {
		t.Errorf("%s: failed and left %+v, %d messages, %v", name, ledger, w.outbox.Len(), err)
	}
}

func TestPaymentParameters(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		want  string
		pairs []string
	}{
		{"0", []string{"amount", "48"}}, {"0", []string{"amount", "0.5"}}, {"0", []string{"amount", "0.01"}}, {"0", []string{"amount", "999999999.99"}},
		{invalid + "amount", []string{"amount", "48.001"}}, {invalid + "amount", []string{"amount", "-1"}}, {invalid + "amount", []string{"amount", "0"}}, {invalid + "amount", []string{"amount", "0.00"}},
		{invalid + "amount", []string{"amount", "1e3"}}, {invalid + "amount", []string{"amount", "1,50"}}, {invalid + "amount", []string{"amount", "1234567890"}}, {invalid + "amount", []string{"amount", ".5"}},
		{missing + "amount", []string{"amount", ""}}, {missing + "payee", []string{"payee", "", "amount", ""}}, {missing + "number", []string{"number", "", "payee", ""}},
		{missing + "payee", []string{"payee", "", "brand", "Acme"}}, {missing + "payee", []string{"payee", "  "}}, {"0", []string{"payee", strings.Repeat("ü", 18)}},
		{invalid + "payee" + tooLong, []string{"payee", strings.Repeat("ü", 19)}}, {"0", []string{"brand", strings.Repeat("x", 99)}},
		{invalid + "lg", []string{"lg", "ja-jp"}}, {"0", []string{"lg", "mt-mt"}}, {noPINCode, []string{"pin_code", "1234"}},
		{notAllowed, []string{"code_length", "5"}}, {invalid + "pin_expiry", []string{"pin_expiry", "59"}}, {"0", []string{"number", "0612345678", "country", "fr"}},
	} {
		w := newPINWorld(t)
		if a := w.do(verifying("psd2/json", slices.Concat(payment, row.pairs)...)); a.said() != row.want {
			t.Errorf("%v: %s, want %s", row.pairs, a.body, row.want)
		}
	}
}

// A payment's message names payee and amount.
func TestPaymentMessage(t *testing.T) {
	t.Parallel()
	w := newPINWorld(t)
	id := w.do(verifying("psd2/json", payment...)).member("request_id")
	w.advance(time.Second)
	sent := w.inbox.Messages(id, phone.Number{})
	if len(sent) != 1 || !strings.Contains(sent[0].Text, "Acme") || !strings.Contains(sent[0].Text, "48.00") || !strings.Contains(sent[0].Text, w.sentPIN(id)) {
		t.Errorf("sent %d messages", len(sent))
	}
}

// The values of lg in both documents.
const (
	lgOf100 = "de-de en-au en-gb en-us en-in es-es es-mx es-us fr-ca fr-fr is-is it-it ja-jp ko-kr nl-nl pl-pl pt-pt pt-br ro-ro ru-ru sv-se tr-tr zh-cn zh-tw"
	lgOf117 = "ar-xa cs-cz cy-cy cy-gb da-dk de-de el-gr en-au en-gb en-in en-us es-es es-mx es-us fi-fi fil-ph fr-ca fr-fr hi-in hu-hu id-id is-is it-it ja-jp ko-kr nb-no nl-nl pl-pl pt-br pt-pt ro-ro ru-ru sv-se th-th tr-tr vi-vn yue-cn zh-cn zh-tw"
	lgOfPay = "en-gb bg-bg cs-cz da-dk de-de ee-et el-gr es-es fi-fi fr-fr ga-ie hu-hu it-it lv-lv lt-lt mt-mt nl-nl pl-pl sk-sk sl-si sv-se"
)

func TestEveryLanguage(t *testing.T) {
	t.Parallel()
	for path, list := range map[string]string{"json": lgOf100 + " " + lgOf117, "psd2/json": lgOfPay} {
		for lg := range strings.FieldsSeq(list) {
			w := newPINWorld(t)
			a := w.do(verifying(path, slices.Concat(good, payment, []string{"lg", lg, "workflow_id", "2", "next_event_wait", "60"})...))
			id := a.member("request_id")
			w.advance(3 * time.Minute)
			sent := w.inbox.Messages(id, phone.Number{})
			if a.said() != "0" || len(sent) != 3 {
				t.Errorf("%s in %s: %s, %d messages", path, lg, a.body, len(sent))
				continue
			}
			if !strings.Contains(sent[0].Text, "Acme") || !strings.Contains(sent[0].Text, sent[0].PIN.Reveal()) || !strings.HasPrefix(sent[2].Text, "<speak>") {
				t.Errorf("%s in %s says the wrong thing", path, lg)
			}
		}
	}
}

func TestSpellingsOfANumberAreOneNumber(t *testing.T) {
	t.Parallel()
	w := newPINWorld(t)
	id := w.begun("number", "447700900000")
	for _, pairs := range [][]string{
		{"number", "+447700900000"}, {"number", "00447700900000"}, {"number", "+44 7700 900000"}, {"number", " 447700900000"}, {"number", "+44 (0)7700-900.000"},
		{"number", "07700900000", "country", "GB"}, {"number", "7700 900000", "country", "gb"}, {"number", "447700900000", "country", "GB"}, {"number", "+447700900000", "country", "US"},
	} {
		for _, c := range []call{verifying("json", slices.Concat(good, pairs)...), verifying("psd2/json", slices.Concat(payment, pairs)...)} {
			if a := w.do(c); a.member("status") != "10" || a.member("request_id") != id {
				t.Errorf("%v: %s, want the live request", pairs, a.body)
			}
		}
	}
	unescaped := plain("/verify/json", "api_key=abcd0001&api_secret=s3cret-abcd0001&brand=Acme&number=+447700900000")
	if a := w.do(unescaped); a.member("request_id") != id {
		t.Errorf("with a plus sign that nobody escaped: %s", a.body)
	}
	other := verifying("json", "number", "447700900000", "brand", "Acme", "api_key", strangerKey.String(), "api_secret", secretOf(strangerKey))
	if a := w.do(other); a.said() != "0" {
		t.Errorf("another account's request for the number: %s", a.body)
	}
}

func TestStrictAccounts(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		want   string
		digits int
		pairs  []string
	}{
		{"0", 6, nil}, {"0", 6, []string{"code_length", "6", "pin_expiry", "600"}}, {"0", 6, []string{"next_event_wait", "900"}},
		{invalid + "code_length", 0, []string{"code_length", "4"}}, {notAllowed, 0, []string{"code_length", "5"}},
		{invalid + "pin_expiry", 0, []string{"pin_expiry", "601"}}, {invalid + "pin_expiry", 0, []string{"pin_expiry", "300", "next_event_wait", "900"}},
	} {
		w := newPINWorld(t)
		a := w.do(verifying("json", slices.Concat(good, []string{"api_key", strictKey.String(), "api_secret", secretOf(strictKey)}, row.pairs)...))
		if a.said() != row.want {
			t.Errorf("%v: %s, want %s", row.pairs, a.body, row.want)
		}
		w.advance(time.Second)
		if row.digits > 0 && len(w.sentPIN(a.member("request_id"))) != row.digits {
			t.Errorf("%v: the PIN has not %d digits", row.pairs, row.digits)
		}
	}
}

func TestDemoAccounts(t *testing.T) {
	t.Parallel()
	w := newPINWorld(t)
	for _, row := range [][2]string{{demoNumber, "0"}, {"+44 7700 900999", "10"}, {"447700900998", "29"}, {"+990123450001", "29"}} {
		a := w.do(verifying("json", "number", row[0], "brand", "Acme", "api_key", demoKey.String(), "api_secret", secretOf(demoKey)))
		if a.member("status") != row[1] {
			t.Errorf("%s: %s, want %s", row[0], a.body, row[1])
		}
	}
}
