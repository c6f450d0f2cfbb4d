package dynamo

import (
	"context"
	"errors"
	"io"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"lineproof/shared/account"
	"lineproof/shared/verification"
)

// TransactAPI is what the stores call of a DynamoDB client that write several items at once.
type TransactAPI interface {
	API
	BatchGetItem(
		context.Context, *dynamodb.BatchGetItemInput, ...func(*dynamodb.Options),
	) (*dynamodb.BatchGetItemOutput, error)
	TransactWriteItems(
		context.Context, *dynamodb.TransactWriteItemsInput, ...func(*dynamodb.Options),
	) (*dynamodb.TransactWriteItemsOutput, error)
}

// Verifications is a verification.BeginStore, verification.CheckStore, verification.ControlStore,
// verification.DispatchStore and verification.DenialStore. What each costs:
//
//	Begin    1 put of the live item, 1 unit; before it, where the terms cap or block something of
//	         theirs, 1 update of the ledger, which a process that is busy makes for up to 4, and 1
//	         each of the items of the number over all accounts, of its network and of the client's
//	         address, 1 unit each. 1 more update of a meter that stands otherwise than this
//	         process supposes, from what it saw last (see sights). 2 more puts when the number was
//	         verified before; 3 more when another overtakes it, and 1 update of that where a cap
//	         of the number counts.
//	Check    1 update, 1 unit. Cancel, Skip, its giving back and Replace the same; what was
//	         displaced refuses one Replace more, where it stood before.
//	Find     1 read, 1 unit for each verification; 1 more read for those that a later one
//	         displaced.
//	Settle   1 update when nothing was held. Else, for all of an account that this process settles
//	         at once: 1 transaction of the verifications and the account's till, 2 units each, 1
//	         read of the till and 1 update of the ledger.
//	Tally    of a message: 1 update each of the items of the number over all accounts, of the
//	         account's cost and of the network, 1 unit each; 1 more when a meter stood otherwise
//	         than supposed, as above. What is given back is read first. Of a success: 1 update of
//	         the network's item. None where the terms cap and block nothing.
//	Unblock  1 update, 1 unit. Deny the same.
type Verifications struct {
	api           TransactAPI
	pins, ledgers string
	random        io.Reader

	purses   *purses
	sights   *sights
	settling *group[account.Key, settlement]
}

// NewVerifications gives the store in the named tables. Whoever neither begins nor settles
// verifications needs no ledgers.
func NewVerifications(api TransactAPI, pins, ledgers string, random io.Reader) *Verifications {
	s := &Verifications{
		api: api, pins: pins, ledgers: ledgers, random: random,
		purses: &purses{all: map[account.Key]*purse{}}, sights: newSights(),
	}
	s.settling = newGroup(mostSettlements, s.settleAll)
	return s
}

// liveCondition holds for the verification that nonce names while it is live (see
// verification.Verification.State).
const liveCondition = "pinNonce = :nonce AND expiresAt > :now AND pinAttempts < :attempts" +
	" AND pinTotal < pinAllowed AND cancelledAt = :none AND pinGuess <> pinHash AND pinSettled = :no"

func liveValues(ref verification.Ref, now time.Time) item {
	return item{
		":nonce":    integer(ref.Nonce),
		":now":      moment(now),
		":attempts": integer(verification.MaxAttempts),
		":none":     integer(0),
		":one":      integer(1),
		":no":       boolean(false),
	}
}

// Check counts an attempt, as verification.CheckStore says.
func (s *Verifications) Check(
	ctx context.Context, a verification.Attempt,
) (verification.Verification, error) {
	values := liveValues(a.Ref, a.Now)
	values[":guess"], values[":checks"] = binary(a.Guess), binaries([][]byte{a.Sealed})
	return s.decide(ctx, a.Ref, decision{
		operation: "check pin",
		condition: liveCondition + " AND pinExpiresAt > :now",
		changes: "pinAttempts = pinAttempts + :one, pinTotal = pinTotal + :one," +
			" pinGuess = :guess, checkedAt = :now, pinChecks = list_append(pinChecks, :checks)," +
			" pinRevision = pinRevision + :one",
		values: values,
	})
}

// Cancel ends the verification, as verification.ControlStore says.
func (s *Verifications) Cancel(
	ctx context.Context, c verification.Cancellation,
) (verification.Verification, error) {
	values := liveValues(c.Ref, c.Now)
	values[":submitted"], values[":event"] = moment(c.Submitted), integer(c.Event)
	return s.decide(ctx, c.Ref, decision{
		operation: "cancel verification",
		condition: liveCondition + " AND submittedAt <= :submitted AND pinEvent < :event",
		changes:   "cancelledAt = :now, pinRevision = pinRevision + :one",
		values:    values,
	})
}

