// Package bundle reads template.yaml as it is deployed, with its loops unrolled and its nested
// stack in place, and its tests hold the deployable bundle equal to the code: routes, documents,
// sample events, build targets, environment, rights, tables, alarms and playbooks.
package bundle

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// The resource types that the bundle asks for by name.
const (
	typeFunction   = "AWS::Serverless::Function"
	typeAPI        = "AWS::Serverless::HttpApi"
	typeTable      = "AWS::DynamoDB::Table"
	typeSecret     = "AWS::SecretsManager::Secret"
	typeQueue      = "AWS::SQS::Queue"
	typeAlarm      = "AWS::CloudWatch::Alarm"
	typeLogGroup   = "AWS::Logs::LogGroup"
	typeFilter     = "AWS::Logs::MetricFilter"
	typeDashboard  = "AWS::CloudWatch::Dashboard"
	typeTrigger    = "AWS::Lambda::EventSourceMapping"
	typeMachine    = "AWS::Serverless::StateMachine"
	typePermission = "AWS::Lambda::Permission"
	typeStack      = "AWS::CloudFormation::Stack"
	functionTitle  = "Function"
)

// Template is a SAM template, with intrinsic functions in their long form: !Ref x is {"Ref": "x"}.
type Template struct {
	Transform  any                       `yaml:"Transform"`
	Parameters map[string]map[string]any `yaml:"Parameters"`
	Rules      map[string]Rule           `yaml:"Rules"`
	Globals    struct {
		Function map[string]any `yaml:"Function"`
	} `yaml:"Globals"`
	Mappings   map[string]map[string]map[string]any `yaml:"Mappings"`
	Conditions map[string]any                       `yaml:"Conditions"`
	Resources  map[string]*Resource                 `yaml:"Resources"`
	Outputs    map[string]any                       `yaml:"Outputs"`
}

// Rule is what a template demands of its parameters.
type Rule struct {
	Condition  any `yaml:"RuleCondition"`
	Assertions []struct {
		Assert any `yaml:"Assert"`
	} `yaml:"Assertions"`
}

// Resource is one resource of a template.
type Resource struct {
	Type           string         `yaml:"Type"`
	Condition      string         `yaml:"Condition"`
	DeletionPolicy string         `yaml:"DeletionPolicy"`
	Metadata       map[string]any `yaml:"Metadata"`
	Properties     map[string]any `yaml:"Properties"`
}

// Root gives the directory of the repository.
func Root() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "..", "..")
}

// ReadTemplate reads the repository's template.yaml.
func ReadTemplate() (*Template, error) {
	return ReadTemplateFile(filepath.Join(Root(), "template.yaml"))
}

// ReadTemplateFile reads a template and the nested stacks whose files it names.
func ReadTemplateFile(path string) (*Template, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("bundle: %w", err)
	}
	t, err := ParseTemplate(text)
	if err != nil {
		return nil, err
	}
	return t, t.nest(filepath.Dir(path))
}

// ParseTemplate reads a template. Of nested stacks it has the resource alone.
func ParseTemplate(text []byte) (*Template, error) {
	var root yaml.Node
	if err := yaml.Unmarshal(text, &root); err != nil {
		return nil, fmt.Errorf("bundle: %w", err)
	}
	if err := long(&root); err != nil {
		return nil, err
	}
	document := map[string]any{}
	if err := root.Decode(&document); err != nil {
		return nil, fmt.Errorf("bundle: %w", err)
	}
	if err := unroll(document); err != nil {
		return nil, err
	}
	made, err := yaml.Marshal(document)
	if err != nil {
		return nil, fmt.Errorf("bundle: %w", err)
	}
	t := &Template{}
	return t, yaml.Unmarshal(made, t)
}

// long puts the short forms of intrinsic functions below the node into their long form.
func long(n *yaml.Node) error {
	for _, child := range n.Content {
		if err := long(child); err != nil {
			return err
		}
	}
	if !strings.HasPrefix(n.Tag, "!") || strings.HasPrefix(n.Tag, "!!") {
		return nil
	}
	name := n.Tag[1:]
	if name != "Ref" && name != "Condition" {
		name = "Fn::" + name
	}
	value := *n
	value.Tag = map[yaml.Kind]string{yaml.ScalarNode: "!!str", yaml.SequenceNode: "!!seq", yaml.MappingNode: "!!map"}[n.Kind]
	if value.Tag == "" {
		return fmt.Errorf("bundle: line %d: %s of what is no value", n.Line, n.Tag)
	}
	if name == "Fn::GetAtt" && n.Kind == yaml.ScalarNode {
		value = attribute(n.Value)
	}
	*n = yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Line: n.Line, Content: []*yaml.Node{
		{Kind: yaml.ScalarNode, Tag: "!!str", Value: name}, &value,
	}}
	return nil
}

// attribute turns "Table.Arn" into ["Table", "Arn"].
func attribute(text string) yaml.Node {
	list := yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
	for part := range strings.SplitSeq(text, ".") {
		list.Content = append(list.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: part})
	}
	return list
}

// OfType gives the logical names of the resources of a type, sorted.
func (t *Template) OfType(kind string) []string {
	var names []string
	for name, r := range t.Resources {
		if r.Type == kind {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// LogicalName gives the logical name of a function: that of pin-check is PinCheckFunction.
func LogicalName(function string) string { return Camel(function) + functionTitle }

// Camel gives "PinCheck" for "pin-check".
func Camel(name string) string {
	var camel strings.Builder
	for word := range strings.SplitSeq(name, "-") {
		camel.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return camel.String()
}
