package dynamodel

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"pgregory.net/rapid"

	"lineproof/e2e/dynamolocal"
	"lineproof/shared/dynamo"
)

// TestAnswersAsDynamoDBLocal sends the same requests, most of which make sense, to DynamoDB Local
// and to the model, and compares the answers.
func TestAnswersAsDynamoDBLocal(t *testing.T) {
	t.Parallel()
	names := dynamo.Tables{Pins: "Pins-" + rand.Text(), Grants: "Grants-" + rand.Text()}
	local := dynamo.NewClient(aws.Config{
		Region: "eu-west-1", HTTPClient: &http.Client{},
		BaseEndpoint: aws.String(dynamolocal.Endpoint(t)),
		Credentials:  credentials.NewStaticCredentialsProvider("local", "local", ""),
	})
	if err := dynamo.CreateTables(t.Context(), local, names); err != nil {
		t.Fatal(err)
	}
	model := dynamo.NewClient(New(Options{}, names.Schemas()...).Process(nil).Config())
	rapid.Check(t, func(t *rapid.T) {
		g := &generator{t: t, names: names, run: rand.Text()}
		for range 12 {
			r := g.request()
			want, got := r.send(local), r.send(model)
			if want != got {
				t.Fatalf("%s\nDynamoDB Local: %s\nmodel:          %s", r.text, want, got)
			}
		}
	})
}

// exchange is a request that can be sent to either.
type exchange struct {
	text string
	send func(*dynamodb.Client) string
}

// told writes an answer so that two that mean the same are the same.
func told(err error, parts ...any) string {
	var cancelled *types.TransactionCanceledException
	var refused *types.ConditionalCheckFailedException
	var answer smithy.APIError
	switch {
	case errors.As(err, &cancelled):
		var reasons []string
		for _, r := range cancelled.CancellationReasons {
			if *r.Code == "ValidationError" { // of which DynamoDB Local makes an error of the request
				return "ValidationException"
			}
			reasons = append(reasons, fmt.Sprint(*r.Code, " ", toldItem(r.Item)))
		}
		return "cancelled: " + strings.Join(reasons, "; ")
	case errors.As(err, &refused):
		return "refused: " + toldItem(refused.Item)
	case errors.As(err, &answer):
		return answer.ErrorCode()
	case err != nil:
		return err.Error()
	default:
		return fmt.Sprintln(parts...)
	}
}

func toldItem(m item) string {
	var all []string
	for name, v := range m {
		all = append(all, name+"="+toldValue(v))
	}
	slices.Sort(all)
	return "{" + strings.Join(all, " ") + "}"
}

func toldItems(list []item) (all []string) {
	for _, m := range list {
		all = append(all, toldItem(m))
	}
	return all
}

func toldValue(v types.AttributeValue) string {
	switch v := v.(type) {
	case *mapValue:
		return toldItem(v.Value)
	case *listValue:
		var all []string
		for _, e := range v.Value {
			all = append(all, toldValue(e))
		}
		return fmt.Sprint(all)
	case *textValue:
		return fmt.Sprintf("%q", v.Value)
	case *numberValue: // DynamoDB Local leaves some as they were sent
		n, _ := canonical(v.Value)
		return n
	case *bytesValue:
		return fmt.Sprintf("%x", v.Value)
	case *types.AttributeValueMemberBOOL:
		return fmt.Sprint(v.Value)
	case nil:
		return "none"
	default:
		var all []string
		for _, m := range membersOf(v) {
			all = append(all, toldValue(m))
		}
		slices.Sort(all)
		return kindOf(v) + fmt.Sprint(all)
	}
}

// generator draws requests, which go to few items.
type generator struct {
	t      *rapid.T
	names  dynamo.Tables
	run    string
	values item
	alias  map[string]string
}

func (g *generator) of(options ...string) string {
	return rapid.SampledFrom(options).Draw(g.t, "of")
}

func (g *generator) number(most int) int { return rapid.IntRange(0, most).Draw(g.t, "number") }

// seldom is true once in so many times.
func (g *generator) seldom(n int) bool { return g.number(n-1) == n-1 }

// ref names an item.
type ref struct {
	table *string
	key   item
}

func (g *generator) ref() ref {
	if g.seldom(4) {
		return ref{&g.names.Grants, item{"grantID": &textValue{Value: g.run + g.of("a", "b")}}}
	}
	return ref{&g.names.Pins, item{
		"pinSubject": &textValue{Value: g.run + g.of("a", "b")},
		"pinPart":    &textValue{Value: g.of("x", "y", "yy", "z")},
	}}
}

