package host

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Function is how the template configures a function.
type Function struct {
	// Name is the directory of its main.
	Name string
	// Environment is what it finds there beside what Lambda sets.
	Environment map[string]string
	// Timeout is the limit of an invocation, Memory that of the process in MB.
	Timeout time.Duration
	Memory  int
}

// The types of resources.
const (
	typeFunction = "AWS::Serverless::Function"
	typeTable    = "AWS::DynamoDB::Table"
	typeQueue    = "AWS::SQS::Queue"
	typeSecret   = "AWS::SecretsManager::Secret"
	typeMachine  = "AWS::Serverless::StateMachine"
	typeTrigger  = "AWS::Lambda::EventSourceMapping"
	typeAPI      = "AWS::Serverless::HttpApi"
)

// of gives the logical names of the template's resources of a type that exist under the parameters,
// in order.
func (s *scope) of(kind string) ([]string, error) {
	var names []string
	for name, r := range s.template.Resources {
		if r.Type != kind {
			continue
		}
		exists := any(true)
		if r.Condition != "" {
			var err error
			if exists, err = s.value(s.template.Conditions[r.Condition]); err != nil {
				return nil, err
			}
		}
		if exists == true {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, nil
}

// properties gives a resource's properties, evaluated.
func (s *scope) properties(logical string) (map[string]any, error) {
	value, err := s.object(s.template.Resources[logical].Properties)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", logical, err)
	}
	made, _ := value.(map[string]any)
	return made, nil
}

// functions gives every function of the template.
func (h *Host) functions(s *scope) ([]Function, error) {
	names, err := s.of(typeFunction)
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, errors.New("host: the template has no function")
	}
	globals, err := s.object(s.template.Globals.Function)
	if err != nil {
		return nil, err
	}
	var all []Function
	for _, logical := range names {
		properties, err := s.properties(logical)
		if err != nil {
			return nil, err
		}
		all = append(all, h.function(logical, globals.(map[string]any), properties))
	}
	return all, nil
}

func (h *Host) function(logical string, globals, own map[string]any) Function {
	return Function{
		Name:        kebab(logical),
		Environment: h.environment(globals, own),
		Timeout:     time.Duration(number(pick(globals, own, "Timeout"), 3)) * time.Second,
		Memory:      number(pick(globals, own, "MemorySize"), 128),
	}
}

// environment joins the variables of all functions with the function's own. The API's address is
// where this host listens, and Lambda's certificates are those that are trusted here.
func (h *Host) environment(globals, own map[string]any) map[string]string {
	variables := h.endpoints()
	for _, properties := range []map[string]any{globals, own} {
		environment, _ := properties["Environment"].(map[string]any)
		listed, _ := environment["Variables"].(map[string]any)
		for name, value := range listed {
			variables[name] = strings.ReplaceAll(fmt.Sprint(value), apiAddress, h.BaseURL)
		}
	}
	if h.trusted != "" {
		variables[certificates] = h.trusted
	}
	return variables
}

// certificates is the variable that tells Go where those stand that it trusts.
const certificates = "SSL_CERT_FILE"

// pick gives a property of the function, or of all functions.
func pick(globals, own map[string]any, name string) any {
	if value, ok := own[name]; ok {
		return value
	}
	return globals[name]
}

// number reads a number as JSON or a parameter has it; otherwise gives the default of AWS.
func number(value any, otherwise int) int {
	var n int
	if _, err := fmt.Sscan(fmt.Sprint(value), &n); err != nil {
		return otherwise
	}
	return n
}
