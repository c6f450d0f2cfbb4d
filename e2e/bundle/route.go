package bundle

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Route is a method and a path of the API with the name of the function behind them. What no other
// route takes has the method ANY and the path /$default.
type Route struct{ Method, Path, Function string }

const (
	// integrations is where the definition of the API has what it calls, by the functions' names.
	integrations = "x-amazon-apigateway-integrations"
	// anyMethod is what the definition calls every method.
	anyMethod = "x-amazon-apigateway-any-method"
	// invocation is how it calls the function NAME: by the name and alias that it has.
	invocation = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/" +
		"arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:" +
		"function:${AWS::StackName}-NAME:live/invocations"
)

// Routes returns what the definition of the API routes, sorted. It fails where a function is called
// otherwise than boot expects.
func (t *Template) Routes() ([]Route, error) {
	var routes []Route
	for _, api := range t.OfType(typeAPI) {
		definition := t.Resources[api].Properties["DefinitionBody"]
		for path, item := range object(dig(definition, "paths")) {
			for method, operation := range object(item) {
				name, err := target(definition, operation)
				if err != nil {
					return nil, fmt.Errorf("bundle: %s: %s %s: %w", api, method, path, err)
				}
				if method == anyMethod {
					method = "ANY"
				}
				routes = append(routes, Route{strings.ToUpper(method), path, name})
			}
		}
	}
	slices.SortFunc(routes, func(a, b Route) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Method, b.Method))
	})
	return routes, nil
}

// target returns the name of the function that an operation calls.
func target(definition, operation any) (string, error) {
	ref, _ := dig(operation, "x-amazon-apigateway-integration", "$ref").(string)
	name, is := strings.CutPrefix(ref, "#/components/"+integrations+"/")
	integration := dig(definition, "components", integrations, name)
	uri := strings.Replace(invocation, "NAME", name, 1)
	if !is || dig(integration, "uri", "Fn::Sub") != uri || dig(integration, "type") != "aws_proxy" ||
		dig(integration, "payloadFormatVersion") != "2.0" {
		return "", fmt.Errorf("calls %q by %v", ref, integration)
	}
	return name, nil
}
