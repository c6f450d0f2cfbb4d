package dynamo

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"lineproof/shared/fault"
	"lineproof/shared/phone"
	"lineproof/shared/pin"
)

// Deny puts the number on the account's deny list or takes it off: a mark on its live item, which every request meets anyway.
func (s *Pins) Deny(ctx context.Context, account uint32, n phone.Number, denied bool) error {
	_, err := s.api.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.pins, Key: livePin(account, n).item(),
		UpdateExpression: aws.String("SET pinDenied = :denied, purgeAt = :none," +
			" pinNonce = if_not_exists(pinNonce, :none), pinRevision = if_not_exists(pinRevision, :none) + :one"),
		ExpressionAttributeValues: item{":denied": boolean(denied), ":none": integer(0), ":one": integer(1)},
	})
	if err != nil {
		return failed("deny number", err)
	}
	return nil
}

// Unblock ends the block of the account's network and keeps it from being blocked again until the given time.
func (s *Pins) Unblock(ctx context.Context, account uint32, network string, until time.Time) error {
	_, err := s.api.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.pins, Key: networkKey(account, network).item(),
		UpdateExpression: aws.String("SET blockedUntil = :none, unblockedUntil = :until, networkScore = :none, purgeAt = :purge"),
		ExpressionAttributeValues: item{
			":none": integer(0), ":until": moment(until), ":purge": purge(until.Add(retention)),
		},
	})
	if err != nil {
		return failed("unblock network", err)
	}
	return nil
}

// convertTries is how often others may count for the same network while one does.
const convertTries = 20

// Convert counts a settled verification of a network: what it finds decides what it writes, as long as that still stands.
func (s *Pins) Convert(ctx context.Context, c pin.Conversion) (bool, error) {
	key := networkKey(c.Account, c.Network)
	for range convertTries {
		out, err := s.api.GetItem(ctx, &dynamodb.GetItemInput{TableName: &s.pins, Key: key.item(), ConsistentRead: aws.Bool(true)})
		if err != nil {
			return false, failed("read network", err)
		}
		old, err := decodeNetwork(out.Item)
		if err != nil {
			return false, err
		}
		n, blocked := c.Count(old)
		_, err = s.api.UpdateItem(ctx, &dynamodb.UpdateItemInput{
			TableName: &s.pins, Key: key.item(),
			ConditionExpression: aws.String("(attribute_not_exists(networkScore) OR networkScore = :score)" +
				" AND (attribute_not_exists(blockedUntil) OR blockedUntil = :blocked)" +
				" AND (attribute_not_exists(unblockedUntil) OR unblockedUntil = :unblocked)" +
				" AND (attribute_not_exists(blockLevel) OR blockLevel = :level)"),
			UpdateExpression: aws.String("SET networkScore = :newScore, blockedUntil = :newBlocked, blockLevel = :newLevel, purgeAt = :purge"),
			ExpressionAttributeValues: item{
				":score": integer(old.Score), ":blocked": moment(old.BlockedUntil), ":unblocked": moment(old.UnblockedUntil), ":level": integer(old.Level),
				":newScore": integer(n.Score), ":newBlocked": moment(n.BlockedUntil), ":newLevel": integer(n.Level),
				":purge": purge(c.Now.Add(retention)),
			},
		})
		if _, refused := refusal(err); !refused {
			if err != nil {
				return false, failed("count conversion", err)
			}
			return blocked, nil
		}
	}
	return false, failed("count conversion", fault.New(fault.Unavailable))
}
