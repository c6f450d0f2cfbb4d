package dynamodel

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// TestSizes weighs values as the developer guide does.
func TestSizes(t *testing.T) {
	t.Parallel()
	for want, m := range map[int]item{
		0:  nil,
		4:  {"name": text("")},
		7:  {"name": text("é1")},
		5:  {"n": number(12345)},
		6:  {"n": &numberValue{Value: "-1234.5"}},
		3:  {"n": &numberValue{Value: "100000"}},
		2:  {"b": &types.AttributeValueMemberBOOL{}},
		8:  {"l": &listValue{Value: []types.AttributeValue{text("a"), &bytesValue{Value: []byte("b")}}}},
		9:  {"m": &mapValue{Value: item{"k": text("abc")}}},
		10: {"set4": &textSet{Value: []string{"a", "bc", "def"}}},
	} {
		if got := sizeOf(m); got != want {
			t.Errorf("%v weighs %d, want %d", toldItem(m), got, want)
		}
	}
}

// wide is an item of so many bytes.
func wide(key string, size int) item {
	return item{"p": text(key), "w": text(strings.Repeat("x", size-len("p"+key+"w")))}
}

var twoKeys = &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{
	"Plain": {Keys: []item{{"p": text("a")}, {"p": text("b")}}},
}}

// TestUnits counts those of each kind of call.
func TestUnits(t *testing.T) {
	t.Parallel()
	db := New(Options{}, schemas...)
	p, table := db.Process(nil), aws.String("Plain")
	put := func(m item, condition *string) func() error {
		return func() error {
			in := putting(m)
			in.ConditionExpression = condition
			_, err := p.PutItem(t.Context(), in)
			return err
		}
	}
	get := func(key string, consistent bool) func() error {
		return func() error {
			in := getting(key)
			in.ConsistentRead = &consistent
			_, err := p.GetItem(t.Context(), in)
			return err
		}
	}
	twice := func(condition string, keys ...string) func() error {
		return func() error {
			var in dynamodb.TransactWriteItemsInput
			for _, key := range keys {
				check := &types.ConditionCheck{
					TableName: table, Key: item{"p": text(key)}, ConditionExpression: &condition,
				}
				in.TransactItems = append(in.TransactItems, types.TransactWriteItem{ConditionCheck: check})
			}
			_, err := p.TransactWriteItems(t.Context(), &in)
			return err
		}
	}
	absent, refused := aws.String("attribute_not_exists(p)"), "ConditionalCheckFailedException"
	for _, tt := range []struct {
		name string
		call func() error
		want Usage
		code string
	}{
		{"put 1 KB", put(wide("a", 1024), nil), Usage{Calls: 1, Write: 1}, ""},
		{"put a byte more", put(wide("b", 1025), nil), Usage{Calls: 1, Write: 2}, ""},
		{"put less over more", put(wide("b", 100), nil), Usage{Calls: 1, Write: 2}, ""},
		{"put refused", put(wide("b", 3000), absent), Usage{Calls: 1, Lost: 1}, refused},
		{"put 9,000 bytes", put(wide("b", 9000), nil), Usage{Calls: 1, Write: 9}, ""},
		{"put refused by 9,000 bytes", put(wide("b", 10), absent), Usage{Calls: 1, Lost: 9}, refused},
		{"get", get("a", false), Usage{Calls: 1, Read: 0.5}, ""},
		{"get consistent", get("b", true), Usage{Calls: 1, Read: 3}, ""},
		{"get none", get("z", true), Usage{Calls: 1, Read: 1}, ""},
		{"transaction", twice("attribute_exists(p)", "a", "b"), Usage{Calls: 1, Write: 2 + 18}, ""},
		{"transaction cancelled", twice("attribute_exists(p)", "a", "z"), Usage{Calls: 1, Lost: 2 + 2},
			"TransactionCanceledException None ConditionalCheckFailed"},
		{"no such table", func() error {
			in := getting("a")
			in.TableName = aws.String("Other")
			_, err := p.GetItem(t.Context(), in)
			return err
		}, Usage{Calls: 1}, "ResourceNotFoundException"},
		{"scan", func() error {
			_, err := p.Scan(t.Context(), &dynamodb.ScanInput{TableName: table})
			return err
		}, Usage{Calls: 1, Read: 1.5}, ""},
		{"batch", func() error {
			_, err := p.BatchGetItem(t.Context(), twoKeys)
			return err
		}, Usage{Calls: 1, Read: 0.5 + 1.5}, ""},
	} {
		db.Reset()
		if got := code(tt.call()); got != tt.code {
			t.Errorf("%s: gave %q, want %q", tt.name, got, tt.code)
		}
		if got := db.Usage(); got != tt.want {
			t.Errorf("%s: took %+v, want %+v", tt.name, got, tt.want)
		}
	}
}

// TestPartitionsThrottle what is more than they take in a second and have saved up.
func TestPartitionsThrottle(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := Options{Limits: Limits{Write: 1000, Read: 3000}}
		db := New(o, schemas...)
		p := db.Process(nil)
		writes := func(key string) (n int) {
			for add(t.Context(), p, key) == nil {
				n++
			}
			return n
		}
		for _, step := range []struct {
			later time.Duration
			key   string
			want  int
		}{{0, "a", 1000}, {0, "b", 1000}, {100 * time.Millisecond, "a", 100}, {time.Hour, "a", 1000}} {
			time.Sleep(step.later)
			if got := writes(step.key); got != step.want {
				t.Errorf("%d writes after %v, want %d", got, step.later, step.want)
			}
		}
		if got := code(add(t.Context(), p, "a")); got != "ThrottlingException" {
			t.Errorf("gave %q", got)
		}
		time.Sleep(2 * time.Millisecond)
		if got := code(addAll(t.Context(), p, "a", "c")); got != "" {
			t.Errorf("a transaction of two units gave %q", got)
		}
		want := "TransactionCanceledException ThrottlingError None"
		if got := code(addAll(t.Context(), p, "a", "c")); got != want {
			t.Errorf("a transaction gave %q", got)
		}
		reads := 0
		for read(t.Context(), p, "a") == nil {
			reads++
		}
		if reads != 6000 {
			t.Errorf("%d reads, want 6000", reads)
		}
		out, err := p.BatchGetItem(t.Context(), twoKeys)
		if err != nil || len(out.Responses["Plain"]) != 1 || len(out.UnprocessedKeys["Plain"].Keys) != 1 {
			t.Errorf("a batch gave %v, left %v, %v", out.Responses, out.UnprocessedKeys, err)
		}
	})
}

func read(ctx context.Context, p *Process, key string) error {
	_, err := p.GetItem(ctx, getting(key))
	return err
}

// TestPages ends one when it has examined 1 MB, and goes on behind it.
func TestPages(t *testing.T) {
	t.Parallel()
	p := New(Options{}, schemas...).Process(nil)
	for i := range 12 {
		m := wide(fmt.Sprintf("%02d", i), 300<<10)
		if _, err := p.PutItem(t.Context(), putting(m)); err != nil {
			t.Fatal(err)
		}
	}
	pages, items := 0, int32(0)
	all := dynamodb.NewScanPaginator(p, &dynamodb.ScanInput{TableName: aws.String("Plain")})
	for ; all.HasMorePages(); pages++ {
		page, err := all.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		items += page.Count
	}
	if pages != 4 || items != 12 {
		t.Errorf("%d items on %d pages", items, pages)
	}
	_, err := p.PutItem(t.Context(), putting(wide("x", 400<<10+1)))
	if code(err) != "ValidationException" {
		t.Errorf("an item of more than 400 KB: %v", err)
	}
}
