package sms_test

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"

	"lineproof/shared/sms"
	"lineproof/shared/verification"
)

func TestReach(t *testing.T) {
	t.Parallel()
	r := sms.Routes{"GB": {SMS: "a"}, sms.Default: {Voice: "b"}}
	for _, test := range []struct {
		country string
		channel verification.Channel
		want    bool
	}{
		{"GB", verification.SMS, true}, {"GB", verification.Voice, false}, {"US", verification.SMS, false}, {"US", verification.Voice, true},
		{"", verification.Voice, true},
	} {
		if got := r.Reach(test.country, test.channel); got != test.want {
			t.Errorf("%s by %s: %v", test.country, test.channel, got)
		}
	}
}

func TestParseRoutes(t *testing.T) {
	t.Parallel()
	pool := "pool-0123456789abcdef0123456789abcdef"
	for text, want := range map[string]sms.Routes{
		"":                            {},
		"default=SMS:" + pool:         {sms.Default: {SMS: pool}},
		"default=Voice:+12065550100":  {sms.Default: {Voice: "+12065550100"}},
		"US=SMS:72975/Voice:phone-0a": {"US": {SMS: "72975", Voice: "phone-0a"}},
		"XK=SMS:A-b_9":                {"XK": {SMS: "A-b_9"}},
		"default=SMS:pool-0a/Voice:+441632960000,GB=SMS:ACME/SenderIDs:VERIFY+SHOP": {
			sms.Default: {SMS: "pool-0a", Voice: "+441632960000"},
			"GB":        {SMS: "ACME", SenderIDs: []string{"VERIFY", "SHOP"}},
		},
		"IN=SMS:ACME/SenderIDs:SHOP/IN_ENTITY_ID:1101/IN_TEMPLATE_ID:1107/Voice:pool-0a": {"IN": {
			SMS: "ACME", SenderIDs: []string{"SHOP"}, EntityID: "1101", TemplateID: "1107",
			Voice: "pool-0a",
		}},
	} {
		if got, err := sms.ParseRoutes(text); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s is %+v, %v", text, got, err)
		}
	}
}

// The errors name no part of the text: a secret may have been put into the wrong variable.
func TestParseRoutesRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`{"*":{"SMS":"pool-abc"}}`, "{", " ", "GB", "GB=", "=SMS:ACME", "GB=SMS", "GB=SMS:",
		"GB=SMS:ACME,", ",GB=SMS:ACME", "GB=SMS:ACME,,US=SMS:ACME",
		"GB=SMS:ACME US=SMS:ACME", "GB=SMS:ACME\n",
		"UK=SMS:ACME", "gb=SMS:ACME", "*=SMS:ACME", "Default=SMS:ACME", "GBR=SMS:ACME", "001=SMS:ACME",
		"GB=SMS:ACME,GB=SMS:SHOP", "default=SMS:ACME,GB=SMS:ACME,default=Voice:pool-0a",
		"GB=SMS:ACME/SMS:SHOP", "GB=Voice:pool-0a/SMS:ACME", "GB=SMS:ACME/Voice:pool-0a/SenderIDs:SHOP",
		"GB=sms:ACME", "GB=SenderIDs:SHOP", "GB=SenderIDs:SHOP/Voice:pool-0a", "GB=SMS:ACME/SenderIDs:",
		"GB=SMS:ACME/SenderIDs:SHOP+", "GB=SMS:ACME/SenderIDs:SHOP,VERIFY", "GB=SMS:ACME/SenderIDs:+44",
		"GB=SMS:ACME/", "GB=SMS:ACME/Voice", "GB=SMS:ACME/Voice:ACME", "GB=SMS:ACME/Voice:72975",
		"GB=SMS:441632960000", "GB=SMS:12065550100", "GB=SMS:+44 1632 960000", "GB=SMS:+0441632960000",
		"GB=SMS:+4416329600001234", "GB=SMS:ACMEACMEACME", "GB=SMS:pool-0A1b2c3d4e",
		"GB=SMS:arn:aws:sms-voice:eu-west-1:123456789012:pool/pool-0a", "GB=Voice:pool-", "GB=SMS:12",
		"IN=SMS:ACME/IN_ENTITY_ID:1101", "IN=SMS:ACME/IN_TEMPLATE_ID:1107",
		"IN=SMS:ACME/IN_ENTITY_ID:/IN_TEMPLATE_ID:1107",
		"IN=SMS:ACME/IN_TEMPLATE_ID:1107/IN_ENTITY_ID:1101", "IN=IN_ENTITY_ID:1101/IN_TEMPLATE_ID:1107",
		"GB=SMS:ACME/IN_ENTITY_ID:1101/IN_TEMPLATE_ID:1107",
		"default=SMS:ACME/IN_ENTITY_ID:1101/IN_TEMPLATE_ID:1107",
		"IN=SMS:ACME/IN_ENTITY_ID:11 01/IN_TEMPLATE_ID:1107",
		"IN=SMS:ACME/IN_ENTITY_ID:" + strings.Repeat("1", 65) + "/IN_TEMPLATE_ID:1107",
	} {
		got, err := sms.ParseRoutes(text)
		if err == nil {
			t.Errorf("%q is %+v", text, got)
		} else if text != " " && text != "{" && strings.Contains(err.Error(), text) {
			t.Errorf("%q is told: %v", text, err)
		}
	}
}

// Every country that a number can be in may have a route.
func TestCountriesOfRoutes(t *testing.T) {
	t.Parallel()
	var found []string
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			if _, err := sms.ParseRoutes(fmt.Sprintf("%c%c=SMS:ACME", a, b)); err == nil {
				found = append(found, string(a)+string(b))
			}
		}
	}
	want := slices.Sorted(maps.Keys(phonenumbers.GetSupportedRegions()))
	if !slices.Equal(found, want) {
		t.Errorf("countries are %v, want %v", found, want)
	}
}

// What can be read can be written in one way, and reads as itself.
func FuzzParseRoutes(f *testing.F) {
	f.Add("default=SMS:pool-0a/Voice:+441632960000,GB=SMS:ACME/SenderIDs:VERIFY+SHOP")
	f.Add("IN=SMS:ACME/IN_ENTITY_ID:1101/IN_TEMPLATE_ID:1107,US=SMS:72975")
	f.Fuzz(func(t *testing.T, text string) {
		routes, err := sms.ParseRoutes(text)
		if err != nil {
			return
		}
		written := write(routes)
		if again, err := sms.ParseRoutes(written); err != nil || !reflect.DeepEqual(again, routes) {
			t.Errorf("%q reads as %+v, and %q as %+v, %v", text, routes, written, again, err)
		}
		entries := strings.Split(text, ",")
		slices.Sort(entries)
		if sorted := strings.Join(entries, ","); sorted != written {
			t.Errorf("%q is written as %q", sorted, written)
		}
	})
}

func write(routes sms.Routes) string {
	var entries []string
	for country, r := range routes {
		var parts []string
		for _, m := range [][2]string{
			{"SMS", r.SMS}, {"SenderIDs", strings.Join(r.SenderIDs, "+")}, {"IN_ENTITY_ID", r.EntityID},
			{"IN_TEMPLATE_ID", r.TemplateID}, {"Voice", r.Voice},
		} {
			if m[1] != "" {
				parts = append(parts, m[0]+":"+m[1])
			}
		}
		entries = append(entries, country+"="+strings.Join(parts, "/"))
	}
	slices.Sort(entries)
	return strings.Join(entries, ",")
}
