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

// mostInstalls is how often a verification is put whose place changes meanwhile: by codes and
// messages of the one that stands there, or by those that it overtook.
const mostInstalls = 32

// install puts the verification in its number's place, and keeps the one that stood there under its
// nonce, which it returns as it is kept. The first try supposes that none did. A verification that
// is overtaken meanwhile is kept as such.
func (s *Verifications) install(
	ctx context.Context, start verification.Admission, r reservation,
) (displaced verification.Verification, err error) {
	a, err := newAttempt(s.random)
	if err != nil {
		return displaced, err
	}
	var judged, stood verification.Verification
	wait := conflictWait
	for n := range mostInstalls {
		if n > 1 && start.OvertakenBy(stood, judged) {
			stood, err = s.yield(ctx, a, start, stood, r)
		} else {
			if n > 1 { // who loses once has learnt what stands; who loses again meets others
				if pause(ctx, wait) != nil {
					break
				}
				wait = min(2*wait, conflictWaitMost)
			}
			judged = stood
			displaced, stood, err = s.takePlace(ctx, a, start, stood, r)
		}
		if !errors.Is(err, verification.ErrRefused) {
			return displaced, err
		}
	}
	return displaced, failed("begin verification", fault.New(fault.Unavailable))
}

// takePlace puts the verification in the place of the one that stood there when that was read, and
// returns what it displaced. When that does not stand any more, it fails with
// verification.ErrRefused and returns what does.
func (s *Verifications) takePlace(
	ctx context.Context, a attempt, start verification.Admission, stood verification.Verification,
	r reservation,
) (displaced, stands verification.Verification, err error) {
	d, err := s.displace(ctx, start, stood, r)
	if err == nil {
		if stands, err = s.putLive(ctx, a, d); err == nil {
			displaced = s.settleAway(ctx, d.kept, start.Now)
		}
		return displaced, stands, err
	}
	if errors.Is(err, verification.ErrRefused) { // it changed before the put
		var failed error
		if stands, failed = s.stands(ctx, start.Verification.Ref); failed != nil {
			return displaced, stands, failed
		}
	}
	return displaced, stands, err
}

// yield keeps the verification as overtaken by the one that stands, which counts it where the meter
// of the number does. When another stands, or the meter has changed, it fails with
// verification.ErrRefused and returns what stands.
func (s *Verifications) yield(
	ctx context.Context, a attempt, start verification.Admission, stands verification.Verification,
	r reservation,
) (verification.Verification, error) {
	v, err := start.Overtaken(stands)
	if err != nil {
		return stands, err
	}
	if start.Number.Count > 0 {
		if stands, err = s.overtake(ctx, stands, start.OvertakenRoom(stands)); err != nil {
			return stands, err
		}
	}
	v.Hold = r.hold
	it, err := encodePIN(v, displacedPin(v.Ref))
	if err != nil {
		return stands, err
	}
	it[attemptID] = binary(a)
	begun := &verification.LiveError{Live: v}
	err = create(ctx, s.api, "begin verification", a, refusing(begun), &dynamodb.PutItemInput{
		TableName: &s.pins, Item: it,
		ConditionExpression: aws.String("attribute_not_exists(" + pinSubject + ")"),
	})
	if err != nil && !errors.Is(err, begun) {
		err = errors.Join(err, errUnknown)
	}
	return stands, err
}

// overtake has the live verification count one more that it overtook, if there is room.
func (s *Verifications) overtake(
	ctx context.Context, v verification.Verification, room int64,
) (verification.Verification, error) {
	return s.decide(ctx, v.Ref, decision{
		operation: "count verification",
		condition: "pinNonce = :nonce AND (attribute_not_exists(" + pinOvertaken + ") OR " +
			pinOvertaken + " < :room)",
		changes: pinOvertaken + " = if_not_exists(" + pinOvertaken + ", :none) + :one",
		values: item{
			":nonce": integer(v.Nonce), ":room": integer(room), ":none": integer(0),
			":one": integer(1),
		},
	})
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
		condition := "pinNonce = :nonce AND pinRevision = :revision AND "
		in.ExpressionAttributeValues = item{
			":nonce": integer(d.stood.Nonce), ":revision": integer(d.stood.Revision),
		}
		if d.stood.Overtaken == 0 {
			condition += "attribute_not_exists(" + pinOvertaken + ")"
		} else {
			condition += pinOvertaken + " = :overtaken"
			in.ExpressionAttributeValues[":overtaken"] = integer(d.stood.Overtaken)
		}
		in.ConditionExpression = &condition
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
