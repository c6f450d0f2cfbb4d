package dynamodel

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// TestInvalidUpdates refuses what makes no sense as a request, or with the item that stands.
func TestInvalidUpdates(t *testing.T) {
	t.Parallel()
	p := New(Options{}, schemas...).Process(nil)
	values := item{
		":n": number(1), ":t": text("t"), ":l": &listValue{}, ":set": &textSet{Value: []string{"a"}},
		":twice": &numberSet{Value: []string{"1", "1.0"}}, ":empty": &textSet{},
		":word": &numberValue{Value: "one"},
		":long": &numberValue{Value: strings.Repeat("1", 39)}, ":large": &numberValue{Value: "1e126"},
		":small": &numberValue{Value: "1e-131"},
	}
	stands := item{
		"p": text("a"), "n": number(1), "t": text("t"),
		"l": &listValue{Value: []types.AttributeValue{number(1)}},
		"m": &mapValue{Value: item{"x": number(1)}}, "set": &textSet{Value: []string{"a", "b"}},
	}
	for update, valid := range map[string]bool{
		"SET n = n + :n": true, "SET m.x = m.x - :n": true, "SET m.y = :n": true, "SET l[0] = :n": true,
		"SET l[7] = :n":                     true,
		"SET a = if_not_exists(a, :n) + :n": true, "SET l = list_append(l, :l)": true, "ADD n :n": true,
		"ADD b :set":      true,
		"DELETE set :set": true, "DELETE absent :set": true, "REMOVE l[9]": true,
		"REMOVE m.y, absent":      true,
		"SET n = :n ADD set :set": true, "set n = :n remove t": true,

		"SET n = absent": false, "SET n = absent + :n": false, "SET absent.x = :n": false,
		"SET t.x = :n": false, "SET m[0] = :n": false,
		"SET n = n + t": false, "SET n = n + :t": false, "SET l = list_append(l, :n)": false,
		"SET l = list_append(absent, :l)": false,
		"SET n = :n, n = :n":              false, "SET m = :n, m.x = :n": false,
		"SET n = :n REMOVE n":     false,
		"SET m.x = :n, m[0] = :n": false,
		"ADD n :t":                false, "ADD t :n": false, "ADD set :n": false, "DELETE set :n": false,
		"DELETE n :set":         false,
		"SET n = :n SET t = :n": false, "SET n = :twice": false, "SET n = :empty": false,
		"SET n = :word": false, "SET n = :long": false,
		"SET n = :large": false, "SET n = :small": false, "SET n = :undefined": false,
		"SET #undefined = :n": false, "SET p = :n": false,
		"SET n :n": false, "SET n = :n,": false, "SET": false, "n = :n": false, "": false,
		"SET n = (:n": false, "SET n = ?": false,
		"SET n = size(t)": false, "REMOVE absent.x": false,
		"SET n = " + strings.Repeat(" ", longestExpression) + ":n": false,
	} {
		if _, err := p.PutItem(t.Context(), putting(stands)); err != nil {
			t.Fatal(err)
		}
		in := adding("a")
		in.UpdateExpression, in.ExpressionAttributeValues = &update, nil
		for name, v := range values {
			if slices.Contains(strings.FieldsFunc(update, delimits), name) {
				in.ExpressionAttributeValues = with(in.ExpressionAttributeValues, name, v)
			}
		}
		_, err := p.UpdateItem(t.Context(), in)
		wantValid(t, update, valid, err)
	}
}

// delimits tells whether placeholders end before it.
func delimits(r rune) bool { return strings.ContainsRune(" ,()", r) }

func with(m item, name string, v types.AttributeValue) item {
	if m == nil {
		m = item{}
	}
	m[name] = v
	return m
}

func wantValid(t *testing.T, what string, valid bool, err error) {
	t.Helper()
	want := "ValidationException"
	if valid {
		want = ""
	}
	if got := code(err); got != want {
		t.Errorf("%.60s: gave %q, want %q (%v)", what, got, want, err)
	}
}

