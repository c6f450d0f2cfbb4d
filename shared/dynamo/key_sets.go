package dynamo

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"lineproof/shared/secrets"
)

// KeySets keeps what everybody may know of our keys. It is a secrets.Source and a
// rotation.KeyPublisher.
type KeySets struct {
	api   API
	table string
}

// NewKeySets gives the store in the named table.
func NewKeySets(api API, table string) *KeySets { return &KeySets{api, table} }

// Get gives the key set of that name, a JSON Web Key Set (RFC 7517 §5), or secrets.ErrNotFound.
func (s *KeySets) Get(ctx context.Context, name secrets.Name) ([]byte, error) {
	out, err := s.api.GetItem(
		ctx, &dynamodb.GetItemInput{TableName: &s.table, Key: keySetKey(name).item()},
	)
	if err != nil {
		return nil, failed("read key set", err)
	}
	if len(out.Item) == 0 {
		return nil, fmt.Errorf("dynamo: read key set: %w", secrets.ErrNotFound)
	}
	d := &decoder{item: out.Item}
	set := d.binary(jwks)
	return set, d.err()
}

// Publish puts a key set in the place of the one of that name.
func (s *KeySets) Publish(ctx context.Context, name secrets.Name, set []byte) error {
	it := keySetKey(name).item()
	it[jwks] = binary(set)
	_, err := s.api.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.table, Item: it})
	if err != nil {
		return failed("publish key set", err)
	}
	return nil
}
