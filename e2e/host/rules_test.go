package host

import (
	"maps"
	"slices"
	"testing"

	"lineproof/e2e/bundle"
)

// broken returns the template's rules that a deployment with these parameters breaks.
func broken(t *testing.T, template *bundle.Template, parameters map[string]string) []string {
	t.Helper()
	s := newScope(template, "stack", parameters)
	evaluate := func(condition any) bool {
		value, err := s.value(condition)
		if err != nil {
			t.Fatal(err)
		}
		return value == true
	}
	var names []string
	for _, name := range slices.Sorted(maps.Keys(template.Rules)) {
		rule := template.Rules[name]
		for _, assertion := range rule.Assertions {
			if evaluate(rule.Condition) && !evaluate(assertion.Assert) {
				names = append(names, name)
			}
		}
	}
	return names
}

// Parameters that make sense together alone are refused where one is missing.
func TestRules(t *testing.T) {
	t.Parallel()
	template, err := bundle.ReadTemplate()
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		parameters map[string]string
		want       []string
	}{
		{nil, nil},
		{map[string]string{"SmsRoutes": "a"}, []string{"SmsRoutesHaveArns"}},
		{map[string]string{"SmsRoutesArns": "a"}, []string{"SmsRoutesArnsHaveRoutes"}},
		{map[string]string{"SmsRoutes": "a", "SmsRoutesArns": "b"}, nil},
		{map[string]string{"DomainName": "a"}, []string{"DomainHasCertificate"}},
		{map[string]string{"DomainName": "a", "CertificateArn": "b"}, nil},
		{map[string]string{"DistributionCertificateArn": "a"}, []string{"DistributionHasDomain"}},
		{
			map[string]string{"GatewayDomainName": "a", "TruststoreUri": "b"},
			[]string{"GatewayDomainHasCertificateAndTruststore"},
		},
	} {
		if got := broken(t, template, test.parameters); !slices.Equal(got, test.want) {
			t.Errorf("%v breaks %v, want %v", test.parameters, got, test.want)
		}
	}
}