// TestConditions tells which hold for an item, and which make no sense.
func TestConditions(t *testing.T) {
	t.Parallel()
	stands := item{
		"n": number(5), "t": text("text"), "b": &bytesValue{Value: []byte("bytes")},
		"no":  &types.AttributeValueMemberBOOL{},
		"l":   &listValue{Value: []types.AttributeValue{number(1), text("x")}},
		"m":   &mapValue{Value: item{"x": number(1)}},
		"set": &numberSet{Value: []string{"1", "2"}}, "d": &numberValue{Value: "0.5"},
	}
	values := item{
		":0": number(0), ":1": number(1), ":5": &numberValue{Value: "5.0"}, ":9": number(9),
		":t": text("te"), ":x": text("x"),
		":b": &bytesValue{Value: []byte("by")}, ":no": &types.AttributeValueMemberBOOL{}, ":N": text("N"),
		":half": &numberValue{Value: "5e-1"},
		":same": &numberSet{Value: []string{"2", "1.0"}}, ":m": &mapValue{Value: item{"x": number(1)}},
	}
	many := ":0" + strings.Repeat(", :0", mostIn)
	for expression, want := range map[string]string{
		"n = :5": "holds", "n <> :5": "", "n < :9": "holds", "n <= :5": "holds", "n > :1": "holds",
		"n >= :9": "", "d = :half": "holds",
		"n = :x": "", "n <> :x": "holds", "n < :x": "", "absent = :1": "", "absent <> :1": "holds",
		"absent < :1": "", "NOT absent < :1": "holds",
		"set = :same": "holds", "m = :m": "holds", "no = :no": "holds", "l[0] = :1": "holds",
		"l[7] = :1": "", "m.x = :1": "holds",
		"n BETWEEN :1 AND :9": "holds", "n between :0 and :1": "", "n IN (:1, :5)": "holds",
		"n IN (:1)":                      "",
		"n BETWEEN :1 AND :9 AND n = :1": "", "n = :1 OR n = :5 AND n = :9": "",
		"(n = :1 OR n = :5) AND n > :1": "holds",
		"NOT n = :1 AND n = :5":         "holds", "NOT (n = :1 OR n = :5)": "",
		"attribute_exists(l[1])": "holds", "attribute_exists(l[2])": "",
		"attribute_not_exists(m.y)": "holds", "attribute_type(n, :N)": "holds",
		"begins_with(t, :t)": "holds", "begins_with(b, :b)": "holds", "begins_with(b, :t)": "",
		"contains(t, :x)":   "holds",
		"contains(set, :1)": "holds", "contains(set, :9)": "", "contains(l, :x)": "holds",
		"contains(n, :1)": "", "contains(b, :b)": "holds",
		"size(t) < :5": "holds", "size(set) > :1": "holds", "size(n) > :0": "",

		"n = :undefined": "invalid", "n": "invalid", "n =": "invalid", "= :1": "invalid",
		"n = :1 n = :1": "invalid", "(n = :1": "invalid",
		"((n = :1))": "invalid", "n < :no": "invalid", "begins_with(t, :1)": "invalid",
		"n BETWEEN :9 AND :1": "invalid",
		"n BETWEEN :1 AND :x": "invalid", "n BETWEEN :1": "invalid", "n = n": "invalid",
		"attribute_exists(:1)":   "invalid",
		"attribute_exists(n, n)": "invalid", "unknown(n)": "invalid", "n IN ()": "invalid",
		"n IN (" + many + ")": "invalid",
		strings.Repeat("n = :5 OR ", mostOperators/2) + "n = :5": "invalid",
	} {
		s, err := newScope(nil, values)
		if err != nil {
			t.Fatal(err)
		}
		c, err := s.newCondition(&expression)
		got := ""
		if err != nil {
			got = "invalid"
		} else if c.holds(stands) {
			got = "holds"
		}
		if got != want {
			t.Errorf("%.60s: %q, want %q (%v)", expression, got, want, err)
		}
	}
}

