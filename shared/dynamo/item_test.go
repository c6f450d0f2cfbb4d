package dynamo

import (
	"maps"
	"net/netip"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lineproof/shared/fault"
	"lineproof/shared/grant"
	"lineproof/shared/network"
)

// kinds gives an item of each table that doc.go describes, by the name that begins its description, and what decodes it.
func kinds() map[string]struct {
	item   item
	decode func(item) error
} {
	session := network.Session{Prefix: netip.MustParsePrefix("192.0.2.1/32"), Start: time.Unix(1, 0), End: time.Unix(2, 0)}
	return map[string]struct {
		item   item
		decode func(item) error
	}{
		"Grants":   {encodeGrant(grant.Grant{}, nil), func(it item) error { _, err := decodeGrant(it); return err }},
		"Replays":  {encodeReplay(replayKey{}, time.Time{}, nil), nil},
		"Clients":  {encodeClient(grant.Client{}), func(it item) error { _, err := decodeClient(it); return err }},
		"Sessions": {(&Sessions{}).encode(session, "x"), func(it item) error { _, err := decodeSession(it); return err }},
	}
}

// TestDocTabulatesEveryItem compares the tables of doc.go with the attributes that are written.
func TestDocTabulatesEveryItem(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	row := regexp.MustCompile(`(?m)^//\t(\w+) +(S|N|B|BOOL|L\(S\)) +\S`)
	for name, kind := range kinds() {
		_, section, found := strings.Cut(string(doc), "\n// "+name+", ")
		if !found {
			t.Fatalf("doc.go does not describe %s", name)
		}
		section, _, _ = strings.Cut(section, "\n//\n// ")
		_, tabulated, _ := strings.Cut(section, "\tAttribute ")
		written := attributeTypes(kind.item)
		described := map[string]string{}
		for _, columns := range row.FindAllStringSubmatch(tabulated, -1) {
			described[columns[1]] = columns[2]
		}
		if !maps.Equal(written, described) {
			t.Errorf("%s: written %v, described %v", name, written, described)
		}
	}
}

func attributeTypes(it item) map[string]string {
	types := map[string]string{}
	for name, value := range it {
		types[name] = attributeType(value)
	}
	return types
}

func attributeType(value types.AttributeValue) string {
	switch value.(type) {
	case *types.AttributeValueMemberS:
		return "S"
	case *types.AttributeValueMemberN:
		return "N"
	case *types.AttributeValueMemberB:
		return "B"
	case *types.AttributeValueMemberBOOL:
		return "BOOL"
	case *types.AttributeValueMemberL:
		return "L(S)"
	}
	return "?"
}

// unread are the attributes that only conditions and DynamoDB look at.
var unread = map[string]bool{attemptID: true, purgeAt: true, place: true, sessionID: true}

// TestMistypedAttributesAreErrors puts a value of another type in each attribute in turn: it must not read as zero.
func TestMistypedAttributesAreErrors(t *testing.T) {
	t.Parallel()
	for name, kind := range kinds() {
		for attribute := range kind.item {
			if kind.decode == nil || unread[attribute] {
				continue
			}
			broken := maps.Clone(kind.item)
			broken[attribute] = &types.AttributeValueMemberNULL{Value: true}
			wantUndecodable(t, name, kind.decode(broken), attribute)
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
