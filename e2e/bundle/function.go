package bundle

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// Function is a function as the template describes it.
type Function struct {
	// Name is the function's, as "pin-check"; its logical name is PinCheckFunction.
	Name string
	// Environment holds its variables, those of the globals among them.
	Environment map[string]any
	// Rights are what its IAM statements allow.
	Rights []Right
	// Routes are those of the API that lead to it.
	Routes []Route
	// Properties are the resource's own.
	Properties map[string]any
}

// Right is one action on one resource.
type Right struct {
	// Action is the IAM action.
	Action string
	// Resource is the resource's logical name; of anything but a reference to a resource, what the
	// statement says.
	Resource string
}

// Functions gives the template's functions by name.
func (t *Template) Functions() (map[string]Function, error) {
	functions := map[string]Function{}
	names, err := Mains()
	if err != nil {
		return nil, err
	}
	routes, err := t.Routes()
	if err != nil {
		return nil, err
	}
	for _, logical := range t.OfType(typeFunction) {
		f, err := t.function(logical)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			if LogicalName(name) == logical {
				f.Name = name
			}
		}
		for _, r := range routes {
			if r.Function == f.Name {
				f.Routes = append(f.Routes, r)
			}
		}
		functions[f.Name] = f
	}
	return functions, nil
}

// Mains gives the names of the directories of functions/, each a main package.
func Mains() ([]string, error) {
	files, err := filepath.Glob(filepath.Join(Root(), "functions", "*", "main.go"))
	if err != nil {
		return nil, err
	}
	names := make([]string, len(files))
	for i, file := range files {
		names[i] = filepath.Base(filepath.Dir(file))
	}
	if len(names) == 0 {
		return nil, os.ErrNotExist
	}
	return names, nil
}

func (t *Template) function(logical string) (Function, error) {
	p := t.Resources[logical].Properties
	f := Function{Name: logical, Environment: maps.Clone(variables(t.Globals.Function)), Properties: p}
	maps.Copy(f.Environment, variables(p))
	for _, policy := range list(p["Policies"]) {
		for _, statement := range list(dig(policy, "Statement")) {
			rights, err := allowed(statement)
			if err != nil {
				return f, fmt.Errorf("bundle: %s: %w", logical, err)
			}
			f.Rights = append(f.Rights, rights...)
		}
	}
	if p["Events"] != nil {
		return f, fmt.Errorf("bundle: %s has events, and routes stand in the definition", logical)
	}
	return f, nil
}

func variables(properties map[string]any) map[string]any {
	return object(dig(properties, "Environment", "Variables"))
}

// allowed gives each action on each resource of an IAM statement. One in an !If, which may be there,
// counts as one that is.
func allowed(statement any) ([]Right, error) {
	if either := list(dig(statement, "Fn::If")); len(either) == 3 {
		statement = either[1]
	}
	if dig(statement, "Effect") != "Allow" {
		return nil, fmt.Errorf("a statement that is no Allow: %v", statement)
	}
	var rights []Right
	for _, action := range list(dig(statement, "Action")) {
		for _, resource := range list(dig(statement, "Resource")) {
			rights = append(rights, Right{fmt.Sprint(action), referred(resource)})
		}
	}
	return rights, nil
}

// lastOfARN finds the parameter that ends an ARN.
var lastOfARN = regexp.MustCompile(`^arn:[^ ]*/\$\{(\w+)\}$`)

// referred gives the logical name of the resource that !Ref X or !GetAtt X.Arn names, or of the
// parameter that an ARN ends in. A parameter XArns, which stands in an !If because it may be empty,
// holds the ARNs of what the parameter X names.
func referred(value any) string {
	if name := lastOfARN.FindStringSubmatch(fmt.Sprint(dig(value, "Fn::Sub"))); name != nil {
		return name[1]
	}
	if either := list(dig(value, "Fn::If")); len(either) == 3 {
		if split := list(dig(either[1], "Fn::Split")); len(split) == 2 {
			return strings.TrimSuffix(fmt.Sprint(dig(split[1], "Ref")), "Arns")
		}
	}
	if name, ok := dig(value, "Ref").(string); ok {
		return name
	}
	if path := list(dig(value, "Fn::GetAtt")); len(path) == 2 && path[1] == "Arn" {
		return fmt.Sprint(path[0])
	}
	return fmt.Sprint(value)
}

// dig follows keys through nested objects; nil where one is missing.
func dig(value any, keys ...string) any {
	for _, key := range keys {
		value = object(value)[key]
	}
	return value
}

func object(value any) map[string]any {
	o, _ := value.(map[string]any)
	return o
}

// list gives a list as it is, and anything else but nil as a list of one: IAM allows both.
func list(value any) []any {
	switch v := value.(type) {
	case nil:
		return nil
	case []any:
		return v
	default:
		return []any{v}
	}
}
