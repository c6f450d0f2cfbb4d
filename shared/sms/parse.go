package sms

import (
	"errors"
	"slices"
	"strings"

	"lineproof/shared/phone"
)

// The members of a route that go to End User Messaging by these names.
const (
	entityID   = "IN_ENTITY_ID"
	templateID = "IN_TEMPLATE_ID"
	india      = "IN"
)

// The errors of ParseRoutes. None holds what could not be read.
var (
	errRoute = errors.New("not a list of COUNTRY=SMS:…/SenderIDs:…/Voice:…, with default or a" +
		" country of ISO 3166 and the members in this order")
	errTwice = errors.New("a country stands twice")
)

// ParseRoutes reads the template's parameter SmsRoutes; empty is no route. Its separators survive a
// shell and SAM's parser without quotes:
//
//	default=SMS:pool-0a1b/Voice:+441632960000,GB=SMS:ACME/SenderIDs:VERIFY+SHOP
//	IN=SMS:ACME/IN_ENTITY_ID:1101/IN_TEMPLATE_ID:1107
//
// Each country stands once, its members in this order. SenderIDs and the two of India go with SMS
// alone. The parameter's AllowedPattern accepts the same texts.
func ParseRoutes(text string) (Routes, error) {
	routes := Routes{}
	if text == "" {
		return routes, nil
	}
	for entry := range strings.SplitSeq(text, ",") {
		country, list, _ := strings.Cut(entry, "=")
		route, ok := parseRoute(list)
		if !ok || !isCountry(country) || route.EntityID != "" && country != india {
			return nil, errRoute
		}
		if _, twice := routes[country]; twice {
			return nil, errTwice
		}
		routes[country] = route
	}
	return routes, nil
}

// member is one part of a route, KEY:VALUE.
type member struct {
	key  string
	read func(r *Route, value string) bool
}

// members are those that a route may have, in order.
var members = []member{
	{"SMS", func(r *Route, v string) bool { r.SMS = v; return isOrigination(v) }},
	{"SenderIDs", func(r *Route, v string) bool {
		r.SenderIDs = strings.Split(v, "+")
		return r.SMS != "" && !slices.ContainsFunc(r.SenderIDs, notSenderID)
	}},
	{entityID, func(r *Route, v string) bool {
		r.EntityID = v
		return r.SMS != "" && isRegistered(v)
	}},
	{templateID, func(r *Route, v string) bool { r.TemplateID = v; return isRegistered(v) }},
	{"Voice", func(r *Route, v string) bool { r.Voice = v; return isNumber(v) || isResource(v) }},
}

func parseRoute(text string) (Route, bool) {
	var r Route
	rest := members
	for part := range strings.SplitSeq(text, "/") {
		key, value, _ := strings.Cut(part, ":")
		i := slices.IndexFunc(rest, func(m member) bool { return m.key == key })
		if i < 0 || !rest[i].read(&r, value) {
			return Route{}, false
		}
		rest = rest[i+1:]
	}
	return r, (r.EntityID == "") == (r.TemplateID == "")
}

// isOrigination tells whether End User Messaging can send text messages from the identity.
func isOrigination(name string) bool {
	return isNumber(name) || isResource(name) || isShortCode(name) || isSenderID(name)
}

func isNumber(text string) bool {
	_, err := phone.Parse(text)
	return err == nil
}

// isResource tells whether the name is that of a pool, or of a number that is not spelled out.
func isResource(name string) bool {
	id, pool := strings.CutPrefix(name, "pool-")
	if !pool {
		var number bool
		if id, number = strings.CutPrefix(name, "phone-"); !number {
			return false
		}
	}
	return id != "" && consists(id, lower+digits)
}

func isShortCode(text string) bool {
	return len(text) >= 3 && len(text) <= 8 && consists(text, digits)
}

// isSenderID asks for a letter: a number that lost its '+' would pass for one.
func isSenderID(text string) bool {
	return len(text) <= 11 && consists(text, lower+upper+digits+"_-") &&
		strings.ContainsAny(text, lower+upper)
}

func notSenderID(text string) bool { return !isSenderID(text) }

// isRegistered tells whether the text is an identifier that India's operators registered.
func isRegistered(text string) bool {
	return text != "" && len(text) <= 64 && consists(text, lower+upper+digits)
}

const (
	lower  = "abcdefghijklmnopqrstuvwxyz"
	upper  = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	digits = "0123456789"
)

func consists(text, of string) bool { return strings.Trim(text, of) == "" }

// isCountry tells whether a number can be there.
func isCountry(name string) bool {
	return name == Default || slices.Contains(strings.Fields(countries), name)
}

// countries are those that numbering knows; a test holds the two equal.
const countries = `
	AC AD AE AF AG AI AL AM AO AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO
	BQ BR BS BT BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK
	DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ
	GR GT GU GW GY HK HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM
	KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO
	MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH
	PK PL PM PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR
	SS ST SV SX SY SZ TA TC TD TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG US UY UZ VA VC
	VE VG VI VN VU WF WS XK YE YT ZA ZM ZW`