func (g *generator) begin() { g.values, g.alias = nil, nil }

// placeholder draws a value and names it.
func (g *generator) placeholder() string {
	name := fmt.Sprintf(":v%d", len(g.values))
	if g.values == nil {
		g.values = item{}
	}
	g.values[name] = g.value(2)
	if g.seldom(60) {
		return ":undefined"
	}
	return name
}

func (g *generator) value(depth int) types.AttributeValue {
	kinds := 9
	if depth > 0 {
		kinds = 12
	}
	switch g.number(kinds) {
	case 0, 1, 2, 3:
		return &numberValue{Value: g.of(
			"0", "1", "2", "3", "-1", "1.5", "10", "1e1", "0.10", "9223372036854775807",
		)}
	case 4, 5:
		return &textValue{Value: g.of("", "a", "ab", "b", "1")}
	case 6:
		return &bytesValue{Value: []byte(g.of("", "a", "ab"))}
	case 7:
		return &types.AttributeValueMemberBOOL{Value: g.seldom(2)}
	case 8:
		return &types.AttributeValueMemberNULL{Value: true}
	case 9:
		return g.set()
	case 10, 11:
		list := []types.AttributeValue{}
		for range g.number(3) {
			list = append(list, g.value(depth-1))
		}
		return &listValue{Value: list}
	default:
		m := item{}
		for range g.number(2) {
			m[g.of("x", "y")] = g.value(depth - 1)
		}
		return &mapValue{Value: m}
	}
}

// set draws one that may, seldom, be none.
func (g *generator) set() types.AttributeValue {
	members := []string{"1", "2", "3"}[:1+g.number(2)]
	if g.seldom(20) {
		members = []string{"1", "1.0"}
	}
	if g.seldom(20) {
		members = []string{}
	}
	switch g.number(2) {
	case 0:
		return &textSet{Value: members}
	case 1:
		return &numberSet{Value: members}
	default:
		set := &bytesSet{}
		for _, m := range members {
			set.Value = append(set.Value, []byte(m))
		}
		return set
	}
}

func (g *generator) path() string {
	p := g.of("a", "b", "c", "d")
	if g.seldom(8) {
		if g.alias == nil {
			g.alias = map[string]string{}
		}
		g.alias["#n"], p = "a", "#n"
	}
	for g.seldom(3) {
		p += g.of(".x", ".y", "[0]", "[1]")
	}
	return p
}

func (g *generator) operand() string {
	switch {
	case g.seldom(10):
		return "size(" + g.path() + ")"
	case g.seldom(3):
		return g.path()
	default:
		return g.placeholder()
	}
}

func (g *generator) condition(depth int) string {
	if depth > 0 && g.seldom(3) {
		c := g.condition(depth - 1)
		switch g.number(3) {
		case 0:
			return "NOT " + c
		case 1:
			return "(" + c + ")"
		default:
			return c + g.of(" AND ", " OR ") + g.condition(depth-1)
		}
	}
	p := g.path()
	switch g.number(7) {
	case 0:
		return "attribute_exists(" + p + ")"
	case 1:
		return "attribute_not_exists(" + p + ")"
	case 2:
		return p + " BETWEEN " + g.operand() + " AND " + g.operand()
	case 3:
		return p + " IN (" + g.operand() + ", " + g.operand() + ")"
	case 4:
		return "contains(" + p + ", " + g.operand() + ")"
	case 5:
		return "begins_with(" + p + ", " + g.placeholder() + ")"
	default:
		return g.operand() + " " + g.of("=", "<>", "<", "<=", ">", ">=") + " " + g.operand()
	}
}

// maybe draws a condition, or none.
func (g *generator) maybe() *string {
	if g.seldom(2) {
		return nil
	}
	return aws.String(g.condition(2))
}

func (g *generator) update() string {
	clauses := []string{}
	if !g.seldom(4) {
		clauses = append(clauses, "SET "+g.several(func() string { return g.path() + " = " + g.right() }))
	}
	if g.seldom(3) {
		clauses = append(clauses, "REMOVE "+g.several(g.path))
	}
	if g.seldom(3) {
		clauses = append(clauses, "ADD "+g.path()+" "+g.placeholder())
	}
	if g.seldom(3) {
		clauses = append(clauses, "DELETE "+g.path()+" "+g.placeholder())
	}
	if len(clauses) == 0 {
		return "ADD a " + g.placeholder()
	}
	return strings.Join(clauses, " ")
}

