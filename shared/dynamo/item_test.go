package dynamo

import (
	"cmp"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lineproof/shared/account"
	"lineproof/shared/fallback"
	"lineproof/shared/fault"
	"lineproof/shared/grant"
	"lineproof/shared/network"
	"lineproof/shared/upstream"
	"lineproof/shared/verification"
)

// kinds returns what decodes the items of each file of testdata/items; nil where nothing does.
func kinds() map[string]func(item) error {
	record := of(func(it item) (verification.Verification, error) { return decodePIN(it, verification.Ref{}) })
	window := func(name string) func(item) error {
		return of(func(it item) (verification.Window, error) { return decodeWindow(it, name) })
	}
	return map[string]func(item) error{
		"grant": of(decodeGrant), "client": of(decodeClient), "session": of(decodeStanding),
		"account": of(decodeAccount), "ledger": of(decodeLedger), "fallback": of(decodeFallback),
		"pin-live": record, "pin-displaced": record, "denial": record, "pin-overtaken": record,
		"network": of(decodeNetwork), "line": of(decodeLine), "address": window(requestWindow),
		"cost": window(costWindow), "replay": of(decodeTaking), "key-set": nil,
		"till": of(decodeTill), "upstream": of(decodeUpstream), "breaker": of(circuit), "day": nil, "ledger-stale": of(decodeLedger),
	}
}

func circuit(it item) (upstream.Breaker, error) { _, b, err := decodeBreaker(it); return b, err }

func of[V any](decode func(item) (V, error)) func(item) error {
	return func(it item) error { _, err := decode(it); return err }
}

// fixture returns the items of a kind's latest file and the name of their table.
func fixture(t *testing.T, name string) (table string, items []item) {
	t.Helper()
	versions := StoredVersions(t, name)
	if len(versions) == 0 {
		t.Fatalf("there are no items of %s", name)
	}
	return ParseItems(t, versions[len(versions)-1])
}

// TestDocTabulatesEveryItem compares the tables of doc.go with the attributes that are written.
func TestDocTabulatesEveryItem(t *testing.T) {
	t.Parallel()
	written := map[string]map[string]string{}
	for name := range kinds() {
		table, items := fixture(t, name)
		for _, it := range items {
			if written[table] == nil {
				written[table] = map[string]string{}
			}
			addTypes(written[table], it)
		}
	}
	for table, attributes := range written {
		wantDescribed(t, table, attributes)
	}
}

// TestDocTabulatesEveryMember compares the tables of members with what the JSON of items is made
// from.
func TestDocTabulatesEveryMember(t *testing.T) {
	t.Parallel()
	members := map[string]string{}
	memberTypes(members, "", reflect.TypeFor[accountMembers]())
	terms := map[string]string{}
	for name, kind := range members {
		if inner, ok := strings.CutPrefix(name, "Terms."); ok {
			terms[inner] = kind
			delete(members, name)
		}
	}
	wantDescribed(t, accountRecord, members)
	wantDescribed(t, "Terms", terms)
	members = map[string]string{}
	memberTypes(members, "", reflect.TypeFor[upstreamMembers]())
	wantDescribed(t, upstreamRecord, members)
	members = map[string]string{}
	memberTypes(members, "", reflect.TypeFor[detailMembers]())
	wantDescribed(t, pinDetail, members)
	wantDescribed(t, sealedRequest, sealedMembers(t))
}

// sealedMembers returns the types of the members of a sealed request, as fallback keeps its form.
func sealedMembers(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("../fallback/testdata/request-v2.json")
	var file struct{ Text map[string]any }
	if err := errors.Join(err, json.Unmarshal(text, &file)); err != nil {
		t.Fatal(err)
	}
	order, _ := file.Text["order"].(map[string]any)
	for name, value := range order {
		file.Text["order."+name] = value
	}
	kinds := map[string]string{}
	for name, value := range file.Text {
		kinds[name] = jsonType(reflect.TypeOf(value))
	}
	return kinds
}

