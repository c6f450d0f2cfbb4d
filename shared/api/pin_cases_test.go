package api_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// requestAsks are the cases of the request operation.
func requestAsks() pinAsks {
	cases := pinAsks{
		"status-0":     asking("", good...),
		"status-0-all": asking("", "number", "07400 123456", "country", "GB", "brand", "Ácme & <Co>", "sender_id", "ACME", "code_length", "06", "lg", "fr-fr", "require_type", "Mobile", "pin_expiry", "240", "next_event_wait", "120", "workflow_id", "4"),
		"status-0-query": func(_ *pinWorld, format string) call {
			return get("/verify/" + format + "?" + merged(credentials(standardKey), good...).Encode())
		},
		"status-0-json": func(_ *pinWorld, format string) call {
			return call{http.MethodPost, "/verify/" + format, http.Header{"Content-Type": {"application/json"}},
				`{"api_key":"abcd0001","api_secret":"s3cret-abcd0001","number":447700900123,"brand":"Acme","code_length":6}`}
		},
		"status-0-basic": func(_ *pinWorld, format string) call {
			return plain("/verify/"+format, form(good...).Encode()).with("Authorization", basic("abcd0001", "s3cret-abcd0001"))
		},
		"status-2-brand": asking("", "number", "447700900123"),
		"status-3-brand": asking("", "number", "447700900123", "brand", "evil.exam"),
		"status-1-number": func(w *pinWorld, format string) call {
			for range 5 {
				id := w.begun("client_ip", "2001:db8::1")
				w.check(id, w.sentPIN(id))
			}
			return verifying(format, good...)
		},
		"status-2-order": asking("", "country", "XX"),
		"status-10": func(w *pinWorld, format string) call {
			w.begun()
			return verifying(format, "number", "+44 7700 900123", "brand", "Other")
		},
		"status-1": func(w *pinWorld, format string) call {
			for i := range 30 {
				w.do(verifying("json", "number", fmt.Sprintf("4477009002%02d", i), "brand", "Acme"))
			}
			return verifying(format, good...)
		},
	}
	for name, pairs := range requestRefusals() {
		cases[name] = asking("", slices.Concat(good, pairs)...)
	}
	maps.Copy(cases, awayAsks("", good...))
	return cases
}

// requestRefusals are the changes to a good request, or to a good payment, by what it then comes
// to.
func requestRefusals() map[string][]string {
	return map[string][]string{
		"status-2-number":          {"number", ""},
		"status-3-number":          {"number", "abc"},
		"status-3-country":         {"country", "XX"},
		"status-3-code_length":     {"code_length", "5"},
		"status-3-code_length-txt": {"code_length", "4.0"},
		"status-3-lg":              {"lg", "tlh"},
		"status-3-require_type":    {"require_type", "Fax"},
		"status-3-pin_expiry":      {"pin_expiry", "59"},
		"status-3-next_event_wait": {"next_event_wait", "901"},
		"status-3-workflow_id":     {"workflow_id", "8"},
		"status-3-sender_id":       {"sender_id", "ABCDEFGHIJKL"},
		"status-3-client_ip":       {"client_ip", "fe80::1%eth0"},
		"status-6":                 {"number", "+990123452101"},
		"status-7":                 {"number", "+990123452201"},
		"status-7-network":         {"number", "+990123452301"},
		"status-8":                 {"api_key", barredKey.String(), "api_secret", secretOf(barredKey)},
		"status-9":                 {"api_key", noCreditKey.String(), "api_secret", secretOf(noCreditKey)},
		"status-15":                {"number", "+990123452401"},
		"status-15-type":           {"number", landline, "require_type", "Mobile"},
		"status-20":                {"pin_code", "1234"},
		"status-29":                {"api_key", demoKey.String(), "api_secret", secretOf(demoKey)},
	}
}

// awayAsks is the case of a store that is away.
func awayAsks(path string, pairs ...string) pinAsks {
	return pinAsks{"status-5": func(w *pinWorld, format string) call {
		w.away.Store(true)
		return verifying(path+format, pairs...)
	}}
}

var payment = []string{"number", "447700900123", "payee", "Acme", "amount", "48.00"}

// psd2Asks are the cases of payments.
func psd2Asks() pinAsks {
	cases := pinAsks{
		"status-0":        asking("psd2/", payment...),
		"status-2-payee":  asking("psd2/", "number", "447700900123", "brand", "Acme", "amount", "48.00"),
		"status-2-amount": asking("psd2/", "number", "447700900123", "payee", "Acme"),
		"status-3-amount": asking("psd2/", slices.Concat(payment, []string{"amount", "48,00"})...),
		"status-3-link": asking("psd2/", slices.Concat(payment,
			[]string{"payee", "http://pay"})...),
		"status-3-payee": asking("psd2/", slices.Concat(payment, []string{"payee", "Nineteen characters"})...),
		"status-0-query": func(_ *pinWorld, format string) call {
			return get("/verify/psd2/" + format + "?" + merged(credentials(standardKey), payment...).Encode())
		},
		"status-10": func(w *pinWorld, format string) call {
			w.begun()
			return verifying("psd2/"+format, payment...)
		},
		"status-1": func(w *pinWorld, format string) call {
			for i := range 30 {
				w.do(verifying("json", "number", fmt.Sprintf("4477009002%02d", i), "brand", "Acme"))
			}
			return verifying("psd2/"+format, payment...)
		},
	}
	for name, pairs := range requestRefusals() {
		cases[name] = asking("psd2/", slices.Concat(payment, pairs)...)
	}
	maps.Copy(cases, awayAsks("psd2/", payment...))
	return cases
}

