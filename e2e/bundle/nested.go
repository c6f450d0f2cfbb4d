package bundle

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
)

// nest reads the nested stacks of a template that lies in a directory, and adds what they make to
// the template's own, as if it stood there.
func (t *Template) nest(dir string) error {
	for _, name := range t.OfType(typeStack) {
		p := t.Resources[name].Properties
		inner, err := ReadTemplateFile(filepath.Join(dir, fmt.Sprint(p["TemplateURL"])))
		if err == nil {
			err = t.adopt(inner, object(p["Parameters"]))
		}
		if err != nil {
			return fmt.Errorf("bundle: %s: %w", name, err)
		}
	}
	return nil
}

// adopt adds the resources and conditions of a nested stack that is given these parameters.
func (t *Template) adopt(inner *Template, given map[string]any) error {
	for parameter := range inner.Parameters {
		if given[parameter] == nil {
			return fmt.Errorf("%s is not given", parameter)
		}
	}
	for parameter := range given {
		if inner.Parameters[parameter] == nil {
			return fmt.Errorf("%s is no parameter", parameter)
		}
	}
	for name, r := range inner.Resources {
		made, err := pass(r.Properties, given)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if t.Resources[name] != nil {
			return fmt.Errorf("%s is there twice", name)
		}
		r.Properties = object(made)
		t.Resources[name] = r
	}
	return t.adoptConditions(inner, given)
}

func (t *Template) adoptConditions(inner *Template, given map[string]any) error {
	for name, condition := range inner.Conditions {
		made, err := pass(condition, given)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if t.Conditions[name] != nil {
			return fmt.Errorf("%s is there twice", name)
		}
		t.Conditions[name] = made
	}
	return nil
}

// pass puts what a nested stack is given in the place of its parameters.
func pass(value any, given map[string]any) (any, error) {
	switch v := value.(type) {
	case []any:
		made := make([]any, len(v))
		for i := range v {
			var err error
			if made[i], err = pass(v[i], given); err != nil {
				return nil, err
			}
		}
		return made, nil
	case map[string]any:
		return passObject(v, given)
	}
	return value, nil
}

func passObject(o map[string]any, given map[string]any) (any, error) {
	if name, is := o["Ref"].(string); is && len(o) == 1 {
		if name == ownName {
			return nil, fmt.Errorf("%s of a nested stack is its own", ownName)
		}
		if given[name] != nil {
			return given[name], nil
		}
	}
	if text, is := o["Fn::Sub"].(string); is && len(o) == 1 {
		made, err := passText(text, given)
		return map[string]any{"Fn::Sub": made}, err
	}
	made := map[string]any{}
	for key, v := range o {
		var err error
		if made[key], err = pass(v, given); err != nil {
			return nil, err
		}
	}
	return made, nil
}

// ownName is what a stack calls itself by, and placeholder what Fn::Sub replaces.
const ownName = "AWS::StackName"

var placeholder = regexp.MustCompile(`\$\{([A-Za-z:]+)\}`)

// passText does the same in the text of Fn::Sub.
func passText(text string, given map[string]any) (string, error) {
	for _, found := range placeholder.FindAllStringSubmatch(text, -1) {
		if found[1] == ownName {
			return "", fmt.Errorf("%s of a nested stack is its own", ownName)
		}
		if given[found[1]] == nil {
			continue
		}
		made, err := written(given[found[1]])
		if err != nil {
			return "", fmt.Errorf("%s: %w", found[1], err)
		}
		text = strings.ReplaceAll(text, found[0], made)
	}
	return text, nil
}

// written returns a value as Fn::Sub has it.
func written(value any) (string, error) {
	if text, plain := value.(string); plain {
		return text, nil
	}
	if name, is := dig(value, "Ref").(string); is {
		return "${" + name + "}", nil
	}
	if path := list(dig(value, "Fn::GetAtt")); len(path) == 2 {
		return fmt.Sprintf("${%v.%v}", path...), nil
	}
	return "", fmt.Errorf("%v cannot stand in a text", value)
}