// memberTypes adds the members of an object, and of those in it, with their types in JSON.
func memberTypes(members map[string]string, path string, of reflect.Type) {
	for field := range of.Fields() {
		tag, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		name, kind := path+tag, field.Type
		if field.Anonymous && tag == "" { // its members are the object's
			memberTypes(members, path, kind)
			continue
		}
		members[name] = jsonType(kind)
		if kind.Kind() == reflect.Slice {
			kind = kind.Elem()
		}
		if kind.Kind() == reflect.Struct && strings.HasPrefix(kind.PkgPath(), "lineproof/") {
			memberTypes(members, name+".", kind)
		}
	}
}

func jsonType(of reflect.Type) string {
	switch kind := of.Kind(); {
	case kind == reflect.String, of == reflect.TypeFor[[]byte](), of == reflect.TypeFor[time.Time]():
		return "string"
	case kind == reflect.Bool, kind == reflect.Pointer && of.Elem().Kind() == reflect.Bool:
		return "boolean"
	case kind == reflect.Slice:
		return "array"
	case kind == reflect.Struct, kind == reflect.Map:
		return "object"
	default:
		return "number"
	}
}

// row is a line of a table: a name, its type, and behind its meaning the field of Go that has it.
var row = regexp.MustCompile(`(?m)^//\t(\S+) +(\S+) +\S.*?  +(.+)$`)

// wantDescribed wants the table of doc.go below a name to have these rows, of fields that exist.
func wantDescribed(t *testing.T, name string, want map[string]string) {
	t.Helper()
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	_, section, found := strings.Cut(string(doc), "\n// "+name+", ")
	if !found {
		t.Fatalf("doc.go does not describe %s", name)
	}
	_, section, _ = strings.Cut(section, "\n//\n//\t")
	section, _, _ = strings.Cut(section, "\n//\n")
	described := map[string]string{}
	for _, columns := range row.FindAllStringSubmatch(section, -1) {
		described[columns[1]] = columns[2]
		wantField(t, columns[3])
	}
	if !maps.Equal(want, described) {
		t.Errorf("%s: written %v, described %v", name, want, described)
	}
}

// fields are the types whose fields doc.go names.
var fields = map[string]reflect.Type{
	"Grant": reflect.TypeFor[grant.Grant](), "Client": reflect.TypeFor[grant.Client](),
	"Taking":  reflect.TypeFor[grant.Taking](),
	"Session": reflect.TypeFor[network.Session](), "Account": reflect.TypeFor[account.Account](),
	"Hash": reflect.TypeFor[account.Hash](), "Terms": reflect.TypeFor[account.Terms](),
	"Ledger": reflect.TypeFor[verification.AccountUsage](), "Verification": reflect.TypeFor[verification.Verification](),
	"Detail": reflect.TypeFor[verification.Detail](), "Plan": reflect.TypeFor[verification.Plan](),
	"Step": reflect.TypeFor[verification.Step](), "Means": reflect.TypeFor[verification.Means](),
	"Remote": reflect.TypeFor[verification.Remote](),
	"Event":  reflect.TypeFor[verification.Event](), "Caps": reflect.TypeFor[verification.Caps](),
	"Window":          reflect.TypeFor[verification.Window](),
	"NetworkStanding": reflect.TypeFor[verification.NetworkUsage](),
	"LineStanding":    reflect.TypeFor[verification.LineUsage](),
	"Fallback":        reflect.TypeFor[fallback.Fallback](),
	"Result":          reflect.TypeFor[fallback.Result](),
	"Request":         reflect.TypeFor[fallback.Request](),
	"Order":           reflect.TypeFor[verification.Order](),
	"Upstream":        reflect.TypeFor[upstream.Upstream](),
	"Circuit":         reflect.TypeFor[upstream.Circuit](),
	"Breaker":         reflect.TypeFor[upstream.Breaker](), "Day": reflect.TypeFor[upstream.Day](),
	"Key": reflect.TypeFor[upstream.Key](),
}

var path = regexp.MustCompile(`\b([A-Z]\w*)((?:\.[A-Z]\w*)+)`)

