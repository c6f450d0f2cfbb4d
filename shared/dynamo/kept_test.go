package dynamo_test

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"flag"
	"io"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lineproof/shared/dynamo"
	"lineproof/shared/network"
)

// A stored form outlives the build that wrote it: its records stay, and functions of the last build
// read ours while a deployment is under way. So a file of testdata/items is never rewritten: a form
// that changes on purpose gets a file of the next version, which -update writes. Older versions are
// read for ever.
var update = flag.Bool("update", false, "write the next version of each stored form that changed")

// latest is the version of what is written now.
const latest = math.MaxInt

// kept is a kind of item.
type kept struct {
	// table is where its items stand, as a field of Tables, and part their sort key where other
	// kinds stand there too.
	table, part string
	// values are what the items of a version hold: what came later is zero.
	values func(version int) []any
	// write brings the latest values into empty tables by the methods that functions call.
	write func(*testing.T, *stores)
	// read returns the values of what stands in the tables.
	read func(*testing.T, *stores) []any
}

// TestStoredForms compares what is written, byte for byte, with what deployed builds wrote, and
// reads that.
func TestStoredForms(t *testing.T) {
	t.Parallel()
	for name, k := range keptItems() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			versions := dynamo.StoredVersions(t, name)
			for i, text := range versions {
				k.wantRead(t, i+1, text)
			}
			written := k.written(t)
			switch n := len(versions); {
			case n > 0 && bytes.Equal(versions[n-1], written):
			case *update:
				if err := os.WriteFile(dynamo.StoredFile(name, n+1), written, 0o600); err != nil {
					t.Error(err)
				}
			default:
				t.Errorf("no form of version %d is written:\n%s", n, written)
			}
		})
	}
}

// TestStoredFormsAreTested wants a kind of item for each file.
func TestStoredFormsAreTested(t *testing.T) {
	t.Parallel()
	files, err := os.ReadDir(filepath.Join("testdata", "items"))
	if err != nil {
		t.Fatal(err)
	}
	items, tested := keptItems(), 0
	for name := range items {
		tested += len(dynamo.StoredVersions(t, name))
	}
	if tested != len(files) {
		t.Errorf("%d of %d files are tested", tested, len(files))
	}
}

// written returns the items that the kind's writes make.
func (k kept) written(t *testing.T) []byte {
	t.Helper()
	s := newStores(t, k.table, new(counter))
	k.write(t, s)
	var items []map[string]types.AttributeValue
	for _, it := range s.scan(t, k.table) {
		if k.part == "" || strings.HasPrefix(partOf(it), k.part) {
			items = append(items, it)
		}
	}
	return dynamo.FormatItems(t, k.table, items)
}

// partOf returns the sort key of an item of Pins, Templates or Breakers.
func partOf(it map[string]types.AttributeValue) string {
	for _, name := range []string{"pinPart", "templatePart", "breakerPart"} {
		if part, ok := it[name].(*types.AttributeValueMemberS); ok {
			return part.Value
		}
	}
	return ""
}

// wantRead puts the items of a version into tables and wants them to read as its values.
func (k kept) wantRead(t *testing.T, version int, text []byte) {
	t.Helper()
	s := newStores(t, k.table, rand.Reader)
	table, items := dynamo.ParseItems(t, text)
	for _, it := range items {
		put(t, s.table(table), it)
	}
	read, want := k.read(t, s), k.values(version)
	if len(read) != len(want) {
		t.Fatalf("version %d reads as %d values, not %d", version, len(read), len(want))
	}
	for i := range want {
		if !reflect.DeepEqual(read[i], want[i]) {
			t.Errorf("version %d reads as\n%+v\nand not as\n%+v", version, read[i], want[i])
		}
	}
}

