package admin_test

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"

	"lineproof/shared/account"
	"lineproof/shared/admin"
	"lineproof/shared/fault"
	"lineproof/shared/memory"
	"lineproof/shared/phone"
	"lineproof/shared/sms"
	"lineproof/shared/storetest"
	"lineproof/shared/verification"
)

// login proves an account by its secret, as the Verify API does.
func (w *world) login(key, secret string) (account.Account, error) {
	return w.authenticator().Authenticate(context.Background(), account.Credentials{Key: key, Secret: secret})
}

func (w *world) authenticator() account.Authenticator {
	return account.Authenticator{Accounts: w.accounts, Peppers: w.AccountPeppers, Now: w.Now}
}

const create = `{"command": "create-account", "api_key": "0000cafe", "terms": "standard", "countries": ["GB", "ZZ"]}`

func TestCreateAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	made := w.done(t, `{"command": "create-account", "terms": "strict", "countries": ["GB"], "domain": "shop.example", "app_hash": "FA+9qCX9VSu",
		"price": 50000, "sms_price": 0, "voice_price": 7, "spend_per_day": 1000000, "prepaid": false, "line_types": ["uan"]}`)
	key, secret := made["api_key"].(string), made["api_secret"].(string)
	a, err := w.login(key, secret)
	if err != nil || len(key) != 8 || len(secret) != 32 {
		t.Fatalf("%s/%s: %v", key, secret, err)
	}
	want := account.StrictTerms("GB")
	want.LineTypes = []string{"uan"}
	want.Domain, want.AppHash, want.Price, want.SMSPrice, want.VoicePrice, want.SpendPerDay, want.Prepaid =
		"shop.example", "FA+9qCX9VSu", 50000, 0, 7, 1000000, false
	if got, _ := json.Marshal(a.Terms); string(got) != string(must(json.Marshal(want))) {
		t.Errorf("terms %s", got)
	}
	if shown := w.done(t, `{"command": "show-account", "api_key": "`+key+`"}`); shown["api_secret"] != nil || shown["secrets"] != 1.0 {
		t.Errorf("shown as %v", shown)
	}
	if another := w.done(t, `{"command": "create-account", "terms": "standard", "countries": ["GB"]}`); another["api_key"] == key || another["api_secret"] == secret {
		t.Error("two accounts share a key or a secret")
	}
}

// TestHelpNamesPresets has the help of each cap tell what the kinds of terms have in its place.
func TestHelpNamesPresets(t *testing.T) {
	t.Parallel()
	for _, c := range admin.Commands() {
		for _, f := range c.Fields() {
			if f.Name == "wrong_codes_per_number_and_day" &&
				!strings.HasSuffix(f.Help,
					"; without it standard 20, strict 10, unlimited 0 (optional)") {
				t.Errorf("%s: %s", c.Name, f.Help)
			}
		}
	}
}

// TestCapsAreSetOneByOne overrides each cap of the terms by the name under which it is shown, and
// refuses what is none.
func TestCapsAreSetOneByOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	shown := w.done(t, create)["terms"].(map[string]any)
	for _, name := range []string{
		"per_second", "per_day", "per_number_and_day", "per_network_and_day", "per_address_and_day",
		"requests_per_number_and_ten_minutes",
		"messages_per_number_and_ten_minutes", "messages_per_number_and_day", "number_pause",
		"wrong_codes_per_number_and_day", "spend_per_day",
		"message_cost_per_day", "message_cost_per_network_and_day", "conversion_percent",
		"conversion_sample",
	} {
		set := func(value string) string {
			return `{"command": "set-terms", "api_key": "0000cafe", "countries": ["GB"], "` + name + `": ` + value + `}`
		}
		if before, is := shown[name].(float64); !is || before == 0 {
			t.Errorf("standard terms have no %s", name)
		}
		for _, value := range []float64{0, 7} {
			changed := w.done(t, set(strconv.Itoa(int(value))))["terms"].(map[string]any)
			if changed[name] != value {
				t.Errorf("%s is %v, want %v", name, changed[name], value)
			}
			changed[name], changed["countries"] = shown[name], shown["countries"]
			if a, b := string(must(json.Marshal(changed))),
				string(must(json.Marshal(shown))); a != b {
				t.Errorf("%s changes other terms:\n%s\n%s", name, a, b)
			}
		}
		for _, value := range []string{"-1", "1000000000001"} {
			w.refused(t, set(value), "invalid field", name)
		}
	}
	for value, want := range map[string]bool{"true": true, "false": false} {
		for _, name := range []string{
			"plain_brand", "prepaid", "templates", "no_fraud_check", "codeless",
		} {
			changed := w.done(t, `{"command": "set-terms", "api_key": "0000cafe", "`+name+`": `+value+`}`)["terms"].(map[string]any)
			if changed[name] != want {
				t.Errorf("%s %s: %v", name, value, changed)
			}
			changed[name], changed["countries"] = shown[name], shown["countries"]
			if a, b := string(must(json.Marshal(changed))), string(must(json.Marshal(shown))); a != b {
				t.Errorf("%s changes other terms:\n%s\n%s", name, a, b)
			}
		}
	}
}

