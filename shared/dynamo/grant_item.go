package dynamo

import (
	"encoding/json"

	"lineproof/shared/grant"
)

// encodeGrant gives the item of a grant that the attempt writes.
func encodeGrant(g grant.Grant, a attempt) item {
	it := item{
		grantID:          text(g.ID),
		clientID:         text(g.Client),
		"grantState":     text(g.State),
		"grantType":      text(g.Type),
		scopes:           text(g.Scope),
		msisdn:           integer(g.Number.Uint64()),
		"amr":            text(g.AMR),
		tokenLifetime:    duration(g.Policy.Lifetime),
		singleUse:        boolean(g.Policy.SingleUse),
		refreshLifetime:  duration(g.Policy.RefreshLifetime),
		secretHash:       binary(g.Secret),
		"redirectURI":    text(g.RedirectURI),
		"codeChallenge":  text(g.Challenge),
		"nonceValue":     text(g.Nonce),
		"connectionHint": text(g.Hint),
		"pollInterval":   duration(g.Interval),
		"nextPollAt":     moment(g.NextPoll),
		"generation":     integer(g.Generation),
		"authTime":       moment(g.AuthTime),
		expiresAt:        moment(g.Expires),
		attemptID:        binary(a),
		purgeAt:          purge(g.Expires),
	}
	if g.Upstream != "" {
		it["upstreamName"], it["upstreamLeg"] = text(g.Upstream), text(encodeLeg(g.Leg))
		it["upstreamKept"] = binary(g.Kept)
	}
	return it
}

// encodeLeg gives a leg as JSON; nothing of none.
func encodeLeg(l grant.Leg) string {
	if l == (grant.Leg{}) {
		return ""
	}
	text, _ := json.Marshal(legJSON(l)) // texts alone: never fails
	return string(text)
}

// legJSON is a leg as it stands in an item.
type legJSON struct {
	State  string `json:"state,omitempty"`
	Origin string `json:"origin,omitempty"`
}

func (d *decoder) leg(name string) grant.Leg {
	text := d.text(name)
	if text == "" {
		return grant.Leg{}
	}
	var l legJSON
	if json.Unmarshal([]byte(text), &l) != nil {
		d.fail(name)
	}
	return grant.Leg(l)
}

// decodeGrant gives the grant of an item; no item is the zero grant.
func decodeGrant(it item) (grant.Grant, error) {
	d := &decoder{item: it}
	g := grant.Grant{
		ID:          d.text(grantID),
		Client:      d.text(clientID),
		State:       grant.State(d.text("grantState")),
		Type:        grant.Type(d.text("grantType")),
		Scope:       d.text(scopes),
		Number:      d.number(msisdn),
		AMR:         grant.AMR(d.text("amr")),
		Policy:      d.policy(),
		Secret:      d.binary(secretHash),
		RedirectURI: d.text("redirectURI"),
		Challenge:   d.text("codeChallenge"),
		Nonce:       d.text("nonceValue"),
		Upstream:    d.text("upstreamName"),
		Leg:         d.leg("upstreamLeg"),
		Kept:        d.binary("upstreamKept"),
		Hint:        d.text("connectionHint"),
		Interval:    d.duration("pollInterval"),
		NextPoll:    d.moment("nextPollAt"),
		Generation:  int(d.integer("generation")),
		AuthTime:    d.moment("authTime"),
		Expires:     d.moment(expiresAt),
	}
	if err := d.err(); err != nil {
		return grant.Grant{}, err
	}
	return g, nil
}

func (d *decoder) policy() grant.Policy {
	return grant.Policy{
		Lifetime:        d.duration(tokenLifetime),
		SingleUse:       d.boolean(singleUse),
		RefreshLifetime: d.duration(refreshLifetime),
	}
}
