package bundle

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// lacking returns what template.yaml lacks of a function, to be pasted where each part says.
func lacking(template *Template, name string, needs []need) string {
	parts := []string{
		"in the mapping Functions:\n" + mapped(name),
		"in the loop Watched: " + Camel(name),
		"below the functions:\n" + functionBlock(template, name, needs),
	}
	if routed := routeLines(name); routed != "" {
		parts = append(parts, "in the loop Called: "+Camel(name),
			"in the paths of the API:\n"+routed, "in its integrations:\n"+integration(name))
	}
	return strings.Join(parts, "\n")
}

func mapped(name string) string { return "    " + Camel(name) + ": {Name: " + name + "}\n" }

// routeLines returns the paths of a function that the code serves, "" if it serves none.
func routeLines(name string) string {
	methods := map[string][]string{}
	for route := range served() {
		if route.Function == name {
			methods[route.Path] = append(methods[route.Path], strings.ToLower(route.Method))
		}
	}
	var text strings.Builder
	for _, path := range slices.Sorted(maps.Keys(methods)) {
		text.WriteString("          " + path + ":\n")
		for _, method := range slices.Sorted(slices.Values(methods[path])) {
			fmt.Fprintf(&text, "            %s: {x-amazon-apigateway-integration: {$ref: %q}}\n", method,
				"#/components/"+integrations+"/"+name)
		}
	}
	return text.String()
}

// integration returns what the API calls a function by.
func integration(name string) string {
	return "            " + name + ":\n" +
		"              type: aws_proxy\n" +
		"              httpMethod: POST\n" +
		"              payloadFormatVersion: \"2.0\"\n" +
		"              uri: !Sub " + strings.Replace(invocation, "NAME", name, 1) + "\n"
}

// functionBlock returns the resource of a function that is wired to these needs.
func functionBlock(template *Template, name string, needs []need) string {
	camel := Camel(name)
	alarms := "!Ref " + camel + "ErrorsAlarm"
	if routeLines(name) != "" {
		alarms += ", !Ref ServerErrorsAlarm"
	}
	text := "  " + LogicalName(name) + ":\n" +
		"    Type: AWS::Serverless::Function\n" +
		"    Metadata: {BuildMethod: makefile}\n" +
		"    Properties:\n" +
		"      FunctionName: !Sub ${AWS::StackName}-" + name + "\n" +
		"      Description: What it does.\n" +
		"      LoggingConfig: {LogGroup: !Ref " + camel + "Logs}\n" +
		"      DeploymentPreference: {Alarms: [" + alarms + "]}\n"
	if lines := variableLines(template, needs); lines != "" {
		text += "      Environment:\n        Variables:\n" + lines
	}
	if lines := statementLines(template, needs); lines != "" {
		text += "      Policies:\n        - Version: \"2012-10-17\"\n          Statement:\n" + lines
	}
	return text
}

// variableLines returns the variables that not every function has.
func variableLines(template *Template, needs []need) string {
	var text strings.Builder
	for _, n := range needs {
		if shared(template, n.Variable) {
			continue
		}
		holds := n.Resource
		if holds == "" {
			holds = Camel(strings.ReplaceAll(strings.ToLower(n.Variable), "_", "-"))
		}
		text.WriteString("          " + n.Variable + ": !Ref " + holds + "\n")
	}
	return text.String()
}

// statementLines returns a statement for each resource.
func statementLines(template *Template, needs []need) string {
	actions := map[string][]string{}
	for _, n := range needs {
		if len(n.Actions) > 0 {
			actions[n.Resource] = append(actions[n.Resource], n.Actions...)
		}
	}
	var text strings.Builder
	for _, resource := range slices.Sorted(maps.Keys(actions)) {
		may := slices.Compact(slices.Sorted(slices.Values(actions[resource])))
		fmt.Fprintf(&text, "            - {Effect: Allow, Action: [%s], Resource: %s}\n",
			strings.Join(may, ", "), granted(template, resource))
	}
	return text.String()
}

// granted returns how a statement names a resource, what the parameter XArns lists for X, or a bus.
func granted(template *Template, name string) string {
	r := template.Resources[name]
	switch {
	case r == nil && template.Parameters[name+"Arns"] == nil:
		return "[!Sub \"arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:event-bus/${" + name + "}\"]"
	case r == nil:
		return "!If [Has" + name + ", !Split [\",\", !Ref " + name + "Arns], " +
			"!Sub \"arn:${AWS::Partition}:sms-voice:${AWS::Region}:${AWS::AccountId}:pool/none\"]"
	case r.Type == typeSecret || r.Type == typeMachine:
		return "[!Ref " + name + "]"
	}
	return "[!GetAtt " + name + ".Arn]"
}

// What is printed for a function that is missing is what the template has for those that it has.
func TestWhatIsLackingIsWhatIsThere(t *testing.T) {
	t.Parallel()
	template, functions := read(t)
	text, err := os.ReadFile(filepath.Join(Root(), "template.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for name, f := range functions {
		needs := needsOf(t, name)
		printed := strings.SplitAfter(mapped(name)+routeLines(name), "\n")
		if len(f.Routes) > 0 {
			printed = append(printed, integration(name))
		}
		for _, line := range printed {
			if !strings.Contains(string(text), line) {
				t.Errorf("the template has no\n%s", line)
			}
		}
		made, err := ParseTemplate([]byte("Resources:\n" + functionBlock(template, name, needs)))
		if err != nil {
			t.Fatal(err)
		}
		made.Globals = template.Globals
		got, err := made.function(LogicalName(name))
		if err != nil {
			t.Fatal(err)
		}
		got.Name, got.Rights = name, slices.Clip(got.Rights)
		for _, queue := range polled(template, name) {
			for _, action := range polling {
				got.Rights = append(got.Rights, Right{action, queue})
			}
		}
		for _, difference := range differences(template, got, needs) {
			t.Error(difference)
		}
		for _, property := range []string{"FunctionName", "LoggingConfig"} {
			if fmt.Sprint(got.Properties[property]) != fmt.Sprint(f.Properties[property]) {
				t.Errorf("%s: %s is printed as %v", name, property, got.Properties[property])
			}
		}
	}
}
