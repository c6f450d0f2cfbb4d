package bundle

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// unrolled returns the resources of a template, as they stand below Resources.
func unrolled(t *testing.T, resources string) (map[string]*Resource, error) {
	t.Helper()
	made, err := ParseTemplate([]byte("Mappings:\n  Names: {A: {Name: a-1}, B: {Name: b-2}}\n" +
		"Resources:\n" + resources))
	if err != nil {
		return nil, err
	}
	return made.Resources, nil
}

func TestLoops(t *testing.T) {
	t.Parallel()
	const fragment = `
  Fn::ForEach::Loop:
    - X
    - [A, B]
    - ${X}Thing:
        Type: T
        Properties:
`
	ref := func(name string) map[string]any { return map[string]any{"Ref": name} }
	for property, want := range map[string]any{
		`{Value: !Ref X}`:                                                "A",
		`{Value: !Ref Other}`:                                            ref("Other"),
		`{Value: {Ref: !Sub "${X}Function"}}`:                            ref("AFunction"),
		`{Value: !GetAtt [!Sub "${X}Queue", Arn]}`:                       map[string]any{"Fn::GetAtt": []any{"AQueue", "Arn"}},
		`{Value: !Sub "${X}-${AWS::Region}"}`:                            map[string]any{"Fn::Sub": "A-${AWS::Region}"},
		`{Value: !Sub "x-${X}"}`:                                         "x-A",
		`{Value: !FindInMap [Names, !Ref X, Name]}`:                      "a-1",
		`{Value: !FindInMap [Names, !Ref Other, Name]}`:                  map[string]any{"Fn::FindInMap": []any{"Names", ref("Other"), "Name"}},
		`{Value: !Sub ["${N}!", {N: !FindInMap [Names, !Ref X, Name]}]}`: "a-1!",
		`{Value: !Sub ["${N}!", {N: !Ref Other}]}`:                       map[string]any{"Fn::Sub": []any{"${N}!", map[string]any{"N": ref("Other")}}},
		`{Value: [1, true, {"${X}": !Ref X}]}`:                           []any{1, true, map[string]any{"${X}": "A"}},
	} {
		made, err := unrolled(t, fragment+"          "+property)
		if err != nil {
			t.Errorf("%s: %v", property, err)
			continue
		}
		if names := slices.Sorted(maps.Keys(made)); !slices.Equal(names, []string{"AThing", "BThing"}) {
			t.Errorf("%s makes %v", property, names)
			continue
		}
		if got := made["AThing"].Properties["Value"]; !reflect.DeepEqual(got, want) {
			t.Errorf("%s is %v, want %v", property, got, want)
		}
	}
}

func TestNestedLoops(t *testing.T) {
	t.Parallel()
	made, err := unrolled(t, `
  Plain: {Type: T}
  Fn::ForEach::Outer:
    - X
    - [A, B]
    - Fn::ForEach::Inner:
        - Y
        - [c-1, d-2]
        - ${X}And&{Y}:
            Type: T
            Properties: {Both: !Sub "${X}/${Y}"}
      ${X}Alone: {Type: T}
`)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"AAlone", "AAndc1", "AAndd2", "BAlone", "BAndc1", "BAndd2", "Plain"}
	if names := slices.Sorted(maps.Keys(made)); !slices.Equal(names, want) {
		t.Errorf("the loops make %v, want %v", names, want)
	}
	if both := made["BAndd2"].Properties["Both"]; both != "B/d-2" {
		t.Errorf("the inner loop makes %v", both)
	}
}

// What CloudFormation would refuse or leave alone is an error here, whatever sam makes of it.
func TestLoopsThatAreNone(t *testing.T) {
	t.Parallel()
	for resources, wrong := range map[string]string{
		"  Fn::ForEach::L: [X, [A]]":                                                       "identifier",
		"  Fn::ForEach::L: [X, A, {\"${X}\": {Type: T}}]":                                  "a list",
		"  Fn::ForEach::L: [X, !Ref P, {\"${X}\": {Type: T}}]":                             "a list",
		"  Fn::ForEach::L: [X, [A, B], {Same: {Type: T}}]":                                 "twice",
		"  A: {Type: T}\n  Fn::ForEach::L: [X, [A], {\"${X}\": {Type: T}}]":                "twice",
		"  Fn::ForEach::L: [X, [A], {\"${X}\": {Type: T, Properties: {V: \"${X}\"}}}]":     "alone",
		"  Fn::ForEach::L: [X, [A], {\"${X}\": {Type: T, DependsOn: \"${X}L\"}}]":          "alone",
		"  Fn::ForEach::L: [X, [C], {\"${X}\": {Type: !FindInMap [Names, !Ref X, Name]}}]": "mapping",
		"  R: {Type: T, Properties: {Fn::ForEach::L: [X, [A], {\"${X}\": 1}]}}":            "below",
	} {
		if _, err := unrolled(t, resources); err == nil || !strings.Contains(err.Error(), wrong) {
			t.Errorf("%s: %v, want %s", resources, err, wrong)
		}
	}
}
