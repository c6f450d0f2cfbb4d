package bundle

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// loopPrefix begins the key of a loop, Fn::ForEach of the transform AWS::LanguageExtensions (AWS
// CloudFormation Template Reference, "Fn::ForEach"): an identifier, its values, and the fragment
// that is made once for each value.
const loopPrefix = "Fn::ForEach::"

// errLiteral tells of what CloudFormation leaves as it is, although sam and cfn-lint substitute it.
var errLiteral = errors.New("CloudFormation substitutes in Fn::Sub and in keys of the fragment alone")

// unroller unrolls the loops of one template.
type unroller struct{ mappings map[string]any }

// unroll puts what loops make in the place of the loops: in the sections of a template, for deeper
// down sam does not unroll them.
func unroll(document map[string]any) error {
	u := unroller{object(document["Mappings"])}
	for _, section := range []string{"Conditions", "Resources", "Outputs"} {
		if document[section] == nil {
			continue
		}
		made, err := u.entries(object(document[section]), nil)
		if err != nil {
			return fmt.Errorf("bundle: %s: %w", section, err)
		}
		document[section] = made
	}
	if key := deepLoop(document); key != "" {
		return fmt.Errorf("bundle: %s is below a section", key)
	}
	return nil
}

// deepLoop returns the key of a loop that is still there, or "".
func deepLoop(value any) string {
	for key, inner := range object(value) {
		if strings.HasPrefix(key, loopPrefix) {
			return key
		}
		if found := deepLoop(inner); found != "" {
			return found
		}
	}
	inner, _ := value.([]any)
	for _, v := range inner {
		if found := deepLoop(v); found != "" {
			return found
		}
	}
	return ""
}

// entries returns what the entries of a section or fragment come to, where the identifiers of the
// loops around it have the values of names.
func (u unroller) entries(entries map[string]any, names map[string]string) (map[string]any, error) {
	all := map[string]any{}
	for _, key := range slices.Sorted(maps.Keys(entries)) {
		made, err := u.entry(key, entries[key], names)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
		if err := join(all, made); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// join adds entries to others, of which none may have the same key.
func join(all, more map[string]any) error {
	for key, value := range more {
		if _, twice := all[key]; twice {
			return fmt.Errorf("%s is there twice", key)
		}
		all[key] = value
	}
	return nil
}

func (u unroller) entry(key string, value any, names map[string]string) (map[string]any, error) {
	if strings.HasPrefix(key, loopPrefix) {
		return u.loop(value, names)
	}
	made, err := u.value(value, names)
	return map[string]any{fillKey(key, names): made}, err
}

func (u unroller) loop(value any, names map[string]string) (map[string]any, error) {
	parts := list(value)
	if len(parts) != 3 {
		return nil, errors.New("no loop of identifier, values and fragment")
	}
	identifier, named := parts[0].(string)
	values, listed := parts[1].([]any)
	fragment, keyed := parts[2].(map[string]any)
	if !named || !listed || !keyed {
		return nil, errors.New("no loop of a name, a list and a fragment")
	}
	all := map[string]any{}
	for _, v := range values {
		inner := map[string]string{identifier: fmt.Sprint(v)}
		maps.Copy(inner, names)
		made, err := u.entries(fragment, inner)
		if err != nil {
			return nil, err
		}
		if err := join(all, made); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// fillText replaces ${Identifier}.
func fillText(text string, names map[string]string) string {
	for name, value := range names {
		text = strings.ReplaceAll(text, "${"+name+"}", value)
	}
	return text
}

var notAlphanumeric = regexp.MustCompile("[^A-Za-z0-9]")

// fillKey replaces &{Identifier} as well, by the letters and digits of its value.
func fillKey(key string, names map[string]string) string {
	for name, value := range names {
		key = strings.ReplaceAll(key, "&{"+name+"}", notAlphanumeric.ReplaceAllString(value, ""))
	}
	return fillText(key, names)
}

// value returns what a value of a fragment comes to. Outside loops it stays as it is.
func (u unroller) value(value any, names map[string]string) (any, error) {
	if len(names) == 0 {
		return value, nil
	}
	switch v := value.(type) {
	case string:
		if fillText(v, names) != v {
			return nil, fmt.Errorf("%q: %w", v, errLiteral)
		}
		return v, nil
	case []any:
		made := make([]any, len(v))
		for i := range v {
			var err error
			if made[i], err = u.value(v[i], names); err != nil {
				return nil, err
			}
		}
		return made, nil
	case map[string]any:
		return u.object(v, names)
	}
	return value, nil
}

func (u unroller) object(o map[string]any, names map[string]string) (any, error) {
	if len(o) == 1 {
		for name, argument := range o {
			switch name {
			case "Ref":
				return u.ref(argument, names)
			case "Fn::Sub":
				return u.substitute(argument, names)
			case "Fn::FindInMap":
				return u.find(argument, names)
			}
		}
	}
	made := map[string]any{}
	for key, v := range o {
		var err error
		if made[key], err = u.value(v, names); err != nil {
			return nil, err
		}
	}
	return made, nil
}

// ref returns the value of an identifier, or a reference to what the argument names.
func (u unroller) ref(argument any, names map[string]string) (any, error) {
	if name, plain := argument.(string); plain && names[name] != "" {
		return names[name], nil
	}
	target, err := u.value(argument, names)
	if err != nil {
		return nil, err
	}
	if _, plain := target.(string); !plain {
		return nil, fmt.Errorf("a reference to %v", target)
	}
	return map[string]any{"Ref": target}, nil
}

// substitute fills a text with identifiers and with such variables of its own as are plain texts.
func (u unroller) substitute(argument any, names map[string]string) (any, error) {
	text, plain := argument.(string)
	rest := map[string]any{}
	if !plain {
		parts := list(argument)
		if len(parts) != 2 {
			return nil, fmt.Errorf("Fn::Sub of %v", argument)
		}
		text, _ = parts[0].(string)
		own, err := u.value(parts[1], names)
		if err != nil {
			return nil, err
		}
		for name, v := range object(own) {
			if known, is := v.(string); is {
				text = strings.ReplaceAll(text, "${"+name+"}", known)
			} else {
				rest[name] = v
			}
		}
	}
	text = fillText(text, names)
	switch {
	case len(rest) > 0:
		return map[string]any{"Fn::Sub": []any{text, rest}}, nil
	case strings.Contains(text, "${"):
		return map[string]any{"Fn::Sub": text}, nil
	}
	return text, nil
}

// find looks a value up in the template's mappings.
func (u unroller) find(argument any, names map[string]string) (any, error) {
	keys, err := u.value(argument, names)
	if err != nil {
		return nil, err
	}
	var found any = u.mappings
	for _, key := range list(keys) {
		text, plain := key.(string)
		if !plain {
			return map[string]any{"Fn::FindInMap": keys}, nil
		}
		if found = object(found)[text]; found == nil {
			return nil, fmt.Errorf("no mapping has %v", keys)
		}
	}
	return found, nil
}
