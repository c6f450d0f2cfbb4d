package host

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"lineproof/e2e/bundle"
)

// The pseudo parameters of every deployment.
const (
	region    = "eu-west-1"
	accountID = "123456789012" // moto's
	suffix    = "amazonaws.com"
)

// scope is where the template's functions find their values.
type scope struct {
	template   *bundle.Template
	parameters map[string]any
	resources  map[string]physical
}

// physical is a resource that exists.
type physical struct {
	ref        string
	attributes map[string]string
}

// absent stands for AWS::NoValue.
type absent struct{}

func newScope(t *bundle.Template, stack string, given map[string]string) *scope {
	s := &scope{t, map[string]any{
		"AWS::Region": region, "AWS::AccountId": accountID, "AWS::Partition": "aws", "AWS::URLSuffix": suffix,
		"AWS::StackName": stack, "AWS::NoValue": absent{},
	}, map[string]physical{}}
	for name, parameter := range t.Parameters {
		s.parameters[name] = parameter["Default"]
	}
	for name, value := range given {
		s.parameters[name] = value
	}
	return s
}

// value evaluates whatever functions a value holds. A function that it does not know is an error:
// nothing is guessed.
func (s *scope) value(v any) (any, error) {
	switch v := v.(type) {
	case map[string]any:
		if name, argument, ok := call(v); ok {
			return s.call(name, argument)
		}
		return s.object(v)
	case []any:
		return s.list(v)
	default:
		return v, nil
	}
}

// call tells whether a map is a function's call.
func call(m map[string]any) (name string, argument any, ok bool) {
	if len(m) != 1 {
		return "", nil, false
	}
	for name, argument = range m {
	}
	return name, argument, name == "Ref" || name == "Condition" || strings.HasPrefix(name, "Fn::")
}

func (s *scope) object(m map[string]any) (any, error) {
	made := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(m)) {
		value, err := s.value(m[name])
		if err != nil {
			return nil, err
		}
		if _, none := value.(absent); !none {
			made[name] = value
		}
	}
	return made, nil
}

func (s *scope) list(l []any) ([]any, error) {
	made := []any{}
	for _, v := range l {
		value, err := s.value(v)
		if err != nil {
			return nil, err
		}
		if _, none := value.(absent); !none {
			made = append(made, value)
		}
	}
	return made, nil
}

var errFunction = errors.New("host: template: no such function")

func (s *scope) call(name string, argument any) (any, error) {
	switch name {
	case "Ref":
		return s.ref(fmt.Sprint(argument))
	case "Fn::Sub":
		return s.substitute(argument)
	case "Fn::If":
		return s.choose(argument)
	case "Condition":
		return s.value(s.template.Conditions[fmt.Sprint(argument)])
	}
	list, err := s.value(argument)
	if err != nil {
		return nil, err
	}
	arguments, _ := list.([]any)
	return s.apply(name, arguments)
}

// apply calls a function of evaluated arguments.
func (s *scope) apply(name string, a []any) (any, error) {
	switch {
	case name == "Fn::GetAtt" && len(a) == 2:
		return s.attribute(fmt.Sprint(a[0]), fmt.Sprint(a[1])), nil
	case name == "Fn::FindInMap" && len(a) == 3:
		return s.template.Mappings[fmt.Sprint(a[0])][fmt.Sprint(a[1])][fmt.Sprint(a[2])], nil
	case name == "Fn::Equals" && len(a) == 2:
		return fmt.Sprint(a[0]) == fmt.Sprint(a[1]), nil
	case name == "Fn::Not" && len(a) == 1:
		return a[0] != true, nil
	case name == "Fn::And":
		return !slices.ContainsFunc(a, func(v any) bool { return v != true }), nil
	case name == "Fn::Or":
		return slices.Contains(a, any(true)), nil
	case name == "Fn::Join" && len(a) == 2:
		return join(a), nil
	case name == "Fn::Split" && len(a) == 2:
		return split(a), nil
	}
	return nil, fmt.Errorf("%w: %s of %d", errFunction, name, len(a))
}

func join(a []any) string {
	parts, _ := a[1].([]any)
	var texts []string
	for _, part := range parts {
		texts = append(texts, fmt.Sprint(part))
	}
	return strings.Join(texts, fmt.Sprint(a[0]))
}

func split(a []any) []any {
	var parts []any
	for part := range strings.SplitSeq(fmt.Sprint(a[1]), fmt.Sprint(a[0])) {
		parts = append(parts, part)
	}
	return parts
}

// ref gives a parameter or a resource; one that is not made here goes by its logical name.
func (s *scope) ref(name string) (any, error) {
	if value, ok := s.parameters[name]; ok {
		return value, nil
	}
	if made, ok := s.resources[name]; ok {
		return made.ref, nil
	}
	logical, _, _ := strings.Cut(name, ".")
	if _, ok := s.template.Resources[logical]; ok {
		return name, nil
	}
	return nil, fmt.Errorf("host: template: nothing is named %q", name)
}

func (s *scope) attribute(logical, name string) string {
	if value, ok := s.resources[logical].attributes[name]; ok {
		return value
	}
	return logical + "." + name
}

// choose gives the branch that the condition says; the other is not evaluated.
func (s *scope) choose(argument any) (any, error) {
	list, _ := argument.([]any)
	if len(list) != 3 {
		return nil, fmt.Errorf("%w: Fn::If", errFunction)
	}
	condition, err := s.value(s.template.Conditions[fmt.Sprint(list[0])])
	if err != nil {
		return nil, err
	}
	if condition == true {
		return s.value(list[1])
	}
	return s.value(list[2])
}

// substitute fills ${…} in a text: of local names, parameters, resources and their attributes.
// ${!x} is ${x} itself.
func (s *scope) substitute(argument any) (any, error) {
	local := map[string]any{}
	if list, ok := argument.([]any); ok && len(list) == 2 {
		evaluated, err := s.value(list[1])
		if err != nil {
			return nil, err
		}
		local, _ = evaluated.(map[string]any)
		argument = list[0]
	}
	text, _ := argument.(string)
	var made strings.Builder
	for {
		before, rest, found := strings.Cut(text, "${")
		made.WriteString(before)
		if !found {
			return made.String(), nil
		}
		name, after, _ := strings.Cut(rest, "}")
		value, err := s.named(name, local)
		if err != nil {
			return nil, err
		}
		made.WriteString(value)
		text = after
	}
}

func (s *scope) named(name string, local map[string]any) (string, error) {
	if literal, ok := strings.CutPrefix(name, "!"); ok {
		return "${" + literal + "}", nil
	}
	if value, ok := local[name]; ok {
		return fmt.Sprint(value), nil
	}
	if logical, attribute, ok := strings.Cut(name, "."); ok {
		return s.attribute(logical, attribute), nil
	}
	value, err := s.ref(name)
	return fmt.Sprint(value), err
}
