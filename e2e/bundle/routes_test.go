package bundle

import (
	"slices"
	"strings"
	"testing"

	"lineproof/shared/wire"
)

// served returns every route, whose function is called as its operation.
func served() map[Route]bool {
	routes := map[Route]bool{}
	for _, r := range wire.Routes("") {
		routes[Route{r.Method, r.Path, string(r.Operation)}] = true
	}
	return routes
}

func mains(t *testing.T) []string {
	t.Helper()
	names, err := Mains()
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// equal fails the test for everything that only one of two sets has.
func equal[K comparable](t *testing.T, one, other string, a, b map[K]bool) {
	t.Helper()
	for k := range a {
		if !b[k] {
			t.Errorf("%s has %+v and %s does not", one, k, other)
		}
	}
	for k := range b {
		if !a[k] {
			t.Errorf("%s has %+v and %s does not", other, k, one)
		}
	}
}

// Each main is a function of the template, and none else. For one that is not there, all is printed
// that it takes.
func TestEachMainIsAFunction(t *testing.T) {
	t.Parallel()
	template, functions := read(t)
	inCode := mains(t)
	for _, name := range inCode {
		if _, there := functions[name]; !there {
			t.Errorf("template.yaml lacks %s:\n%s", name, lacking(template, name, needsOf(t, name)))
		}
	}
	for name, f := range functions {
		if !slices.Contains(inCode, name) {
			t.Errorf("template.yaml has %s and functions/ does not", name)
		}
		if got := dig(f.Properties, "FunctionName", "Fn::Sub"); got != "${AWS::StackName}-"+name {
			t.Errorf("%s is called %v", name, got)
		}
	}
}

// A function without a route is invoked by a queue, by a state machine, by a service that has
// leave, or by people, to whom the stack prints its name.
func TestEachFunctionIsInvoked(t *testing.T) {
	t.Parallel()
	template, functions := read(t)
	for name, f := range functions {
		alias := LogicalName(name) + ".Alias"
		invoked := len(f.Routes) > 0 || len(polled(template, name)) > 0 || dig(template.Outputs[LogicalName(name)], "Value", "Ref") == alias
		for _, permission := range template.OfType(typePermission) {
			invoked = invoked || dig(template.Resources[permission].Properties, "FunctionName", "Ref") == alias
		}
		for _, machine := range template.OfType(typeMachine) {
			for _, step := range object(template.Resources[machine].Properties["DefinitionSubstitutions"]) {
				text, _ := dig(step, "Fn::Sub").(string)
				invoked = invoked || strings.HasSuffix(text, ":function:${AWS::StackName}-"+name+":live")
			}
		}
		if !invoked {
			t.Errorf("nothing invokes %s", name)
		}
	}
}

// leftover is the route of what no other takes.
var leftover = Route{"ANY", "/$default", string(wire.Unmatched)}

// The API routes what the code serves, and all else to unmatched.
func TestAPIDefinitionIsTheRoutes(t *testing.T) {
	t.Parallel()
	template, _ := read(t)
	all, err := template.Routes()
	if err != nil {
		t.Fatal(err)
	}
	routes := map[Route]bool{}
	for _, r := range all {
		routes[r] = true
	}
	definition := template.Resources["Api"].Properties["DefinitionBody"]
	other := dig(definition, "paths", leftover.Path, anyMethod)
	if !routes[leftover] || dig(other, "isDefaultRoute") != true {
		t.Error("the API has no default route")
	}
	delete(routes, leftover)
	equal(t, "shared/wire", "the definition of the API", served(), routes)
	for name := range object(dig(definition, "components", integrations)) {
		if !slices.ContainsFunc(all, func(r Route) bool { return r.Function == name }) {
			t.Errorf("no route leads to %s", name)
		}
	}
	if template.Globals.Function["AutoPublishAlias"] != "live" {
		t.Errorf("the functions' alias is %v", template.Globals.Function["AutoPublishAlias"])
	}
}

// The API may call the functions that it routes to, of all functions these alone.
func TestAPIMayCallItsFunctions(t *testing.T) {
	t.Parallel()
	template, functions := read(t)
	const api = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*"
	routed, permitted := map[string]bool{}, map[string]bool{}
	for name, f := range functions {
		if len(f.Routes) > 0 {
			routed[LogicalName(name)+".Alias"] = true
		}
	}
	for _, name := range template.OfType(typePermission) {
		p := template.Resources[name].Properties
		if p["Principal"] != "apigateway.amazonaws.com" {
			continue
		}
		permitted[asText(dig(p, "FunctionName", "Ref"))] = true
		if dig(p, "SourceArn", "Fn::Sub") != api || p["Action"] != "lambda:InvokeFunction" {
			t.Errorf("%s permits %v", name, p)
		}
	}
	equal(t, "the definition of the API", "Fn::ForEach::Called", routed, permitted)
}