const unknownID = "0123456789abcdef0123456789abcdef"

// checkAsks are the cases of check.
func checkAsks() pinAsks {
	trying := func(code func(w *pinWorld, id string) string, before ...func(w *pinWorld, id string)) pinCase {
		return func(w *pinWorld, format string) call {
			id := w.begun()
			for _, do := range before {
				do(w, id)
			}
			return verifying("check/"+format, "request_id", id, "code", code(w, id), "ip_address", "192.0.2.1")
		}
	}
	right, wrong := (*pinWorld).sentPIN, (*pinWorld).wrongPIN
	fail := func(w *pinWorld, id string) { w.check(id, w.wrongPIN(id)) }
	cases := pinAsks{
		"status-0":            trying(right),
		"status-0-third":      trying(right, fail, fail),
		"status-2-request_id": asking("check/", "code", "1234"),
		"status-2-code":       asking("check/", "request_id", unknownID),
		"status-2-both":       asking("check/"),
		"status-3":            asking("check/", "request_id", unknownID, "code", "12a4"),
		"status-3-ip_address": asking("check/", "request_id", unknownID, "code", "1234",
			"ip_address", "192.0.2.1, 10.0.0.1"),
		"status-3-short":     asking("check/", "request_id", unknownID, "code", "123"),
		"status-3-long":      asking("check/", "request_id", unknownID, "code", "1234567"),
		"status-6":           asking("check/", "request_id", unknownID, "code", "1234"),
		"status-6-malformed": asking("check/", "request_id", "no <id> & 'none'", "code", "1234"),
		"status-6-verified":  trying(right, func(w *pinWorld, id string) { w.check(id, w.sentPIN(id)) }),
		"status-6-expired":   trying(right, func(w *pinWorld, _ string) { w.advance(time.Hour) }),
		"status-6-foreign": func(w *pinWorld, format string) call {
			id := w.begun()
			return verifying("check/"+format, "api_key", strangerKey.String(), "api_secret", secretOf(strangerKey), "request_id", id, "code", w.sentPIN(id))
		},
		"status-16":       trying(wrong),
		"status-17":       trying(wrong, fail, fail),
		"status-17-after": trying(right, fail, fail, fail),
	}
	maps.Copy(cases, awayAsks("check/", "request_id", unknownID, "code", "1234"))
	return cases
}

// searchAsks are the cases of search.
func searchAsks() pinAsks {
	of := func(before func(w *pinWorld, id string), pairs ...string) pinCase {
		return func(w *pinWorld, format string) call {
			id := w.begun(pairs...)
			before(w, id)
			return get("/verify/search/" + format + "?" + merged(credentials(standardKey), "request_id", id).Encode())
		}
	}
	several := func(ids ...string) pinCase {
		return func(w *pinWorld, format string) call {
			values := credentials(standardKey)
			values["request_ids"] = append(append([]string{}, ids...), w.begun(), w.begun("number", "33612345678", "sender_id", "ACME"))
			return get("/verify/search/" + format + "?" + values.Encode())
		}
	}
	fail := func(w *pinWorld, id string) { w.check(id, w.wrongPIN(id)) }
	cases := pinAsks{
		"in-progress": of(func(*pinWorld, string) {}),
		"before-the-first-event": func(w *pinWorld, format string) call {
			id := w.do(verifying("json", good...)).member("request_id")
			return verifying("search/"+format, "request_id", id)
		},
		"success": of(func(w *pinWorld, id string) {
			fail(w, id)
			w.advance(130 * time.Second)
			w.do(verifying("check/json", "request_id", id, "code", w.sentPIN(id), "ip_address", "192.0.2.1"))
		}),
		"failed":  of(func(w *pinWorld, id string) { fail(w, id); fail(w, id); fail(w, id) }),
		"expired": of(func(w *pinWorld, _ string) { w.advance(time.Hour) }),
		"cancelled": of(func(w *pinWorld, id string) {
			w.advance(time.Minute)
			w.do(verifying("control/json", "request_id", id, "cmd", "cancel"))
		}),
		"several":             several(),
		"several-one-unknown": several(unknownID, "x", ""),
		"request_id-wins": func(w *pinWorld, format string) call {
			return verifying("search/"+format, "request_ids", unknownID, "request_id", w.begun())
		},
		"first-request_id-counts": func(w *pinWorld, format string) call {
			values := credentials(standardKey)
			values["request_id"] = []string{w.begun(), w.begun("number", "33612345678")}
			return plain("/verify/search/"+format, values.Encode())
		},
		"status-2":       asking("search/"),
		"status-18":      asking("search/"),
		"status-101":     asking("search/", "request_id", unknownID),
		"status-101-bad": asking("search/", "request_id", "<x>"),
		"status-101-all": asking("search/", "request_ids", unknownID),
		"status-101-foreign": func(w *pinWorld, format string) call {
			return verifying("search/"+format, "api_key", strangerKey.String(), "api_secret", secretOf(strangerKey), "request_id", w.begun())
		},
	}
	cases["status-18"] = func(_ *pinWorld, format string) call {
		values := credentials(standardKey)
		values["request_ids"] = slices.Repeat([]string{unknownID}, 11)
		return plain("/verify/search/"+format, values.Encode())
	}
	maps.Copy(cases, awayAsks("search/", "request_id", unknownID))
	return cases
}

