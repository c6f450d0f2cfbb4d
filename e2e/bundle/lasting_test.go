package bundle

import (
	"encoding/json"
	"os"
	"testing"
)

// lastingNames are the properties by which CloudFormation or an API names a resource, or whose
// change makes another; of secrets, those whose change may write over the keys.
var lastingNames = map[string][]string{
	typeTable:    {"TableName", "KeySchema", "AttributeDefinitions"},
	typeSecret:   {"Name", "Description", "SecretString", "GenerateSecretString"},
	typeQueue:    {"QueueName", "FifoQueue"},
	typeLogGroup: {"LogGroupName"},
	typeAPI:      {"Name"},
	typeFunction: {"FunctionName"},
	typeMachine:  {"Name", "Type"},
	typeFilter:   {"FilterName"},

	"AWS::SNS::Topic":               {"TopicName"},
	"AWS::ApiGatewayV2::DomainName": {"DomainName"},
	"AWS::CloudFront::Distribution": nil,
	"AWS::Events::Rule":             {"Name"},
}

// What holds data or is known by its name outside keeps its logical name, which is what an update
// finds it by: under another it would be made anew and be deleted, and where it has a name of its
// own not even be made, for CloudFormation makes before it deletes. testdata/lasting.json is only
// ever added to.
func TestWhatLastsIsKept(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/lasting.json")
	if err != nil {
		t.Fatal(err)
	}
	var lasting map[string]struct {
		Type, DeletionPolicy string
		Properties           map[string]any
	}
	if err := json.Unmarshal(text, &lasting); err != nil {
		t.Fatal(err)
	}
	template, _ := read(t)
	for name, want := range lasting {
		got := template.Resources[name]
		if got == nil || got.Type != want.Type || got.DeletionPolicy != want.DeletionPolicy {
			t.Errorf("%s is gone or is kept otherwise: %+v", name, got)
			continue
		}
		for _, property := range lastingNames[want.Type] {
			is, was := spelledOut(t, got.Properties[property]), spelledOut(t, want.Properties[property])
			if is != was {
				t.Errorf("%s: %s is %s and was %s", name, property, is, was)
			}
		}
	}
	for _, kind := range []string{typeTable, typeSecret, typeQueue, typeMachine, typeAPI} {
		for _, name := range template.OfType(kind) {
			if lasting[name].Type == "" {
				t.Errorf("testdata/lasting.json does not list %s", name)
			}
		}
	}
}

// spelledOut writes a value as JSON.
func spelledOut(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// A stack of the template from before there were loops can be updated: what has gone into the
// nested stack has no name that its predecessor still holds.
func TestWhatMovedHasNoOldName(t *testing.T) {
	t.Parallel()
	template, _ := read(t)
	for _, name := range template.OfType(typeAlarm) {
		if own := template.Resources[name].Properties["AlarmName"]; own != nil {
			t.Errorf("%s is called %v", name, own)
		}
	}
	for _, name := range template.OfType(typeDashboard) {
		own := asText(dig(template.Resources[name].Properties, "DashboardName", "Fn::Sub"))
		if own != "${AWS::StackName}-overview" {
			t.Errorf("%s is called %s", name, own)
		}
	}
}
