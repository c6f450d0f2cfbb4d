package dynamo

import (
	"lineproof/shared/grant"
)

// encodeGrant gives the item of a grant that the attempt writes.
func encodeGrant(g grant.Grant, a attempt) item {
	return item{
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
