package dynamodel

import (
	"context"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// The limits of a batch, in keys and bytes.
const (
	mostKeys       = 100
	mostBatchBytes = 16 << 20
)

// BatchGetItem reads items. Those whose partition throttles, and those behind 16 MB, stay
// unprocessed.
func (p *Process) BatchGetItem(ctx context.Context, in *dynamodb.BatchGetItemInput,
	_ ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error) {
	return call(ctx, p, "BatchGetItem", in, p.db.batchGetItem)
}

func (db *DB) batchGetItem(in *dynamodb.BatchGetItemInput) (*dynamodb.BatchGetItemOutput, error) {
	latency := db.arrive(db.options.Latencies.Read.draw)
	if err := onlyModelled(*in, "RequestItems", "ReturnConsumedCapacity"); err != nil {
		return nil, err
	}
	gets, err := db.newGets(in.RequestItems)
	if err != nil {
		return nil, err
	}
	defer db.pass(latency, 5)
	db.pass(latency, 5)
	out := db.getAll(gets, in)
	if processedNone(in.RequestItems, out.UnprocessedKeys) {
		return nil, throttled()
	}
	return out, nil
}

func (db *DB) getAll(gets map[string]get,
	in *dynamodb.BatchGetItemInput) *dynamodb.BatchGetItemOutput {
	out, size := &dynamodb.BatchGetItemOutput{
		Responses: map[string][]item{}, UnprocessedKeys: map[string]types.KeysAndAttributes{},
	}, 0
	for _, name := range slices.Sorted(maps.Keys(gets)) {
		total := 0.0
		for i, key := range in.RequestItems[name].Keys {
			found, units, err := db.get(gets[name], i)
			if size += sizeOf(found); err != nil || size > mostBatchBytes {
				leave(out.UnprocessedKeys, name, in.RequestItems[name], key)
				continue
			}
			total += units
			if found != nil {
				out.Responses[name] = append(out.Responses[name], found)
			}
		}
		if c := consumed(in.ReturnConsumedCapacity, &name, total); c != nil {
			out.ConsumedCapacity = append(out.ConsumedCapacity, *c)
		}
	}
	return out
}

func (db *DB) newGets(asked map[string]types.KeysAndAttributes) (map[string]get, error) {
	gets, keys := map[string]get{}, 0
	for name, of := range asked {
		if len(of.AttributesToGet) > 0 {
			return nil, notModelled("AttributesToGet")
		}
		g, err := db.newGet(&name, of)
		if err != nil {
			return nil, err
		}
		for i, a := range g.keys {
			if slices.Contains(g.keys[:i], a) {
				return nil, invalid("the provided list of item keys contains duplicates")
			}
		}
		if len(g.keys) == 0 {
			return nil, invalid("the list of keys is empty")
		}
		gets[name], keys = g, keys+len(g.keys)
	}
	if keys == 0 || keys > mostKeys {
		return nil, invalid("a batch has 1 to 100 keys")
	}
	return gets, nil
}

// leave adds a key to those that are not processed.
func leave(unprocessed map[string]types.KeysAndAttributes, name string,
	of types.KeysAndAttributes, key item) {
	left, begun := unprocessed[name]
	if !begun {
		left, left.Keys = of, nil
	}
	left.Keys = append(left.Keys, copied(key))
	unprocessed[name] = left
}

func processedNone(asked, left map[string]types.KeysAndAttributes) bool {
	return !slices.ContainsFunc(slices.Collect(maps.Keys(asked)), func(name string) bool {
		return len(left[name].Keys) < len(asked[name].Keys)
	})
}