// TestInvalidRequests refuses keys and placeholders that make no sense, and what is not modelled.
func TestInvalidRequests(t *testing.T) {
	t.Parallel()
	p := New(Options{}, schemas...).Process(nil)
	sorted, plain := aws.String("Sorted"), aws.String("Plain")
	get := func(table *string, key item) func() error {
		return func() error {
			_, err := p.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: table, Key: key})
			return err
		}
	}
	query := func(condition string) func() error {
		return func() error {
			_, err := p.Query(t.Context(), &dynamodb.QueryInput{
				TableName: sorted, KeyConditionExpression: &condition,
				ExpressionAttributeValues: item{":v": text("v")},
			})
			return err
		}
	}
	put := func(in dynamodb.PutItemInput) func() error {
		in.TableName = plain
		if in.Item == nil {
			in.Item = item{"p": text("a")}
		}
		return func() error { _, err := p.PutItem(t.Context(), &in); return err }
	}
	check := types.TransactWriteItem{ConditionCheck: &types.ConditionCheck{
		TableName: plain, Key: item{"p": text("a")},
		ConditionExpression: aws.String("attribute_exists(p)"),
	}}
	transact := func(parts ...types.TransactWriteItem) func() error {
		return func() error {
			in := &dynamodb.TransactWriteItemsInput{TransactItems: parts}
			_, err := p.TransactWriteItems(t.Context(), in)
			return err
		}
	}
	batch := func(keys ...item) func() error {
		return func() error {
			_, err := p.BatchGetItem(t.Context(), &dynamodb.BatchGetItemInput{
				RequestItems: map[string]types.KeysAndAttributes{"Plain": {Keys: keys}},
			})
			return err
		}
	}
	var many []item
	for i := range mostKeys + 1 {
		many = append(many, item{"p": text(fmt.Sprint(i))})
	}
	for name, call := range map[string]func() error{
		"no sort key":         get(sorted, item{"p": text("a")}),
		"too many keys":       get(plain, item{"p": text("a"), "s": text("b")}),
		"empty key":           get(plain, item{"p": text("")}),
		"key of another type": get(plain, item{"p": number(1)}),
		"long key":            get(plain, item{"p": text(strings.Repeat("x", longestPartition+1))}),
		"no key":              put(dynamodb.PutItemInput{Item: item{"a": text("a")}}),
		"empty set":           put(dynamodb.PutItemInput{Item: item{"p": text("a"), "a": &textSet{}}}),
		"unused value": put(dynamodb.PutItemInput{
			ConditionExpression:       aws.String("attribute_exists(p)"),
			ExpressionAttributeValues: item{":v": number(1)},
		}),
		"unused name": put(dynamodb.PutItemInput{
			ConditionExpression:      aws.String("attribute_exists(p)"),
			ExpressionAttributeNames: map[string]string{"#n": "a"},
		}),
		"no values":               put(dynamodb.PutItemInput{ExpressionAttributeValues: item{}}),
		"query without partition": query("s = :v"), "query of part of them": query("p > :v"),
		"query of another attribute":    query("p = :v AND a = :v"),
		"query of either":               query("p = :v OR p = :v"),
		"transaction of one item twice": transact(check, check),
		"transaction of none":           transact(),
		"transaction of nothing":        transact(types.TransactWriteItem{}),
		"transaction of two in one": transact(types.TransactWriteItem{
			ConditionCheck: check.ConditionCheck,
			Delete:         &types.Delete{TableName: plain, Key: item{"p": text("b")}},
		}),
		"batch of one key twice": batch(item{"p": text("a")}, item{"p": text("a")}),
		"batch of none":          batch(), "batch of too many": batch(many...),
	} {
		wantValid(t, name, false, call())
	}
	for name, call := range map[string]func() error{
		"old": put(dynamodb.PutItemInput{ConditionalOperator: types.ConditionalOperatorAnd}),
		"index": func() error {
			_, err := p.Query(t.Context(), &dynamodb.QueryInput{TableName: sorted, IndexName: plain})
			return err
		},
		"returned": func() error {
			in := adding("a")
			in.ReturnValues = types.ReturnValueUpdatedNew
			_, err := p.UpdateItem(t.Context(), in)
			return err
		},
	} {
		if err := call(); err == nil || !strings.HasPrefix(err.Error(), "dynamodel: ") {
			t.Errorf("%s: gave %v", name, err)
		}
	}
}

// TestProjections returns what is asked for, and copies of it.
func TestProjections(t *testing.T) {
	t.Parallel()
	p := New(Options{}, schemas...).Process(nil)
	list := &listValue{Value: []types.AttributeValue{number(1)}}
	m := item{"p": text("a"), "l": list, "n": number(1)}
	if _, err := p.PutItem(t.Context(), putting(m)); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		out, err := p.GetItem(t.Context(), &dynamodb.GetItemInput{
			TableName: aws.String("Plain"), Key: item{"p": text("a")},
			ProjectionExpression:     aws.String("l, #n, absent"),
			ExpressionAttributeNames: map[string]string{"#n": "n"},
		})
		want := item{"l": &listValue{Value: []types.AttributeValue{number(1)}}, "n": number(1)}
		if err != nil || !equalItems(out.Item, want) {
			t.Errorf("gave %v, %v", toldItem(out.Item), err)
		}
		list.Value[0] = number(2) // neither what was put nor what was read is what stands
		if l, isList := out.Item["l"].(*listValue); isList {
			l.Value[0] = number(3)
		}
	}
}