// TestBrandOfMessages sets the name that messages carry, and refuses what no request could bring.
func TestBrandOfMessages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.done(t, create)
	set := func(brand, more string) string {
		return `{"command": "set-terms", "api_key": "0000cafe", "brand": ` +
			strconv.Quote(brand) + more + `}`
	}
	for _, brand := range []string{"Läden & Co", "ABCDEFGHIJKLMNOPQR"} {
		shown := w.done(t, set(brand, ""))["terms"].(map[string]any)
		if shown["brand"] != brand {
			t.Errorf("brand is %v, want %q", shown["brand"], brand)
		}
	}
	for _, brand := range []string{"ABCDEFGHIJKLMNOPQRS", "a{b}", "a/b", "$1", "shop.example"} {
		w.refused(t, set(brand, ""), "invalid field", "brand")
	}
	w.done(t, set("shop.example", `, "plain_brand": false`))
}

func must(b []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return b
}

// An account that names no country reaches test numbers alone.
func TestNobodySendsWhereNobodySaid(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, fields := range []string{``, `, "countries": []`, `, "terms": "standard"`} {
		made := w.done(t, `{"command": "create-account"`+fields+`}`)
		a, err := w.login(made["api_key"].(string), made["api_secret"].(string))
		if err != nil || !slices.Equal(a.Terms.Countries, []string{"ZZ"}) || a.Terms.PerSecond != account.StandardTerms().PerSecond {
			t.Errorf("account %+v, %v", a.Terms, err)
		}
	}
}

func TestAnAccountIsNotOpenedTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	secret := w.done(t, create)["api_secret"].(string)
	w.refused(t, create, "invalid field", "api_key")
	if _, err := w.login("0000cafe", secret); err != nil {
		t.Error("the first account is gone")
	}
}

func TestTermsAreValidated(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.done(t, create)
	for fields, field := range map[string]string{
		`"terms": "loose", "countries": ["GB"]`:                                    "terms",
		`"terms": "standard", "countries": ["gb"]`:                                 "countries",
		`"terms": "standard", "countries": ["GBR"]`:                                "countries",
		`"terms": "standard", "countries": ["GB", "GB"]`:                           "countries",
		`"countries": ["GB"], "line_types": ["mobile"]`:                            "line_types",
		`"countries": ["GB"], "line_types": ["uan", "uan"]`:                        "line_types",
		`"terms": "standard", "countries": ["GB"], "domain": "Shop.example"`:       "domain",
		`"terms": "standard", "countries": ["GB"], "domain": "shop"`:               "domain",
		`"terms": "standard", "countries": ["GB"], "domain": "a b.example"`:        "domain",
		`"terms": "standard", "countries": ["GB"], "domain": "-a.example"`:         "domain",
		`"terms": "standard", "countries": ["GB"], "app_hash": "FA+9qCX9VS"`:       "app_hash",
		`"terms": "standard", "countries": ["GB"], "app_hash": "FA+9qCX9VS\n"`:     "app_hash",
		`"terms": "standard", "countries": ["GB"], "price": -1`:                    "price",
		`"terms": "standard", "countries": ["GB"], "sms_price": 1000000000001`:     "sms_price",
		`"terms": "standard", "countries": ["GB"], "voice_price": -5`:              "voice_price",
		`"terms": "standard", "countries": ["GB"], "spend_per_day": -9`:            "spend_per_day",
		`"terms": "standard", "countries": ["GB"], "spend_per_day": 1.5`:           "spend_per_day",
		`"terms": "standard", "countries": ["GB"], "prepaid": 1`:                   "prepaid",
		`"terms": "standard", "countries": ["GB", "FR", "ZZ"], "countries": ["?"]`: "countries",
	} {
		for _, command := range []string{"create-account", "set-terms"} {
			key := map[string]string{"set-terms": `"api_key": "0000cafe", `}[command]
			w.refused(t, `{"command": "`+command+`", `+key+fields+`}`, "invalid field", field)
		}
	}
	w.done(t, `{"command": "set-terms", "api_key": "0000cafe", "terms": "unlimited", "countries": ["FR"]}`)
	if a, _ := w.accounts.Account(t.Context(), 0xcafe); a.Terms.PerSecond != 0 || !slices.Equal(a.Terms.Countries, []string{"FR"}) || len(a.Secrets) != 1 {
		t.Errorf("the account is now %+v", a)
	}
}

