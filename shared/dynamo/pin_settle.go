package dynamo

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lineproof/shared/account"
	"lineproof/shared/fault"
	"lineproof/shared/verification"
)

// withdrawTries is how often a verification may change under the hands of who withdraws it.
const withdrawTries = 4

// Withdraw ends a verification of which no event has begun, as verification.BeginStore says, after
// a read.
func (s *Verifications) Withdraw(
	ctx context.Context, ref verification.Ref, now time.Time,
) (withdrawn bool, err error) {
	for range withdrawTries {
		found, err := s.Find(ctx, []verification.Ref{ref})
		if err != nil {
			return false, err
		}
		v, ends := found[0].Withdraw(ref, now)
		if !ends {
			return v.Unsent(), nil
		}
		v.Revision, v.Settled = found[0].Revision, false
		if err := s.Settle(ctx, v, false); !errors.Is(err, verification.ErrRefused) {
			return err == nil, err
		}
	}
	return false, failed("withdraw verification", fault.New(fault.Unavailable))
}

// Settle marks the verification, wherever it stands, and moves what was held.
func (s *Verifications) Settle(
	ctx context.Context, v verification.Verification, charge bool,
) error {
	if v.Settled {
		return verification.ErrRefused
	}
	err := s.settleAt(ctx, v, livePin(v.Account, v.Number), charge)
	if errors.Is(err, verification.ErrRefused) {
		err = s.settleAt(ctx, v, displacedPin(v.Ref), charge)
	}
	return err
}

// settleAt settles v at the key, as cancelled when it is, and moves what it held: together with
// whatever else of its account this process settles meanwhile.
func (s *Verifications) settleAt(
	ctx context.Context, v verification.Verification, k pinKey, charge bool,
) error {
	if v.Held <= 0 {
		return s.settleOne(ctx, settlement{v, k, charge})
	}
	return s.settling.call(ctx, v.Account, settlement{v, k, charge})
}

// settlement is a verification about to be settled: where it stands, and whether what it held is
// charged or goes back to its account.
type settlement struct {
	v      verification.Verification
	at     pinKey
	charge bool
}

// write is what settles the verification.
func (j settlement) write(table string) types.TransactWriteItem {
	values := readValues(j.v, j.v.Revision)
	values[":yes"], values[":one"] = boolean(true), integer(1)
	values[":cancelled"], values[":left"] = moment(j.v.CancelledAt), integer(j.v.Left)
	return types.TransactWriteItem{Update: &types.Update{
		TableName: &table, Key: j.at.item(), ConditionExpression: aws.String(readCondition),
		UpdateExpression: aws.String("SET pinSettled = :yes, cancelledAt = :cancelled," +
			" pinEventsLeft = :left, pinRevision = pinRevision + :one"),
		ExpressionAttributeValues: values,
	}}
}

// settleOne settles a verification that held nothing.
func (s *Verifications) settleOne(ctx context.Context, j settlement) error {
	return carryOut(ctx, "settle verification", s.writeOne, func() ([]write, error) {
		return []write{{
			op: j.write(s.pins), learn: func(item) error { return nil },
			judge: func() error { return verification.ErrRefused },
		}}, nil
	})
}

// mostSettlements is how many verifications one transaction settles.
const mostSettlements = 25

// settleAll settles verifications of one account: one transaction marks them and adds what they
// held to one of the account's tills, of which there are many, so that those who settle at once do
// not meet. Then the till is paid into the ledger. A verification that no longer stands as it was
// read is left out.
func (s *Verifications) settleAll(
	ctx context.Context, owner account.Key, jobs []settlement,
) []error {
	errs, n, tries := repeated(jobs), 0, 0
	err := s.transact(ctx, "settle verifications", func() ([]write, error) {
		if tries++; tries > 1 {
			s.leaveTill(owner)
		}
		n = s.tillOf(owner)
		writes := s.bank(owner, n, jobs, errs)
		for i, j := range jobs {
			if errs[i] == nil {
				writes = append(writes, write{
					op:    j.write(s.pins),
					learn: func(item) error { errs[i] = verification.ErrRefused; return nil },
					judge: func() error { return nil },
				})
			}
		}
		return writes, nil
	})
	if err == nil {
		err = s.payIn(ctx, owner, n)
	}
	for i := range errs {
		if errs[i] == nil {
			errs[i] = err
		}
	}
	return errs
}

// repeated refuses all but the first of those that settle the same verification.
func repeated(jobs []settlement) []error {
	errs, seen := make([]error, len(jobs)), map[verification.Ref]bool{}
	for i, j := range jobs {
		if seen[j.v.Ref] {
			errs[i] = verification.ErrRefused
		}
		seen[j.v.Ref] = true
	}
	return errs
}
