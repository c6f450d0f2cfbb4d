package dynamo

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lineproof/shared/account"
	"lineproof/shared/phone"
	"lineproof/shared/verification"
)

// Deny puts the number on the account's deny list or takes it off: a mark on its live item, which
// every request meets anyway.
func (s *Verifications) Deny(
	ctx context.Context, owner account.Key, n phone.Number, denied bool,
) error {
	_, err := s.api.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.pins,
		Key:       livePin(owner, n).item(),
		UpdateExpression: aws.String("SET pinDenied = :denied, purgeAt = :none," +
			" pinNonce = if_not_exists(pinNonce, :none), pinRevision = if_not_exists(pinRevision, :none) + :one"),
		ExpressionAttributeValues: item{
			":denied": boolean(denied),
			":none":   integer(0),
			":one":    integer(1),
		},
	})
	if err != nil {
		return failed("deny number", err)
	}
	return nil
}

// Denied tells whether the number is on the account's deny list.
func (s *Verifications) Denied(
	ctx context.Context, owner account.Key, n phone.Number,
) (bool, error) {
	v, err := s.stands(ctx, verification.Ref{Account: owner, Number: n})
	return v.Denied, err
}

// Unblock lifts the block of a network, as verification.DenialStore says.
func (s *Verifications) Unblock(ctx context.Context, l verification.Lift) error {
	in := &dynamodb.UpdateItemInput{
		TableName: &s.pins,
		Key:       networkKey(l.Account, l.Network).item(),
		UpdateExpression: aws.String(
			"SET blockedUntil = :none, unblockedUntil = :until, networkScore = :none, purgeAt = :purge",
		),
		ExpressionAttributeValues: item{
			":none": integer(0), ":until": moment(l.Until), ":purge": purge(l.Until.Add(retention)),
		},
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}
	if l.Owner {
		in.ExpressionAttributeValues[":before"] = moment(l.LiftedBefore())
		in.ConditionExpression = aws.String(
			"attribute_not_exists(unblockedUntil) OR unblockedUntil <= :before",
		)
	}
	_, err := s.api.UpdateItem(ctx, in)
	old, refused := refusal(err)
	if !refused {
		if err != nil {
			return failed("unblock network", err)
		}
		return nil
	}
	n, err := decodeNetwork(old)
	// else this very call has lifted it, and its answer got lost
	if err == nil && !n.UnblockedUntil.Equal(l.Until) {
		_, err = l.Apply(n)
	}
	return err
}
