package host

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"

	"lineproof/e2e/bundle"
)

// rights are what functions may do with tables, as IAM would judge by the template: by access key,
// which tells whose a call is.
type rights map[string]map[bundle.Right]bool

// accessKey gives the access key that a function signs its calls with: letters and digits, for
// DynamoDB Local takes no others.
func accessKey(function string) string { return strings.ReplaceAll(function, "-", "") }

// newRights gives the rights that the template gives to its functions, on the resources that were
// made of it.
func newRights(t *bundle.Template, made map[string]physical) (rights, error) {
	functions, err := t.Functions()
	if err != nil {
		return nil, err
	}
	all := rights{}
	for name, f := range functions {
		may := map[bundle.Right]bool{}
		for _, r := range f.Rights {
			may[bundle.Right{Action: r.Action, Resource: made[r.Resource].ref}] = true
		}
		all[accessKey(name)] = may
	}
	return all, nil
}

// deny gives the rights that a call needs and its caller lacks, in order.
func (r rights) deny(caller, operation string, body []byte) []string {
	var denied []string
	for _, right := range needed(operation, body) {
		if !r[caller][right] {
			denied = append(denied, right.Action+" on "+right.Resource)
		}
	}
	slices.Sort(denied)
	return slices.Compact(denied)
}

// caller gives the access key that signed a request (Signature Version 4).
func caller(r *http.Request) string {
	_, credential, _ := strings.Cut(r.Header.Get("Authorization"), "Credential=")
	key, _, _ := strings.Cut(credential, "/")
	return key
}

// needed gives the rights that a call of DynamoDB needs, on tables by their physical names: a
// transaction needs those of its parts.
func needed(operation string, body []byte) []bundle.Right {
	var in struct {
		TableName     string
		RequestItems  map[string]json.RawMessage
		TransactItems []map[string]struct{ TableName string }
	}
	if json.Unmarshal(body, &in) != nil {
		return nil // DynamoDB refuses it
	}
	var all []bundle.Right
	for _, item := range in.TransactItems {
		for part, on := range item {
			action := map[string]string{"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}[part]
			all = append(all, bundle.Right{Action: "dynamodb:" + action, Resource: on.TableName})
		}
	}
	tables := slices.Collect(maps.Keys(in.RequestItems))
	if in.TableName != "" {
		tables = append(tables, in.TableName)
	}
	for _, table := range tables {
		all = append(all, bundle.Right{Action: "dynamodb:" + operation, Resource: table})
	}
	return all
}
