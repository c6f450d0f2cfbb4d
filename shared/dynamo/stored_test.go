package dynamo

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// StoredFile names the file of a version of a kind of item.
func StoredFile(name string, version int) string {
	return filepath.Join("testdata", "items", fmt.Sprintf("%s-v%d.json", name, version))
}

// StoredVersions returns the files of a kind of item, the oldest first.
func StoredVersions(tb testing.TB, name string) (versions [][]byte) {
	tb.Helper()
	for {
		text, err := os.ReadFile(StoredFile(name, len(versions)+1))
		if errors.Is(err, fs.ErrNotExist) {
			return versions
		}
		if err != nil {
			tb.Fatal(err)
		}
		versions = append(versions, text)
	}
}

// typed is an attribute's value in DynamoDB JSON; of its members one is set.
type typed struct {
	S    *string          `json:",omitempty"`
	N    *string          `json:",omitempty"`
	B    *[]byte          `json:",omitempty"`
	BOOL *bool            `json:",omitempty"`
	BS   [][]byte         `json:",omitempty"`
	L    *[]typed         `json:",omitempty"`
	M    map[string]typed `json:",omitempty"`
}

// ParseItems reads a file of items in DynamoDB JSON, and the field of Tables that names their
// table.
func ParseItems(tb testing.TB, text []byte) (table string, items []item) {
	tb.Helper()
	var file map[string][]map[string]typed
	if err := json.Unmarshal(text, &file); err != nil {
		tb.Fatal(err)
	}
	for name, all := range file {
		table = name
		for _, members := range all {
			items = append(items, values(tb, members))
		}
	}
	return table, items
}

func values(tb testing.TB, members map[string]typed) item {
	tb.Helper()
	it := item{}
	for name, v := range members {
		it[name] = v.value(tb)
	}
	return it
}

func (v typed) value(tb testing.TB) types.AttributeValue {
	tb.Helper()
	switch {
	case v.S != nil:
		return &types.AttributeValueMemberS{Value: *v.S}
	case v.N != nil:
		return &types.AttributeValueMemberN{Value: *v.N}
	case v.B != nil:
		return &types.AttributeValueMemberB{Value: *v.B}
	case v.BOOL != nil:
		return &types.AttributeValueMemberBOOL{Value: *v.BOOL}
	case v.BS != nil:
		return &types.AttributeValueMemberBS{Value: v.BS}
	case v.M != nil:
		return &types.AttributeValueMemberM{Value: values(tb, v.M)}
	case v.L != nil:
		list := make([]types.AttributeValue, len(*v.L))
		for i, element := range *v.L {
			list[i] = element.value(tb)
		}
		return &types.AttributeValueMemberL{Value: list}
	}
	tb.Fatal("an attribute of no known type")
	return nil
}

// FormatItems writes such a file, an attribute a line and always the same: the items are in the
// order of their keys, and attributes and the members of sets are sorted.
func FormatItems(tb testing.TB, table string, items []item) []byte {
	tb.Helper()
	var all []string
	for _, it := range items {
		var attributes []string
		for name, value := range it {
			attributes = append(attributes, fmt.Sprintf("%q: %s", name, compact(tb, typedValue(tb, value))))
		}
		slices.SortFunc(attributes, func(a, b string) int {
			return cmp.Or(cmp.Compare(keyOrder(a), keyOrder(b)), cmp.Compare(a, b))
		})
		all = append(all, "{\n  "+strings.Join(attributes, ",\n  ")+"\n}")
	}
	slices.Sort(all)
	return fmt.Appendf(nil, "{%q: [%s]}\n", table, strings.Join(all, ", "))
}

// keyOrder is below 1 for the attributes of keys, and the least for the first.
func keyOrder(attribute string) int {
	return -slices.IndexFunc([]string{
		pinPart, pinSubject, sessionID, place, clientID, grantID, replayID, accountID, executionID,
		keySet, templatePart, breakerPart, upstreamID,
	}, func(name string) bool { return strings.HasPrefix(attribute, `"`+name+`"`) })
}

// compact writes a value as JSON on a line, as it is: "<" stays "<".
func compact(tb testing.TB, v typed) []byte {
	tb.Helper()
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		tb.Fatal(err)
	}
	return bytes.TrimSpace(text.Bytes())
}

func typedValues(tb testing.TB, it item) map[string]typed {
	tb.Helper()
	members := map[string]typed{}
	for name, value := range it {
		members[name] = typedValue(tb, value)
	}
	return members
}

func typedValue(tb testing.TB, value types.AttributeValue) typed {
	tb.Helper()
	switch v := value.(type) {
	case *types.AttributeValueMemberS:
		return typed{S: &v.Value}
	case *types.AttributeValueMemberN:
		return typed{N: &v.Value}
	case *types.AttributeValueMemberB:
		return typed{B: &v.Value}
	case *types.AttributeValueMemberBOOL:
		return typed{BOOL: &v.Value}
	case *types.AttributeValueMemberBS:
		return typed{BS: slices.SortedFunc(slices.Values(v.Value), bytes.Compare)}
	case *types.AttributeValueMemberM:
		return typed{M: typedValues(tb, v.Value)}
	case *types.AttributeValueMemberL:
		list := make([]typed, len(v.Value))
		for i, element := range v.Value {
			list[i] = typedValue(tb, element)
		}
		return typed{L: &list}
	}
	tb.Fatalf("an attribute of type %T", value)
	return typed{}
}