func (g *generator) several(one func() string) string {
	all := one()
	for g.seldom(3) {
		all += ", " + one()
	}
	return all
}

// right draws the right side of an assignment.
func (g *generator) right() string {
	switch g.number(6) {
	case 0:
		return g.path() + " " + g.of("+", "-") + " " + g.placeholder()
	case 1:
		return "if_not_exists(" + g.path() + ", " + g.placeholder() + ") + " + g.placeholder()
	case 2:
		return "list_append(" + g.path() + ", " + g.placeholder() + ")"
	case 3:
		return "if_not_exists(" + g.path() + ", " + g.placeholder() + ")"
	case 4:
		return g.path()
	default:
		return g.placeholder()
	}
}

// unused adds a value that stands nowhere, seldom.
func (g *generator) unused() {
	if g.values != nil && g.seldom(60) {
		g.values[":unused"] = &textValue{}
	}
}

func (g *generator) tells() types.ReturnValuesOnConditionCheckFailure {
	if g.seldom(2) {
		return types.ReturnValuesOnConditionCheckFailureAllOld
	}
	return ""
}

func (g *generator) item(r ref) item {
	all := item{}
	for name, v := range r.key {
		all[name] = v
	}
	for _, name := range []string{"a", "b", "c", "d"} {
		if !g.seldom(3) {
			all[name] = g.value(2)
		}
	}
	return all
}

func (g *generator) request() exchange {
	g.begin()
	switch g.number(9) {
	case 0, 1:
		return g.put()
	case 2, 3, 4, 5:
		return g.change()
	case 6:
		return g.read()
	case 7:
		return g.query()
	default:
		return g.transact()
	}
}

func (g *generator) put() exchange {
	r := g.ref()
	in := dynamodb.PutItemInput{
		TableName: r.table, Item: g.item(r), ConditionExpression: g.maybe(),
		ReturnValuesOnConditionCheckFailure: g.tells(),
		ReturnValues:                        types.ReturnValue(g.of("NONE", "ALL_OLD")),
	}
	g.unused()
	in.ExpressionAttributeNames, in.ExpressionAttributeValues = g.alias, g.values
	return exchange{
		fmt.Sprintf("put %s if %s %s", toldItem(in.Item), aws.ToString(in.ConditionExpression),
			toldItem(g.values)),
		func(c *dynamodb.Client) string {
			in := in
			out, err := c.PutItem(context.Background(), &in)
			if err != nil {
				return told(err)
			}
			return told(nil, toldItem(out.Attributes))
		},
	}
}

func (g *generator) change() exchange {
	r := g.ref()
	in := dynamodb.UpdateItemInput{
		TableName: r.table, Key: r.key, ConditionExpression: g.maybe(),
		UpdateExpression:                    aws.String(g.update()),
		ReturnValuesOnConditionCheckFailure: g.tells(),
		ReturnValues:                        types.ReturnValue(g.of("NONE", "ALL_OLD", "ALL_NEW")),
	}
	g.unused()
	in.ExpressionAttributeNames, in.ExpressionAttributeValues = g.alias, g.values
	return exchange{
		fmt.Sprintf("update %s %s if %s %s", toldItem(in.Key), *in.UpdateExpression,
			aws.ToString(in.ConditionExpression), toldItem(g.values)),
		func(c *dynamodb.Client) string {
			in := in
			out, err := c.UpdateItem(context.Background(), &in)
			if err != nil {
				return told(err)
			}
			return told(nil, toldItem(out.Attributes))
		},
	}
}

// read reads one item, or several at once.
func (g *generator) read() exchange {
	a, b := g.ref(), g.ref()
	keys := []item{a.key}
	if *a.table == *b.table {
		keys = append(keys, b.key)
	}
	return exchange{
		fmt.Sprint("read ", toldItem(a.key), toldItem(b.key)),
		func(c *dynamodb.Client) string {
			one, err := c.GetItem(context.Background(), &dynamodb.GetItemInput{
				TableName: a.table, Key: a.key, ConsistentRead: aws.Bool(true),
			})
			if err != nil {
				return told(err)
			}
			out, err := c.BatchGetItem(context.Background(), &dynamodb.BatchGetItemInput{
				RequestItems: map[string]types.KeysAndAttributes{
					*a.table: {ConsistentRead: aws.Bool(true), Keys: keys},
				},
			})
			if err != nil {
				return told(err)
			}
			found := toldItems(out.Responses[*a.table])
			slices.Sort(found)
			return told(nil, toldItem(one.Item), found)
		},
	}
}

