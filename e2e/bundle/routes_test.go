package bundle

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"lineproof/shared/dialect"
)

// called is one route with the name of the function behind it.
type called struct{ function, method, path string }

// served returns every route, under the function that is called as its operation.
func served() map[called]bool {
	routes := map[called]bool{}
	for _, r := range dialect.Routes("") {
		routes[called{string(r.Operation), r.Method, r.Path}] = true
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

func TestEachMainIsAFunction(t *testing.T) {
	t.Parallel()
	_, functions := read(t)
	inCode, inTemplate := map[string]bool{}, map[string]bool{}
	for _, name := range mains(t) {
		inCode[name] = true
	}
	for name, f := range functions {
		inTemplate[name] = true
		if got := dig(f.Properties, "FunctionName", "Fn::Sub"); got != "${AWS::StackName}-"+name {
			t.Errorf("%s is called %v", name, got)
		}
	}
	equal(t, "functions/", "template.yaml", inCode, inTemplate)
}

// A function without a route is invoked by a queue, by a state machine, by a service that has leave, or by people, to whom the stack prints its name.
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

func TestEventsAreTheRoutes(t *testing.T) {
	t.Parallel()
	_, functions := read(t)
	events := map[called]bool{}
	for name, f := range functions {
		for _, r := range f.Routes {
			if name == string(dialect.Unmatched) && r == (Route{"ANY", "/$default"}) {
				continue
			}
			if events[called{name, r.Method, r.Path}] {
				t.Errorf("%s has %v twice", name, r)
			}
			events[called{name, r.Method, r.Path}] = true
		}
	}
	equal(t, "shared/dialect", "the events of template.yaml", served(), events)
	if !slices.Contains(functions[string(dialect.Unmatched)].Routes, Route{"ANY", "/$default"}) {
		t.Error("unmatched does not serve what no route takes")
	}
}

// The API's own definition has the same routes, and calls each function by the name and alias that it has.
func TestAPIDefinitionIsTheRoutes(t *testing.T) {
	t.Parallel()
	template, _ := read(t)
	definition := template.Resources["Api"].Properties["DefinitionBody"]
	const pointer = "#/components/x-amazon-apigateway-integrations/"
	const target = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/" +
		"arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${AWS::StackName}-NAME:live/invocations"
	routes := map[called]bool{}
	for path, item := range object(dig(definition, "paths")) {
		for method, operation := range object(item) {
			ref, _ := dig(operation, "x-amazon-apigateway-integration", "$ref").(string)
			name := strings.TrimPrefix(ref, pointer)
			integration := dig(definition, "components", "x-amazon-apigateway-integrations", name)
			if got := dig(integration, "uri", "Fn::Sub"); got != strings.Replace(target, "NAME", name, 1) {
				t.Errorf("%s calls %v", name, got)
			}
			if dig(integration, "payloadFormatVersion") != "2.0" || dig(integration, "type") != "aws_proxy" {
				t.Errorf("%s is called otherwise than boot expects: %v", name, integration)
			}
			routes[called{name, strings.ToUpper(method), path}] = true
		}
	}
	leftover := called{string(dialect.Unmatched), "X-AMAZON-APIGATEWAY-ANY-METHOD", "/$default"}
	if !routes[leftover] || dig(definition, "paths", "/$default", "x-amazon-apigateway-any-method", "isDefaultRoute") != true {
		t.Error("the API has no default route")
	}
	delete(routes, leftover)
	equal(t, "shared/dialect", "the definition of the API", served(), routes)
	if template.Globals.Function["AutoPublishAlias"] != "live" {
		t.Errorf("the functions' alias is %v", template.Globals.Function["AutoPublishAlias"])
	}
}

// sam calls `make build-<LogicalName>` for each function; what that builds is the function's own directory.
func TestBuildTargets(t *testing.T) {
	t.Parallel()
	template, functions := read(t)
	for name := range functions {
		logical := LogicalName(name)
		if dig(template.Resources[logical].Metadata, "BuildMethod") != "makefile" {
			t.Errorf("%s is not built by make", logical)
		}
		dry := exec.Command("make", "--no-print-directory", "-n", "build-"+logical, "ARTIFACTS_DIR=/artifacts")
		dry.Dir = Root()
		output, err := dry.Output()
		if err != nil {
			t.Errorf("make build-%s: %v", logical, err)
			continue
		}
		line, err := exec.Command("bash", "-c", "echo "+strings.TrimSpace(string(output))).Output() // has the shell work out the directory
		got := strings.TrimSpace(string(line))
		if err != nil || !strings.Contains(got, "GOARCH=arm64") || !strings.Contains(got, "-o /artifacts/bootstrap") || !strings.HasSuffix(got, " ./functions/"+name) {
			t.Errorf("make build-%s does %q, %v", logical, got, err)
		}
	}
}