// controlAsks are the cases of control.
func controlAsks() pinAsks {
	after := func(wait time.Duration, cmd string, before ...string) pinCase {
		return func(w *pinWorld, format string) call {
			id := w.begun()
			for _, earlier := range before {
				w.do(verifying("control/json", "request_id", id, "cmd", earlier))
			}
			w.advance(wait)
			return verifying("control/"+format, "request_id", id, "cmd", cmd)
		}
	}
	const trigger = "trigger_next_event"
	cases := pinAsks{
		"cancel":              after(29*time.Second, "cancel"), // a second has passed already
		"trigger":             after(0, trigger),
		"trigger-twice":       after(time.Second, trigger, trigger),
		"status-2-request_id": asking("control/", "cmd", "cancel"),
		"status-2-cmd":        asking("control/", "request_id", unknownID),
		"status-3":            asking("control/", "request_id", unknownID, "cmd", "stop"),
		"status-6":            asking("control/", "request_id", unknownID, "cmd", "cancel"),
		"status-6-trigger":    asking("control/", "request_id", unknownID, "cmd", trigger),
		"status-6-cancelled": func(w *pinWorld, format string) call {
			id := w.begun()
			w.advance(30 * time.Second)
			w.do(verifying("control/json", "request_id", id, "cmd", "cancel"))
			return verifying("control/"+format, "request_id", id, "cmd", "cancel")
		},
		"status-6-foreign": func(w *pinWorld, format string) call {
			return verifying("control/"+format, "api_key", strangerKey.String(), "api_secret", secretOf(strangerKey), "request_id", w.begun(), "cmd", "cancel")
		},
		"status-19-early":   after(28*time.Second, "cancel"),
		"status-19-late":    after(130*time.Second, "cancel"),
		"status-19-trigger": after(time.Second, trigger, trigger, trigger),
	}
	maps.Copy(cases, awayAsks("control/", "request_id", unknownID, "cmd", "cancel"))
	return cases
}

// unblockAsks are the cases of network-unblock, which has no format.
func unblockAsks() pinAsks {
	const path = "network-unblock"
	cases := pinAsks{
		"done": asking(path, "network", "44770090", "unblock_duration", "3600"),
		"done-json": func(*pinWorld, string) call {
			c := call{http.MethodPost, "/verify/" + path, http.Header{"Content-Type": {"application/json"}}, `{"network":"44770090","duration":86400}`}
			return c.with("Authorization", basic("abcd0001", "s3cret-abcd0001"))
		},
		"done-at-once": asking(path, "network", "44770090"),
		"status-429": func(w *pinWorld, _ string) call {
			w.do(verifying(path, "network", "44770090", "unblock_duration", "60"))
			w.advance(24 * time.Hour) // a minute less than a day after the first one's end
			return verifying(path, "network", "44770090", "unblock_duration", "60")
		},
		"network-missing":        asking(path, "unblock_duration", "1"),
		"network-invalid":        asking(path, "network", "x"),
		"duration-too-long":      asking(path, "network", "44770090", "unblock_duration", "86401"),
		"duration-negative":      asking(path, "network", "44770090", "unblock_duration", "-1"),
		"no-credentials":         asking(path, "api_key", "", "api_secret", ""),
		"half-credentials":       asking(path, "api_secret", ""),
		"wrong-credentials":      asking(path, "api_secret", "wrong"),
		"method":                 func(*pinWorld, string) call { return get("/verify/" + path) },
		"too-large":              func(*pinWorld, string) call { return plain("/verify/"+path, "x="+strings.Repeat("x", 8191)) },
		"broken-body":            func(*pinWorld, string) call { return plain("/verify/"+path, "{") },
		"unknown-path":           func(*pinWorld, string) call { return get("/verify/" + path + "/json") },
		"unknown-verify-path":    func(*pinWorld, string) call { return get("/verify/nothing/xml") },
		"store-of-accounts-away": func(w *pinWorld, _ string) call { w.closed.Store(true); return verifying(path) },
	}
	maps.Copy(cases, awayAsks(path, "network", "44770090"))
	return cases
}
