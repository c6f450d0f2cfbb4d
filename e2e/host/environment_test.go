package host

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"lineproof/e2e/bundle"
)

// environmentLimit is how long the variables of a function may be in all, written as one JSON
// object: that is what Lambda measures, so a quote in a value counts twice.
const environmentLimit = 4096

// unbounded is what a parameter holds here whose length the template does not limit.
const unbounded = "unbounded"

// longest returns the longest value that the template lets a parameter have.
func longest(name string, parameter map[string]any) string {
	if length, bounded := parameter["MaxLength"].(int); bounded {
		return filled(name)[:length]
	}
	values, _ := parameter["AllowedValues"].([]any)
	if most := parameter["MaxValue"]; most != nil {
		values = append(values, most)
	}
	long := ""
	for _, value := range values {
		if text := fmt.Sprint(value); len(text) > len(long) {
			long = text
		}
	}
	if long == "" {
		return unbounded
	}
	return long
}

// filled returns a text that is longer than any parameter, with as many quotes as its values have.
func filled(parameter string) string {
	const length = 5000
	if parameter != "Operators" {
		return strings.Repeat("x", length)
	}
	key := `{"kty":"EC","crv":"P-256","alg":"ES256","kid":"1","x":"` + strings.Repeat("x", 43) +
		`","y":"` + strings.Repeat("y", 43) + `"}`
	set := `"https://ts43.operator.example":{"prefixes":["4477"],"keys":[` + key + `]},`
	return "{" + strings.Repeat(set, length/len(set)+1)
}

// longNames returns the resources of a stack as AWS names them where names are longest.
func longNames(t *bundle.Template, stack string) map[string]physical {
	const at = ":ap-southeast-1:" + accountID + ":"
	resources := map[string]physical{}
	for logical, resource := range t.Resources {
		name := stack + "-" + logical + "-0123456789ABC"
		ref := name
		switch resource.Type {
		case typeSecret:
			ref = "arn:aws-us-gov:secretsmanager" + at + "secret:" + logical + "-0123456789ab-0a1b2c"
		case typeQueue:
			ref = "https://sqs.ap-southeast-1.amazonaws.com.cn/" + accountID + "/" + name
		case typeMachine:
			ref = "arn:aws-us-gov:states" + at + "stateMachine:" + name
		}
		resources[logical] = physical{ref: ref}
	}
	return resources
}

// Whatever the parameters hold, no function has more variables than Lambda takes.
func TestEnvironmentsFit(t *testing.T) {
	t.Parallel()
	template, err := bundle.ReadTemplate()
	if err != nil {
		t.Fatal(err)
	}
	stack := strings.Repeat("s", 45)
	scope := newScope(template, stack, nil)
	scope.resources = longNames(template, stack)
	for name, parameter := range template.Parameters {
		scope.parameters[name] = longest(name, parameter)
	}
	functions, err := template.Functions()
	if err != nil {
		t.Fatal(err)
	}
	for name, f := range functions {
		environment, err := scope.value(f.Environment)
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(environment)
		if err != nil || len(text) > environmentLimit {
			t.Errorf("%s: %d of %d bytes: %v", name, len(text), environmentLimit, err)
		}
		if strings.Contains(string(text), unbounded) {
			t.Errorf("%s: a parameter has no bounds: %s", name, text)
		}
	}
}

// What the manual promises has room: a number for messages and calls in each of 60 countries, and
// five operators with an RSA key of 2048 bits.
func TestParametersSuffice(t *testing.T) {
	t.Parallel()
	template, err := bundle.ReadTemplate()
	if err != nil {
		t.Fatal(err)
	}
	route := "GB=SMS:+441632960000/Voice:+441632960000,"
	operator := `"https://ts43.operator.example":{"prefixes":["4477"],"keys":[{"kty":"RSA",` +
		`"alg":"RS256","kid":"1","e":"AQAB","n":"` + strings.Repeat("n", 342) + `"}]},`
	for parameter, least := range map[string]int{
		"SmsRoutes": 60 * len(route), "Operators": 5 * len(operator),
	} {
		if most := template.Parameters[parameter]["MaxLength"].(int); most < least {
			t.Errorf("%s holds %d characters, not %d", parameter, most, least)
		}
	}
}
