package bundle

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Whoever deploys by infra/deployer.json may make every kind of resource that the template has.
func TestDeployerMayMakeEverything(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(Root(), "infra", "deployer.json"))
	if err != nil {
		t.Fatal(err)
	}
	var policy map[string]any
	if err := json.Unmarshal(text, &policy); err != nil {
		t.Fatal(err)
	}
	may, on := map[string]bool{}, map[string]bool{}
	for _, statement := range list(policy["Statement"]) {
		for _, action := range list(dig(statement, "Action")) {
			service, _, _ := strings.Cut(fmt.Sprint(action), ":")
			may[service] = true
		}
		for _, resource := range list(dig(statement, "Resource")) {
			on[fmt.Sprint(resource)] = true
		}
	}
	made := map[string][]string{
		"serverless":   {"lambda", "iam", "codedeploy", "apigateway", "states"},
		"apigatewayv2": {"apigateway"},
	}
	template, _ := read(t)
	for _, transform := range list(template.Transform) {
		name := strings.TrimPrefix(fmt.Sprint(transform), "AWS::")
		if !on["arn:*:cloudformation:*:aws:transform/"+name] {
			t.Errorf("the template needs the transform %s", name)
		}
	}
	for name, resource := range template.Resources {
		service := strings.ToLower(strings.Split(resource.Type, "::")[1])
		needed := made[service]
		if needed == nil {
			needed = []string{service}
		}
		for _, service := range needed {
			if !may[service] {
				t.Errorf("%s, %s, needs %s", name, resource.Type, service)
			}
		}
	}
}
