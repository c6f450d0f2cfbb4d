package bundle

import (
	"testing"

	"lineproof/shared/network"
)

// The distribution proves itself by the header that functions look for, holding the secret that
// authorize is given, and passes on all that a client sent, with what CloudFront saw of it. What it
// would keep would be another's answer.
func TestDistributionPassesOnWhatFunctionsRead(t *testing.T) {
	t.Parallel()
	template, functions := read(t)
	config := template.Resources["Distribution"].Properties["DistributionConfig"]
	origin := list(dig(config, "Origins"))[0]
	secret := asText(dig(functions["authorize"].Environment["ORIGIN_SECRET"], "Ref"))
	headers := list(dig(origin, "OriginCustomHeaders"))
	if len(headers) != 1 || dig(headers[0], "HeaderName") != network.OriginHeader ||
		dig(headers[0], "HeaderValue", "Fn::Sub") != "{{resolve:secretsmanager:${"+secret+"}:SecretString}}" {
		t.Errorf("the origin is sent %v", headers)
	}
	if referred(list(dig(config, "Aliases"))[0]) != "DomainName" || dig(origin, "CustomOriginConfig", "OriginProtocolPolicy") != "https-only" {
		t.Errorf("the distribution is not the domain, or speaks to it in the clear: %v", config)
	}
	// Of AWS's own policies, CachingDisabled and AllViewerAndCloudFrontHeaders-2022-06; the others
	// lack the Host that API Gateway finds the API by, or the address that CloudFront saw.
	behaviour := dig(config, "DefaultCacheBehavior")
	if dig(behaviour, "CachePolicyId") != "4135ea2d-6df8-44a3-9df3-4b5a84be39ad" ||
		dig(behaviour, "OriginRequestPolicyId") != "33f36d7e-f396-46d9-90e0-52428a34d9dc" || len(list(dig(behaviour, "AllowedMethods"))) != 7 {
		t.Errorf("the distribution keeps answers, or keeps something from functions: %v", behaviour)
	}
}