func TestRotateAccountSecret(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var all []string
	all = append(all, w.done(t, create)["api_secret"].(string))
	for range 2 {
		all = append(all, w.done(t, `{"command": "rotate-account-secret", "api_key": "0000CAFE"}`)["api_secret"].(string))
	}
	for i, good := range []bool{false, true, true} {
		if _, err := w.login("0000cafe", all[i]); (err == nil) != good {
			t.Errorf("secret %d: %v", i, err)
		}
	}
	if shown := w.done(t, `{"command": "drop-account-secret", "api_key": "0000cafe"}`); shown["secrets"] != 1.0 || shown["api_secret"] != nil {
		t.Errorf("shown as %v", shown)
	}
	for i, good := range []bool{false, false, true} {
		if _, err := w.login("0000cafe", all[i]); (err == nil) != good {
			t.Errorf("after the drop, secret %d: %v", i, err)
		}
	}
}

func TestBarAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.done(t, create)
	for command, barred := range map[string]bool{"bar-account": true, "unbar-account": false} {
		for range 2 {
			shown := w.done(t, `{"command": "`+command+`", "api_key": "0000cafe"}`)
			if a, _ := w.accounts.Account(t.Context(), 0xcafe); a.Barred != barred || shown["barred"] != barred {
				t.Errorf("after %s the account is %+v", command, a)
			}
		}
	}
}

func TestCreditAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.done(t, create)
	for payment, free := range map[string]float64{"invoice-1": 5_000_000} {
		for range 3 {
			shown := w.done(t, `{"command": "credit-account", "api_key": "0000cafe", "amount": 5000000, "payment": "`+payment+`"}`)
			if got := shown["ledger"].(map[string]any)["free"]; got != free {
				t.Errorf("%s: %v is free", payment, got)
			}
		}
	}
	if shown := w.done(t, `{"command": "credit-account", "api_key": "0000cafe", "amount": 1, "payment": "invoice_2"}`); shown["ledger"].(map[string]any)["free"] != 5_000_001.0 {
		t.Errorf("shown as %v", shown)
	}
	for fields, field := range map[string]string{
		`"payment": "a"`: "amount", `"amount": 0, "payment": "a"`: "amount", `"amount": -1, "payment": "a"`: "amount",
		`"amount": 1000000000001, "payment": "a"`: "amount", `"amount": 9223372036854775808, "payment": "a"`: "amount",
		`"amount": 1, "payment": "a#b"`: "payment", `"amount": 1, "payment": "a b"`: "payment",
		`"amount": 1, "payment": "` + string(make65()) + `"`: "payment",
	} {
		w.refused(t, `{"command": "credit-account", "api_key": "0000cafe", `+fields+`}`, "invalid field", field)
	}
	w.refused(t, `{"command": "credit-account", "api_key": "0000cafe", "amount": 1}`, "missing field", "payment")
	w.refused(t, `{"command": "credit-account", "api_key": "0000cafd", "amount": 1, "payment": "a"}`, "not found", "api_key")
	if l, _ := w.accounts.Ledger(t.Context(), 0xcafd); l.Free != 0 {
		t.Error("an account that does not exist has money")
	}
}

func make65() []byte { return slices.Repeat([]byte("a"), 65) }

func TestSignature(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.done(t, create)
	for _, method := range []string{"md5hash", "md5", "sha1", "sha256", "sha512"} {
		made := w.done(t, `{"command": "set-signature", "api_key": "0000cafe", "method": "`+method+`"}`)
		params := map[string][]string{"api_key": {"0000cafe"}, "timestamp": {strconv.FormatInt(w.now.Unix(), 10)}}
		params["sig"] = []string{account.Method(method).Sign(made["signature_secret"].(string), params)}
		if _, err := w.authenticator().Authenticate(t.Context(), account.Credentials{Key: "0000cafe", Params: params}); err != nil {
			t.Errorf("%s: %v", method, err)
		}
		w.done(t, `{"command": "set-signature", "api_key": "0000cafe", "method": "none"}`)
		_, err := w.authenticator().Authenticate(t.Context(), account.Credentials{Key: "0000cafe", Params: params})
		if !fault.Is(err, fault.InvalidCredentials) {
			t.Errorf("%s, taken away: %v", method, err)
		}
	}
	w.refused(t, `{"command": "set-signature", "api_key": "0000cafe", "method": "sha3"}`, "invalid field", "method")
}

