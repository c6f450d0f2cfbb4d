package dynamo

import (
	"context"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lineproof/shared/fault"
	"lineproof/shared/verification"
)

// Find gives each verification as it stands: the live items of all numbers in one read, and in a
// second those that no longer stand there.
func (s *Verifications) Find(
	ctx context.Context, refs []verification.Ref,
) ([]verification.Verification, error) {
	live := make([]pinKey, len(refs))
	for i, ref := range refs {
		live[i] = livePin(ref.Account, ref.Number)
	}
	found := make([]verification.Verification, len(refs))
	if err := s.fill(ctx, found, refs, live); err != nil {
		return nil, err
	}
	displaced := make([]pinKey, len(refs))
	for i, ref := range refs {
		stands := found[i]
		if stands.Ref != ref {
			found[i] = verification.Verification{}
		}
		// the number has another live one
		if stands.Revision != 0 && stands.Ref != ref && ref.Nonce != 0 {
			displaced[i] = displacedPin(ref)
		}
	}
	return found, s.fill(ctx, found, refs, displaced)
}

// fill reads the item of each key that is one into its place.
func (s *Verifications) fill(
	ctx context.Context, found []verification.Verification, refs []verification.Ref, keys []pinKey,
) error {
	items, err := s.read(ctx, keys)
	if err != nil {
		return err
	}
	for i, k := range keys {
		if it, there := items[k]; there {
			if found[i], err = decodePIN(it, refs[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// maxReads is how often DynamoDB may answer a part of what it was asked for.
const maxReads = 5

// read gives the items of the keys, each of which is asked for once.
func (s *Verifications) read(ctx context.Context, keys []pinKey) (map[pinKey]item, error) {
	wanted := map[pinKey]item{}
	for _, k := range keys {
		if k != (pinKey{}) {
			wanted[k] = k.item()
		}
	}
	items := map[pinKey]item{}
	ask := map[string]types.KeysAndAttributes{
		s.pins: {ConsistentRead: aws.Bool(true), Keys: slices.Collect(maps.Values(wanted))},
	}
	for range maxReads {
		if len(ask[s.pins].Keys) == 0 {
			return items, nil
		}
		out, err := s.api.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: ask})
		if err != nil {
			return nil, failed("find verifications", err)
		}
		for _, it := range out.Responses[s.pins] {
			d := &decoder{item: it}
			items[pinKey{d.text(pinSubject), d.text(pinPart)}] = it
		}
		ask = out.UnprocessedKeys
	}
	return nil, failed("find verifications", fault.New(fault.Unavailable))
}