// query reads all pages of a partition, or scans the run's items.
func (g *generator) query() exchange {
	in := dynamodb.QueryInput{
		TableName: &g.names.Pins, ConsistentRead: aws.Bool(true), ScanIndexForward: aws.Bool(g.seldom(2)),
		Limit: aws.Int32(int32(1 + g.number(4))), FilterExpression: g.maybe(),
		KeyConditionExpression: aws.String("pinSubject = :p" + g.of("", " AND pinPart = :x",
			" AND pinPart < :x", " AND pinPart <= :x", " AND pinPart > :x", " AND pinPart >= :x",
			" AND begins_with(pinPart, :x)", " AND pinPart BETWEEN :x AND :y", " AND a = :x")),
	}
	if g.values == nil {
		g.values = item{}
	}
	g.values[":p"] = &textValue{Value: g.run + g.of("a", "b")}
	for _, name := range []string{":x", ":y"} {
		if strings.Contains(*in.KeyConditionExpression, name) {
			bounds := map[string]string{":x": g.of("x", "y"), ":y": g.of("y", "z")}
			g.values[name] = &textValue{Value: bounds[name]}
		}
	}
	in.ExpressionAttributeNames, in.ExpressionAttributeValues = g.alias, g.values
	return exchange{
		fmt.Sprintf("query %s filter %s limit %d %s", *in.KeyConditionExpression,
			aws.ToString(in.FilterExpression), *in.Limit, toldItem(g.values)),
		func(c *dynamodb.Client) string {
			in := in
			var items []item
			var examined int32
			for { // where the last page is the whole rest, another may follow, which is empty
				out, err := c.Query(context.Background(), &in)
				if err != nil {
					return told(err)
				}
				items, examined = append(items, out.Items...), examined+out.ScannedCount
				if in.ExclusiveStartKey = out.LastEvaluatedKey; in.ExclusiveStartKey == nil {
					return told(nil, toldItems(items), examined)
				}
			}
		},
	}
}

func (g *generator) transact() exchange {
	var parts []types.TransactWriteItem
	var text []string
	items := map[string]bool{}
	for range 1 + g.number(2) {
		g.begin()
		r := g.ref()
		if items[toldItem(r.key)] { // which DynamoDB Local lets pass
			continue
		}
		items[toldItem(r.key)] = true
		tells, condition := g.tells(), g.maybe()
		switch g.number(3) {
		case 0:
			parts = append(parts, types.TransactWriteItem{Put: &types.Put{
				TableName: r.table, Item: g.item(r), ConditionExpression: condition,
				ExpressionAttributeNames:  g.alias,
				ExpressionAttributeValues: g.values, ReturnValuesOnConditionCheckFailure: tells,
			}})
		case 1:
			update := g.update()
			parts = append(parts, types.TransactWriteItem{Update: &types.Update{
				TableName: r.table, Key: r.key, UpdateExpression: &update, ConditionExpression: condition,
				ExpressionAttributeNames: g.alias, ExpressionAttributeValues: g.values,
				ReturnValuesOnConditionCheckFailure: tells,
			}})
			text = append(text, update)
		case 2:
			parts = append(parts, types.TransactWriteItem{Delete: &types.Delete{
				TableName: r.table, Key: r.key, ConditionExpression: condition,
				ExpressionAttributeNames:  g.alias,
				ExpressionAttributeValues: g.values, ReturnValuesOnConditionCheckFailure: tells,
			}})
		default:
			if condition == nil {
				condition = aws.String(g.condition(1))
			}
			parts = append(parts, types.TransactWriteItem{ConditionCheck: &types.ConditionCheck{
				TableName: r.table, Key: r.key, ConditionExpression: condition,
				ExpressionAttributeNames:  g.alias,
				ExpressionAttributeValues: g.values, ReturnValuesOnConditionCheckFailure: tells,
			}})
		}
		text = append(text, aws.ToString(condition), toldItem(r.key), toldItem(g.values))
	}
	var token *string
	if g.seldom(3) {
		token = aws.String(rand.Text())
	}
	return exchange{
		fmt.Sprintf("transact %T %s", parts, strings.Join(text, " | ")),
		func(c *dynamodb.Client) (all string) {
			for range 2 {
				_, err := c.TransactWriteItems(context.Background(), &dynamodb.TransactWriteItemsInput{
					TransactItems: parts, ClientRequestToken: token,
				})
				all += told(err, "written")
				if token == nil {
					break
				}
			}
			return all
		},
	}
}