// TestStoredFormsHoldEveryField wants every field of every type that is stored set in a value.
func TestStoredFormsHoldEveryField(t *testing.T) {
	t.Parallel()
	set := map[string]bool{}
	for _, k := range keptItems() {
		for _, value := range k.values(latest) {
			noteFields(set, reflect.ValueOf(value))
		}
	}
	for field, ok := range set {
		if !ok {
			t.Errorf("no stored value has a %s", field)
		}
	}
}

// noteFields notes of each field whether it is set, of the structs in v too.
func noteFields(set map[string]bool, v reflect.Value) {
	switch v.Kind() {
	case reflect.Slice:
		for i := range v.Len() {
			noteFields(set, v.Index(i))
		}
		if v.Len() == 0 && v.Type().Elem().Kind() == reflect.Struct {
			noteFields(set, reflect.Zero(v.Type().Elem()))
		}
	case reflect.Struct:
		if !strings.HasPrefix(v.Type().PkgPath(), "lineproof/") {
			return
		}
		for field, value := range v.Fields() {
			if field.IsExported() && field.Type.Size() > 0 { // a struct of methods alone holds nothing
				name := v.Type().String() + "." + field.Name
				set[name] = set[name] || !value.IsZero()
				noteFields(set, value)
			}
		}
	}
}

// stores is every store; those have tables of their own that share items with the named table.
type stores struct {
	client    *dynamodb.Client
	names     dynamo.Tables
	grants    *dynamo.Grants
	replays   *dynamo.Replays
	clients   *dynamo.Clients
	sessions  *dynamo.Sessions
	accounts  *dynamo.Accounts
	pins      *dynamo.Verifications
	fallbacks *dynamo.Fallbacks
	keySets   *dynamo.KeySets
	templates *dynamo.Templates
	upstreams *dynamo.Upstreams
	breakers  *dynamo.Breakers
}

func newStores(t *testing.T, table string, random io.Reader) *stores {
	t.Helper()
	var names dynamo.Tables
	for field, value := range reflect.ValueOf(&names).Elem().Fields() {
		if money := []string{"Ledgers", "Pins"}; field.Name == table ||
			slices.Contains(money, table) && slices.Contains(money, field.Name) {
			value.SetString(field.Name + "-" + rand.Text())
		}
	}
	client := local(t, http.DefaultTransport)
	if err := dynamo.CreateTables(t.Context(), client, names); err != nil {
		t.Fatal(err)
	}
	return &stores{
		client: client, names: names,
		grants:    dynamo.NewGrants(client, names.Grants, random),
		replays:   dynamo.NewReplays(client, names.Replays, random),
		clients:   dynamo.NewClients(client, names.Clients),
		sessions:  dynamo.NewSessions(client, names.Sessions, network.MaxSession),
		accounts:  dynamo.NewAccounts(client, names.Accounts, names.Ledgers),
		pins:      dynamo.NewVerifications(client, names.Pins, names.Ledgers, random),
		fallbacks: dynamo.NewFallbacks(client, names.Fallbacks, random),
		keySets:   dynamo.NewKeySets(client, names.KeySets),
		templates: dynamo.NewTemplates(dynamo.Consistent(client), names.Templates),
		upstreams: dynamo.NewUpstreams(client, names.Upstreams),
		breakers:  dynamo.NewBreakers(client, names.Breakers, random),
	}
}

func (s *stores) table(field string) string {
	return reflect.ValueOf(s.names).FieldByName(field).String()
}

// scan returns what stands in the table of that field.
func (s *stores) scan(t *testing.T, table string) []map[string]types.AttributeValue {
	t.Helper()
	name := s.table(table)
	out, err := s.client.Scan(t.Context(), &dynamodb.ScanInput{TableName: &name})
	if err != nil {
		t.Fatal(err)
	}
	return out.Items
}

// counter is a source of randomness that is the same each time: it counts.
type counter struct{ n atomic.Uint64 }

func (c *counter) Read(b []byte) (int, error) {
	copy(b, binary.BigEndian.AppendUint64(nil, c.n.Add(1)))
	return len(b), nil
}