// wantField wants each field that a text names to exist.
func wantField(t *testing.T, text string) {
	t.Helper()
	for _, names := range path.FindAllStringSubmatch(text, -1) {
		of, known := fields[names[1]]
		for name := range strings.SplitSeq(names[2][1:], ".") {
			field := reflect.StructField{}
			if known {
				field, known = of.FieldByName(name)
			}
			of = field.Type
		}
		if !known {
			t.Errorf("there is no %s", names[0])
		}
	}
}

// numbered are attributes of which an item has several.
var numbered = regexp.MustCompile(`^(openHolds|paid)[0-9]+$`)

// addTypes adds the types of an item's attributes; an empty list does not tell all of its own.
func addTypes(types map[string]string, it item) {
	for name, value := range it {
		name = numbered.ReplaceAllString(name, "${1}N")
		if kind := attributeType(value); kind != "L" || types[name] == "" {
			types[name] = kind
		}
	}
}

func attributeType(value types.AttributeValue) string {
	switch v := value.(type) {
	case *types.AttributeValueMemberS:
		return "S"
	case *types.AttributeValueMemberN:
		return "N"
	case *types.AttributeValueMemberB:
		return "B"
	case *types.AttributeValueMemberBOOL:
		return "BOOL"
	case *types.AttributeValueMemberBS:
		return "BS"
	case *types.AttributeValueMemberM:
		return "M"
	case *types.AttributeValueMemberL:
		if len(v.Value) > 0 {
			return "L(" + attributeType(v.Value[0]) + ")"
		}
		return "L"
	}
	return "?"
}

// unread are the attributes that only conditions, DynamoDB and the sweep of strays look at.
var unread = map[string]bool{
	attemptID: true, purgeAt: true, place: true, sessionID: true, accountID: true, pinSubject: true,
	replayID: true, pinPart: true, pinWrites: true,
	// What stands in ledgers beside what pin knows of them is read where it is written.
	voidedHolds: true, setName(0): true, setName(1): true, paidName(0): true,
}

// TestMistypedAttributesAreErrors puts a value of another type in each attribute in turn: it must
// not read as zero.
func TestMistypedAttributesAreErrors(t *testing.T) {
	t.Parallel()
	for name, decode := range kinds() {
		_, items := fixture(t, name)
		for attribute := range items[0] {
			if decode == nil || unread[attribute] {
				continue
			}
			var err error
			for _, it := range items { // some read an attribute in one state alone
				broken := maps.Clone(it)
				broken[attribute] = &types.AttributeValueMemberNULL{Value: true}
				err = cmp.Or(err, decode(broken))
			}
			wantUndecodable(t, name, err, attribute)
		}
	}
}

func TestMalformedValuesAreErrors(t *testing.T) {
	t.Parallel()
	for attribute, value := range map[string]types.AttributeValue{
		msisdn:       &types.AttributeValueMemberN{Value: "34"},
		expiresAt:    &types.AttributeValueMemberN{Value: "1.5"},
		"generation": &types.AttributeValueMemberN{Value: "99999999999999999999"},
	} {
		_, err := decodeGrant(item{grantID: text("x"), attribute: value})
		wantUndecodable(t, "Grants", err, attribute)
	}
	_, err := decodeClient(item{"redirectURIs": &types.AttributeValueMemberL{Value: []types.AttributeValue{boolean(true)}}})
	wantUndecodable(t, "Clients", err, "redirectURIs")
	_, err = decodeSession(item{"prefix": text("192.0.2.1")})
	wantUndecodable(t, "Sessions", err, "prefix")
}

func wantUndecodable(t *testing.T, table string, err error, attribute string) {
	t.Helper()
	if want := "dynamo: decode " + attribute + ": internal"; err == nil || err.Error() != want || fault.Of(err) != fault.Internal {
		t.Errorf("%s: gave %v, want %s", table, err, want)
	}
}

// TestPurge keeps items an hour past their end, and for good when they have none.
func TestPurge(t *testing.T) {
	t.Parallel()
	for end, want := range map[time.Time]string{
		time.Unix(1_800_000_000, 999): "1800003600",
		{}:                            "0",
	} {
		if got := purge(end).(*types.AttributeValueMemberN).Value; got != want {
			t.Errorf("an item that ends at %v is purged at %s, want %s", end, got, want)
		}
	}
}
