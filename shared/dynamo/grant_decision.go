package dynamo

import (
	"strings"
	"time"

	"lineproof/shared/grant"
)

// redemption turns an authorized or pending grant to issued. Its condition compares what is absent
// as empty. It brings a subscriber to a pending grant alone.
func redemption(r grant.Redemption) decision {
	d := decision{
		operation: "redeem grant",
		condition: "grantState = :from AND grantState IN (:authorized, :pending)" +
			" AND expiresAt > :now AND clientID = :client AND secretHash = :secret" +
			" AND redirectURI = :redirect AND codeChallenge = :challenge",
		changes: "grantState = :issued, generation = :generation, expiresAt = :expires," +
			" purgeAt = :purge",
		values: item{
			":from":       text(r.From),
			":authorized": text(grant.Authorized),
			":pending":    text(grant.Pending),
			":now":        moment(r.Now),
			":client":     text(r.Client),
			":secret":     binary(r.Secret),
			":redirect":   text(r.RedirectURI),
			":challenge":  text(r.Challenge),
			":issued":     text(grant.Issued),
			":generation": integer(r.Generation),
			":expires":    moment(r.Expires),
			":purge":      purge(r.Expires),
		},
	}
	if r.From == grant.Pending {
		d.changes += ", msisdn = :number, amr = :amr"
		d.values[":number"], d.values[":amr"] = integer(r.Number.Uint64()), text(r.AMR)
		if r.Kept != nil {
			d.changes += ", upstreamKept = :kept"
			d.values[":kept"] = binary(r.Kept)
		}
	}
	return d
}

// landing takes a subscriber back whose grant was sent.
func landing(l grant.Landing) decision {
	return decision{
		operation: "land grant",
		condition: "grantState = :sent AND expiresAt > :now AND upstreamName = :upstream" +
			" AND secretHash = :secret",
		changes: "grantState = :landed",
		values: item{
			":sent": text(grant.Sent), ":landed": text(grant.Landed), ":now": moment(l.Now),
			":upstream": text(l.Upstream), ":secret": binary(l.Secret),
		},
	}
}

// authorization gives a grant that has landed its code, and forgets the leg.
func authorization(a grant.Authorization) decision {
	return decision{
		operation: "authorize grant",
		condition: "grantState = :landed AND expiresAt > :now",
		changes: "grantState = :authorized, secretHash = :secret, upstreamKept = :kept," +
			" amr = :amr, upstreamLeg = :none, authTime = :now, expiresAt = :expires, purgeAt = :purge",
		values: item{
			":landed": text(grant.Landed), ":authorized": text(grant.Authorized),
			":secret": binary(a.Secret), ":kept": binary(a.Kept), ":amr": text(a.AMR),
			":none": text(""), ":now": moment(a.Now), ":expires": moment(a.Expires),
			":purge": purge(a.Expires),
		},
	}
}

// poll sets interval and next poll of a pending grant.
func poll(p grant.Poll) decision {
	d := decision{
		operation: "poll grant",
		condition: "grantState = :pending AND nextPollAt = :was",
		changes:   "pollInterval = :interval, nextPollAt = :next",
		values: item{
			":pending":  text(grant.Pending),
			":was":      moment(p.Was),
			":interval": duration(p.Interval),
			":next":     moment(p.NextPoll),
		},
	}
	if p.Keeps {
		d.changes += ", upstreamKept = :kept"
		d.values[":kept"] = binary(p.Kept)
	}
	return d
}

// rotation raises the generation of an issued grant by one.
func rotation(client string, generation int, now time.Time) decision {
	return decision{
		operation: "rotate grant",
		condition: "grantState = :issued AND clientID = :client AND generation = :generation" +
			" AND expiresAt > :now",
		changes: "generation = :next",
		values: item{
			":issued":     text(grant.Issued),
			":client":     text(client),
			":generation": integer(generation),
			":now":        moment(now),
			":next":       integer(generation + 1),
		},
	}
}

// revocation turns a grant that exists to revoked.
func revocation() decision {
	return decision{
		operation: "revoke grant",
		condition: "attribute_exists(" + grantID + ")",
		changes:   "grantState = :revoked",
		values:    item{":revoked": text(grant.Revoked)},
	}
}

// use turns an issued grant to used.
func use(now time.Time) decision {
	d := decision{
		operation: "use grant",
		changes:   "grantState = :used",
		values: item{
			":used":   text(grant.Used),
			":issued": text(grant.Issued),
			":now":    moment(now),
			":none":   integer(0),
		},
	}
	accepted := make([]string, len(grant.Accepted))
	for i, amr := range grant.Accepted {
		accepted[i] = ":" + string(amr)
		d.values[accepted[i]] = text(amr)
	}
	d.condition = "grantState = :issued AND expiresAt > :now" +
		" AND (msisdn > :none OR size(upstreamName) > :none) AND amr IN (" +
		strings.Join(accepted, ", ") + ")"
	return d
}
