package bundle

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"lineproof/e2e/programs"
)

// need is a part of what a function says that it is wired to.
type need struct {
	Variable, Resource string
	Actions            []string
}

// builtMains is the directory of the built functions.
var builtMains = sync.OnceValues(func() (string, error) { return programs.Functions(context.Background()) })

// needsOf asks a function's main what it is wired to.
func needsOf(t *testing.T, name string) []need {
	t.Helper()
	dir, err := builtMains()
	if err != nil {
		t.Fatal(err)
	}
	main := exec.Command(filepath.Join(dir, name), "needs")
	main.Env = []string{} // without configuration it tells of all that it can be configured to need
	output, err := main.Output()
	if err != nil {
		t.Fatalf("%s needs: %v", name, err)
	}
	var told struct {
		Function string
		Needs    []need
	}
	if err := json.Unmarshal(output, &told); err != nil || told.Function != name {
		t.Fatalf("%s needs: %s: %v", name, output, err)
	}
	return told.Needs
}

func read(t *testing.T) (*Template, map[string]Function) {
	t.Helper()
	template, err := ReadTemplate()
	if err != nil {
		t.Fatal(err)
	}
	functions, err := template.Functions()
	if err != nil {
		t.Fatal(err)
	}
	return template, functions
}

// unread are the variables that Go itself reads.
var unread = []string{"SSL_CERT_FILE", "SSL_CERT_DIR"}

// shared tells whether every function has a variable.
func shared(template *Template, variable string) bool {
	_, is := variables(template.Globals.Function)[variable]
	return is
}

// polling is what Lambda does with a queue for a function, by the function's own rights.
var polling = []string{"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"}

