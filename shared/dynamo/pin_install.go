package dynamo

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lineproof/shared/fault"
	"lineproof/shared/verification"
)

// mostInstalls is how often a verification is put that others come before. As many at once are for
// one number when somebody's program runs wild.
const mostInstalls = 100

// install puts the verification in its number's place, and keeps the one that stood there under its
// nonce. The first try supposes that none did. It returns the one that it displaced, as it is kept.
func (s *Verifications) install(
	ctx context.Context, start verification.Admission, r reservation,
) (verification.Verification, error) {
	a, err := newAttempt(s.random)
	if err != nil {
		return verification.Verification{}, err
	}
	stood := verification.Verification{}
	wait := conflictWait
	for n := range mostInstalls {
		if n > 1 { // who loses once has learnt what stands; who loses again meets others
			if err := pause(ctx, wait); err != nil {
				break
			}
			wait = min(2*wait, conflictWaitMost)
		}
		d, err := s.displace(ctx, start, stood, r)
		if err == nil {
			stood, err = s.putLive(ctx, a, d)
		}
		switch {
		case err == nil:
			return s.settleAway(ctx, d.kept, start.Now), nil
		case !errors.Is(err, verification.ErrRefused):
			return verification.Verification{}, err
		// it changed before the put
		case stood.Ref == d.stood.Ref && stood.Revision == d.stood.Revision:
			if stood, err = s.stands(ctx, start.Verification.Ref); err != nil {
				return verification.Verification{}, err
			}
		}
	}
	return verification.Verification{}, failed("begin verification", fault.New(fault.Unavailable))
}

// displacement is a verification about to take another's place: what it is, what stands there, and
// as what that is kept; both zero where nothing is.
type displacement struct{ v, stood, kept verification.Verification }

// displace judges a start by what stands in its place, and keeps that. It fails as
// verification.Admission.AdmitToNumber does, with verification.ErrRefused when it does not stand as
// it was read, and with a verification.LiveError when the start was begun, and displaced, before.
func (s *Verifications) displace(
	ctx context.Context, start verification.Admission, stood verification.Verification,
	r reservation,
) (displacement, error) {
	d := displacement{stood: stood, kept: start.Meets(stood)}
	v, err := start.AdmitToNumber(d.kept)
	if d.v = v; err != nil {
		return d, err
	}
	d.v.Hold = r.hold
	switch {
	case stood.Nonce == 0:
		return d, nil
	case v.Callback != "":
		if err := s.isNew(ctx, v.Ref); err != nil {
			return d, err
		}
	}
	return s.keep(ctx, d, start.Now)
}

// keep writes what is displaced under its nonce, settled if nothing but money hangs on it. What
// gave way just now and holds money is settled once it is displaced.
func (s *Verifications) keep(
	ctx context.Context, d displacement, now time.Time,
) (displacement, error) {
	switch ends := d.kept.Displace(now); {
	case d.kept.GaveWay && (d.kept.Held > 0 || !ends.Settled):
		d.kept.Revision++
	case ends.Settled && !d.stood.Settled:
		if d.stood.Held > 0 {
			if err := s.settleLive(ctx, d.stood, now); err != nil {
				return d, err
			}
			d.stood = ends
		}
		d.kept = ends
	}
	return d, s.keepAway(ctx, d.kept)
}

// settleLive settles a verification that has ended where it stands.
func (s *Verifications) settleLive(
	ctx context.Context, v verification.Verification, now time.Time,
) error {
	return s.settleAt(ctx, v, livePin(v.Account, v.Number), v.State(now) == verification.Success)
}

// isNew wants that the verification was not begun and displaced before: one nonce is drawn for all
// tries of a fallback. Whoever displaced it stands in its place, which was read before.
func (s *Verifications) isNew(ctx context.Context, ref verification.Ref) error {
	key := displacedPin(ref)
	items, err := s.read(ctx, []pinKey{key})
	if err != nil || len(items) == 0 {
		return err
	}
	v, err := decodePIN(items[key], ref)
	if err != nil {
		return err
	}
	return &verification.LiveError{Live: v}
}

// keepAway writes a displaced verification under its nonce, unless a later form of it stands there.
func (s *Verifications) keepAway(ctx context.Context, v verification.Verification) error {
	it, err := encodePIN(v, displacedPin(v.Ref))
	if err != nil {
		return err
	}
	_, err = s.api.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &s.pins, Item: it,
		ConditionExpression: aws.String("attribute_not_exists(" + pinSubject + ") OR " +
			pinRevision + " <= :revision"),
		ExpressionAttributeValues: item{":revision": integer(v.Revision)},
	})
	if _, refused := refusal(err); refused {
		return verification.ErrRefused
	}
	if err != nil {
		return failed("keep verification", err)
	}
	return nil
}

// putLive puts the verification in the place of the one that stands there, and returns what stands
// then. When another does than was read, it fails with verification.ErrRefused, and when nobody
// knows, with errUnknown.
func (s *Verifications) putLive(
	ctx context.Context, a attempt, d displacement,
) (verification.Verification, error) {
	it, err := encodePIN(d.v, livePin(d.v.Account, d.v.Number))
	if err != nil {
		return d.stood, err
	}
	it[attemptID] = binary(a)
	in := &dynamodb.PutItemInput{
		TableName: &s.pins, Item: it,
		ConditionExpression:                 aws.String("attribute_not_exists(" + pinSubject + ")"),
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}
	if d.stood.Revision != 0 {
		in.ConditionExpression = aws.String("pinNonce = :nonce AND pinRevision = :revision")
		in.ExpressionAttributeValues = item{
			":nonce": integer(d.stood.Nonce), ":revision": integer(d.stood.Revision),
		}
	}
	_, err = s.api.PutItem(ctx, in)
	old, refused := refusal(err)
	switch {
	case err == nil, refused && a.wrote(old):
		return d.v, nil
	case !refused:
		return d.stood, errors.Join(failed("begin verification", err), errUnknown)
	}
	stands, err := decodePIN(old, d.v.Ref)
	if err == nil {
		err = verification.ErrRefused
	}
	return stands, err
}

// settleAway settles a verification that gave way, if nothing but money hangs on it. When that
// fails, its own messages do.
func (s *Verifications) settleAway(
	ctx context.Context, kept verification.Verification, now time.Time,
) verification.Verification {
	if !kept.GaveWay || kept.Settled || !kept.Displace(now).Settled {
		return kept
	}
	if err := s.settleAt(ctx, kept, displacedPin(kept.Ref), false); err != nil {
		return kept
	}
	kept.Settled = true
	kept.Revision++
	return kept
}
