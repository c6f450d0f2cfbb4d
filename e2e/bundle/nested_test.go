package bundle

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// nestedIn reads a template that gives its nested stack these parameters.
func nestedIn(t *testing.T, given, inner string) (*Template, error) {
	t.Helper()
	dir := t.TempDir()
	outer := "Conditions: {C: 1}\nResources:\n  Own: {Type: T}\n  Nested:\n" +
		"    Type: AWS::CloudFormation::Stack\n    Properties:\n" +
		"      TemplateURL: inner/n.yaml\n      Parameters: " + given + "\n"
	if err := os.Mkdir(filepath.Join(dir, "inner"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"t.yaml": outer, "inner/n.yaml": inner} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return ReadTemplateFile(filepath.Join(dir, "t.yaml"))
}

const innerParameters = "Parameters: {P: {Type: String}, Q: {Type: String}}\n"

// What a nested stack makes refers to what the template gave it.
func TestNestedStack(t *testing.T) {
	t.Parallel()
	made, err := nestedIn(t, "{P: !Ref Own, Q: !GetAtt Own.Name}", innerParameters+`
Conditions: {D: !Equals [!Ref P, x]}
Resources:
  Inner:
    Type: T
    Condition: D
    Properties: {A: !Ref P, B: [!Ref Q], C: !Sub "${P}-${Q}-${AWS::Region}", D: !Ref Inner}
`)
	if err != nil {
		t.Fatal(err)
	}
	own := map[string]any{"Ref": "Own"}
	want := map[string]any{
		"A": own, "B": []any{map[string]any{"Fn::GetAtt": []any{"Own", "Name"}}},
		"C": map[string]any{"Fn::Sub": "${Own}-${Own.Name}-${AWS::Region}"},
		"D": map[string]any{"Ref": "Inner"},
	}
	if got := made.Resources["Inner"].Properties; !reflect.DeepEqual(got, want) {
		t.Errorf("it has %v, want %v", got, want)
	}
	equals := map[string]any{"Fn::Equals": []any{own, "x"}}
	if got := made.Conditions["D"]; !reflect.DeepEqual(got, equals) {
		t.Errorf("its condition is %v, want %v", got, equals)
	}
}

func TestNestedStacksThatFail(t *testing.T) {
	t.Parallel()
	const both, inner = "{P: 1, Q: 2}", innerParameters + "Resources: "
	for _, test := range []struct{ given, inner, wrong string }{
		{"{P: 1}", inner + "{}", "Q is not given"},
		{"{P: 1, Q: 2, R: 3}", inner + "{}", "R is no parameter"},
		{both, inner + "{Own: {Type: T}}", "Own is there twice"},
		{both, innerParameters + "Conditions: {C: 1}", "C is there twice"},
		{both, inner + "{I: {Type: T, Properties: {A: !Ref AWS::StackName}}}", "its own"},
		{both, inner + `{I: {Type: T, Properties: {A: !Sub "${AWS::StackName}"}}}`, "its own"},
		{"{P: !If [C, 1, 2], Q: 2}", inner + `{I: {Type: T, Properties: {A: !Sub "${P}"}}}`, "text"},
	} {
		if _, err := nestedIn(t, test.given, test.inner); err == nil || !strings.Contains(err.Error(), test.wrong) {
			t.Errorf("%s %s: %v, want %s", test.given, test.inner, err, test.wrong)
		}
	}
}