// Skip takes one from the events that are left, as verification.ControlStore says.
func (s *Verifications) Skip(ctx context.Context, w verification.Wish) (
	verification.Verification, verification.GiveBack, error) {
	a, err := newAttempt(s.random)
	if err != nil {
		return verification.Verification{}, nil, err
	}
	d := decision{
		operation: "skip to next event",
		condition: liveCondition + " AND pinEventsLeft > :none",
		changes:   "pinEventsLeft = pinEventsLeft - :one, pinRevision = pinRevision + :one",
		values:    liveValues(w.Ref, w.Now),
	}
	if len(w.By) > 0 {
		d.condition += " AND (attribute_not_exists(" + pinWished + ") OR " +
			pinWished + " <> pinEvent AND " + pinWishedBy + " <> :by)"
		d.changes += ", " + pinWished + " = pinEvent, " + pinWishedBy + " = :by"
		d.values[":by"] = binary(w.By)
	}
	v, err := s.decideAs(ctx, a, livePin(w.Account, w.Number), w.Ref, d)
	return v, func(ctx context.Context) error { return s.unskip(ctx, a, v) }, err
}

// unskip undoes the skip of that attempt, which v is the outcome of. The item forgets the skip with
// it, so that none is undone twice.
func (s *Verifications) unskip(
	ctx context.Context, skip attempt, v verification.Verification,
) error {
	_, err := s.api.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.pins, Key: livePin(v.Account, v.Number).item(),
		ConditionExpression: aws.String("pinNonce = :nonce AND pinEvent = :event" +
			" AND pinEventsLeft < :most AND pinSettled = :no AND contains(" + pinWrites + ", :skip)"),
		UpdateExpression: aws.String("SET pinEventsLeft = pinEventsLeft + :one," +
			" pinRevision = pinRevision + :one REMOVE " + pinWished + ", " + pinWishedBy +
			" DELETE " + pinWrites + " :skips"),
		ExpressionAttributeValues: item{
			":nonce": integer(v.Nonce), ":event": integer(v.Event), ":most": integer(v.Skippable()),
			":no": boolean(false), ":one": integer(1), ":skip": binary(skip), ":skips": skip.set(),
		},
	})
	if _, refused := refusal(err); err == nil || refused {
		return nil
	}
	return failed("give event back", err)
}

// Replace writes the verification in place of the one that was read: of the live one, or where
// another has taken that one's place, of what it is kept as.
func (s *Verifications) Replace(ctx context.Context, v verification.Verification) error {
	stands, err := s.replaceAt(ctx, v, livePin(v.Account, v.Number))
	if errors.Is(err, verification.ErrRefused) && stands.Nonce != v.Nonce {
		_, err = s.replaceAt(ctx, v, displacedPin(v.Ref))
	}
	return err
}

func (s *Verifications) replaceAt(
	ctx context.Context, v verification.Verification, k pinKey,
) (verification.Verification, error) {
	read := v.Revision
	v.Revision++
	attributes, err := pinAttributes(v)
	if err != nil {
		return v, err
	}
	values, changes := readValues(v, read), []string{}
	for name, value := range attributes {
		values[":"+name] = value
		changes = append(changes, name+" = :"+name)
	}
	return s.decideAt(ctx, k, v.Ref, decision{
		operation: "replace verification", condition: readCondition,
		changes: strings.Join(changes, ", "), values: values,
	})
}

// readCondition holds for the verification that was read, as it then stood, unless it is settled.
const readCondition = "pinNonce = :nonce AND pinRevision = :revision AND pinSettled = :no"

func readValues(v verification.Verification, revision int64) item {
	return item{":nonce": integer(v.Nonce), ":revision": integer(revision), ":no": boolean(false)}
}

// decide makes a decision about a number's live verification by one conditional write and gives it
// as it then stands.
func (s *Verifications) decide(
	ctx context.Context, ref verification.Ref, d decision,
) (verification.Verification, error) {
	return s.decideAt(ctx, livePin(ref.Account, ref.Number), ref, d)
}

// decideAt makes it about the verification at the key.
func (s *Verifications) decideAt(
	ctx context.Context, k pinKey, ref verification.Ref, d decision,
) (verification.Verification, error) {
	a, err := newAttempt(s.random)
	if err != nil {
		return verification.Verification{}, err
	}
	return s.decideAs(ctx, a, k, ref, d)
}

// decideAs makes it as that attempt. Who else writes between its tries does not matter.
func (s *Verifications) decideAs(ctx context.Context, a attempt, k pinKey, ref verification.Ref,
	d decision) (verification.Verification, error) {
	d.remembers = true
	it, refused, err := d.try(ctx, s.api, a, s.pins, k.item())
	if err != nil {
		return verification.Verification{}, err
	}
	v, err := decodePIN(it, ref)
	if err == nil && refused {
		err = verification.ErrRefused
	}
	return v, err
}