// differences tells, by name, where the template gives a function more or less than it is wired to.
func differences(template *Template, f Function, needs []need) []string {
	var found []string
	variables, rights := map[string]bool{}, map[Right]bool{}
	for _, n := range needs {
		variables[n.Variable] = true
		value, set := f.Environment[n.Variable]
		if !set {
			found = append(found, fmt.Sprintf("%s: %s is not set", f.Name, n.Variable))
		} else if n.Resource != "" && dig(value, "Ref") != n.Resource {
			found = append(found, fmt.Sprintf("%s: %s is %v, not !Ref %s", f.Name, n.Variable, value, n.Resource))
		}
		for _, action := range n.Actions {
			rights[Right{action, n.Resource}] = true
		}
	}
	for _, queue := range polled(template, f.Name) {
		for _, action := range polling {
			rights[Right{action, queue}] = true
		}
	}
	for variable := range f.Environment {
		if !variables[variable] && !shared(template, variable) {
			found = append(found, fmt.Sprintf("%s: nothing reads %s", f.Name, variable))
		}
	}
	for _, right := range f.Rights {
		if !rights[right] {
			found = append(found, fmt.Sprintf("%s: nothing does %s on %s", f.Name, right.Action, right.Resource))
		}
	}
	for right := range rights {
		if !slices.Contains(f.Rights, right) {
			found = append(found, fmt.Sprintf("%s: may not do %s on %s", f.Name, right.Action, right.Resource))
		}
		if template.Resources[right.Resource] == nil && template.Parameters[right.Resource] == nil {
			found = append(found, fmt.Sprintf("%s: neither resource nor parameter is called %s", f.Name, right.Resource))
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// polled gives the queues that invoke a function.
func polled(template *Template, function string) []string {
	var queues []string
	for _, name := range template.OfType(typeTrigger) {
		p := template.Resources[name].Properties
		if dig(p, "FunctionName", "Ref") == LogicalName(function)+".Alias" {
			queues = append(queues, referred(p["EventSourceArn"]))
		}
	}
	return queues
}

// What a main is wired to is what the template gives it: each variable, each action on each
// resource.
func TestFunctionsHaveWhatTheyNeed(t *testing.T) {
	t.Parallel()
	template, functions := read(t)
	for name, f := range functions {
		for _, difference := range differences(template, f, needsOf(t, name)) {
			t.Error(difference)
		}
	}
}

// What every function is given is read by some; LOG_LEVEL and what Go reads, by all.
func TestSharedVariablesAreRead(t *testing.T) {
	t.Parallel()
	template, functions := read(t)
	read := map[string]bool{}
	for name := range functions {
		for _, n := range needsOf(t, name) {
			read[n.Variable] = true
		}
	}
	for variable := range variables(template.Globals.Function) {
		if !read[variable] && !slices.Contains(unread, variable) {
			t.Errorf("no function reads %s", variable)
		}
	}
}

// Every single right and variable counts: whichever is taken from the template, the comparison
// names it.
func TestEveryMissingRightIsNamed(t *testing.T) {
	t.Parallel()
	template, functions := read(t)
	for name, f := range functions {
		needs := needsOf(t, name)
		for i, right := range f.Rights {
			poorer := f
			poorer.Rights = slices.Delete(slices.Clone(f.Rights), i, i+1)
			want := fmt.Sprintf("%s: may not do %s on %s", name, right.Action, right.Resource)
			if got := differences(template, poorer, needs); !slices.Equal(got, []string{want}) {
				t.Errorf("without it: %q, want %q", got, want)
			}
		}
		for variable := range f.Environment {
			if !slices.ContainsFunc(needs, func(n need) bool { return n.Variable == variable }) {
				continue // TestSharedVariablesAreRead
			}
			poorer := f
			poorer.Environment = maps.Clone(f.Environment)
			delete(poorer.Environment, variable)
			want := fmt.Sprintf("%s: %s is not set", name, variable)
			if got := differences(template, poorer, needs); !slices.Equal(got, []string{want}) {
				t.Errorf("without it: %q, want %q", got, want)
			}
		}
	}
}

// And whatever is put into the template that nothing needs is named as well.
func TestEveryRightTooManyIsNamed(t *testing.T) {
	t.Parallel()
	template, functions := read(t)
	for name, f := range functions {
		needs := needsOf(t, name)
		for _, right := range []Right{{"dynamodb:DeleteItem", "GrantsTable"}, {"dynamodb:*", "GrantsTable"}, {"dynamodb:PutItem", "*"}} {
			richer := f
			richer.Rights = append(slices.Clone(f.Rights), right)
			richer.Environment = maps.Clone(f.Environment)
			richer.Environment["UNHEARD_OF"] = "x"
			want := []string{fmt.Sprintf("%s: nothing does %s on %s", name, right.Action, right.Resource), name + ": nothing reads UNHEARD_OF"}
			if got := differences(template, richer, needs); !slices.Equal(got, want) {
				t.Errorf("with it: %q, want %q", got, want)
			}
		}
	}
}

// The same from the text: an action cut out of template.yaml is missed by name.
func TestAnActionCutOutOfTheTextIsMissed(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(Root(), "template.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	cut := strings.Replace(string(text), "Action: [dynamodb:GetItem, dynamodb:UpdateItem]", "Action: [dynamodb:GetItem]", 1)
	template, err := ParseTemplate([]byte(cut))
	if err != nil || cut == string(text) {
		t.Fatalf("nothing to cut out, or %v", err)
	}
	functions, err := template.Functions()
	if err != nil {
		t.Fatal(err)
	}
	got := differences(template, functions["verify"], needsOf(t, "verify"))
	if want := []string{"verify: may not do dynamodb:UpdateItem on GrantsTable"}; !slices.Equal(got, want) {
		t.Errorf("differences are %q, want %q", got, want)
	}
}

// No statement of the template names more than it has to: neither an action nor a resource is a
// pattern.
func TestNoWildcardsInRights(t *testing.T) {
	t.Parallel()
	_, functions := read(t)
	for name, f := range functions {
		for _, right := range f.Rights {
			if strings.ContainsAny(right.Action+right.Resource, "*?") {
				t.Errorf("%s: %s on %s", name, right.Action, right.Resource)
			}
		}
		for _, policy := range list(f.Properties["Policies"]) {
			if dig(policy, "Version") != "2012-10-17" || dig(policy, "Statement") == nil {
				t.Errorf("%s: a policy that is not written out: %v", name, policy)
			}
		}
	}
}

// Who may read and write the keys of PINs: a PIN can be computed from PinsSecret, and from what
// RequestIdsSecret holds of it cannot.
func TestWhoHoldsTheKeysOfPINs(t *testing.T) {
	t.Parallel()
	const get, put = "secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"
	for right, want := range map[Right][]string{
		{get, "PinsSecret"}: {
			"fallback-check", "fallback-pin", "mxlabs-verify", "otp-send", "otp-validate", "pin-check",
			"pin-deliver", "pin-request", "rotate", "silent-auth", "verify2-check", "verify2-request",
		},
		{get, "RequestIdsSecret"}: {
			"callback-deliver", "pin-control", "pin-search", "pin-sweep", "rotate", "verify2-cancel",
			"verify2-next",
		},
		{put, "PinsSecret"}:       {"rotate"},
		{put, "RequestIdsSecret"}: {"rotate"},
	} {
		wantAllowed(t, right, want)
	}
}

// Who may read and write what upstreams know us by: who calls them with it, and who administers.
func TestWhoHoldsTheSecretsOfUpstreams(t *testing.T) {
	t.Parallel()
	wantAllowed(t, Right{"secretsmanager:GetSecretValue", "UpstreamsSecret"},
		[]string{
			"admin", "callback", "fallback-silent", "mxlabs-verify", "silent-auth", "token",
			"verify2-check",
		})
	wantAllowed(t, Right{"secretsmanager:PutSecretValue", "UpstreamsSecret"}, []string{"admin"})
	wantAllowed(t, Right{"dynamodb:PutItem", "UpstreamsTable"}, []string{"admin"})
}

// wantAllowed wants these functions to have a right, and no others.
func wantAllowed(t *testing.T, right Right, want []string) {
	t.Helper()
	_, functions := read(t)
	var may []string
	for _, name := range slices.Sorted(maps.Keys(functions)) {
		if slices.Contains(functions[name].Rights, right) {
			may = append(may, name)
		}
	}
	if !slices.Equal(may, want) {
		t.Errorf("%s on %s is allowed to %q, want %q", right.Action, right.Resource, may, want)
	}
}
