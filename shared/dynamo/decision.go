package dynamo

import (
	"context"
	"io"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lineproof/shared/grant"
)

// decision is a conditional write on one item.
type decision struct {
	operation string // for errors, as "redeem grant"
	condition string
	changes   string // the assignments of a SET
	values    item   // of the placeholders in both
	remembers bool   // the item remembers all of its writes: others may write between two tries
}

// decide makes the decision about the item of that key by one conditional write. It gives the item
// as it then stands, nil when there is none, and whether the condition refused; a write whose
// answer was lost did not.
func (d decision) decide(
	ctx context.Context, api API, random io.Reader, table string, key item,
) (it item, refused bool, err error) {
	a, err := newAttempt(random)
	if err != nil {
		return nil, false, err
	}
	return d.try(ctx, api, a, table, key)
}

// try makes the decision as that attempt.
func (d decision) try(ctx context.Context, api API, a attempt, table string,
	key item) (it item, refused bool, err error) {
	out, err := api.UpdateItem(ctx, d.update(table, key, a))
	if err == nil {
		return out.Attributes, false, nil
	}
	old, refused := refusal(err)
	if !refused {
		return nil, false, failed(d.operation, err)
	}
	return old, !a.wrote(old), nil
}

// update gives the request that makes the decision. It returns the item as it stands after success,
// and after refusal.
func (d decision) update(table string, key item, a attempt) *dynamodb.UpdateItemInput {
	d.values[":attempt"] = binary(a)
	changes := "SET " + d.changes + ", " + attemptID + " = :attempt"
	if d.remembers {
		d.condition += " AND NOT contains(" + pinWrites + ", :attempt)"
		changes, d.values[":writes"] = "SET "+d.changes+" ADD "+pinWrites+" :writes", a.set()
	}
	return &dynamodb.UpdateItemInput{
		TableName:                           &table,
		Key:                                 key,
		ConditionExpression:                 &d.condition,
		UpdateExpression:                    &changes,
		ExpressionAttributeValues:           d.values,
		ReturnValues:                        types.ReturnValueAllNew,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}
}

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
		changes: "grantState = :authorized, secretHash = :secret, upstreamKept = :kept, amr = :amr," +
			" upstreamLeg = :none, authTime = :now, expiresAt = :expires, purgeAt = :purge",
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
	return decision{
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