func TestDemo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.done(t, create)
	allows := func(digits string) bool {
		a, _ := w.accounts.Account(t.Context(), 0xcafe)
		return a.DemoList(w.AccountPeppers).Allows(digits)
	}
	w.done(t, `{"command": "set-demo", "api_key": "0000cafe", "demo": true, "numbers": ["+447700900001", "447700900002"]}`)
	if !allows("447700900001") || !allows("447700900002") || allows("447700900003") {
		t.Error("the list is another")
	}
	w.done(t, `{"command": "set-demo", "api_key": "0000cafe", "demo": true}`)
	if allows("447700900001") {
		t.Error("an empty list allows")
	}
	w.done(t, `{"command": "set-demo", "api_key": "0000cafe", "demo": false}`)
	if !allows("447700900003") {
		t.Error("no demo account refuses")
	}
	many, _ := json.Marshal(slices.Repeat([]string{"447700900001"}, 101))
	for fields, field := range map[string]string{
		`"demo": true, "numbers": ["07700900001"]`: "numbers", `"demo": true, "numbers": ["x"]`: "numbers",
		`"demo": false, "numbers": ["447700900001"]`: "numbers", `"demo": true, "numbers": ` + string(many): "numbers",
	} {
		w.refused(t, `{"command": "set-demo", "api_key": "0000cafe", `+fields+`}`, "invalid field", field)
	}
	w.refused(t, `{"command": "set-demo", "api_key": "0000cafe", "numbers": []}`, "missing field", "demo")
}

// denied tells whether a verification request for the number meets the deny list.
func (w *world) denied(t *testing.T, n phone.Number) bool {
	t.Helper()
	key, err := verification.NewKey(1, slices.Repeat([]byte("k"), 32))
	if err != nil {
		t.Fatal(err)
	}
	terms, order := account.UnlimitedTerms("GB"), storetest.Order(n, "GB")
	r := verification.Requester{
		Store: w.pins, Outbox: memory.NewOutbox(w.Now),
		Keys: verification.Ring{key}, Routed: sms.Anywhere, Now: w.Now,
	}
	_, err = r.Request(t.Context(), verification.Caller{Account: 0xcafe, Terms: terms}, order, 1)
	return fault.Is(err, fault.Denied)
}

func TestDenyAndAllow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.done(t, create)
	number, _ := phone.Parse("+447700900123")
	for _, step := range []struct {
		command string
		denied  bool
	}{{"deny-number", true}, {"deny-number", true}, {"allow-number", false}} {
		if r := w.done(t, `{"command": "`+step.command+`", "api_key": "0000cafe", "number": "+447700900123"}`); r["denied"] != step.denied || len(r) != 2 {
			t.Errorf("%s is answered with %v", step.command, r)
		}
		if got := w.denied(t, number); got != step.denied {
			t.Errorf("after %s the number is denied: %v", step.command, got)
		}
	}
	w.refused(t, `{"command": "deny-number", "api_key": "0000cafe", "number": "07700900123"}`, "invalid field", "number")
	w.refused(t, `{"command": "deny-number", "api_key": "0000cafe"}`, "missing field", "number")
}

func TestUnblockNetwork(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.done(t, create)
	r := w.done(t, `{"command": "unblock-network", "api_key": "0000cafe", "network": "44770090", "unblock_duration": 60}`)
	if r["unblocked_until"] != "2030-01-02T03:05:05.000000678Z" {
		t.Errorf("answered with %v", r)
	}
	w.done(t, `{"command": "unblock-network", "api_key": "0000cafe", "network": "44770090", "unblock_duration": 1}`) // as often as need be
	w.refused(t, `{"command": "unblock-network", "api_key": "0000cafe", "network": "x", "unblock_duration": 60}`, "invalid param", "network")
	w.refused(t, `{"command": "unblock-network", "api_key": "0000cafe", "unblock_duration": 60}`, "missing param", "network")
	w.refused(t, `{"command": "unblock-network", "api_key": "0000cafe", "network": "44770090", "unblock_duration": 86401}`, "invalid param", "unblock_duration")
}
