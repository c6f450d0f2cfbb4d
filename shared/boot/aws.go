package boot

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// aws gives the configuration of AWS clients. It is made by hand: the SDK's own loader looks for
// files, profiles and sign-ins that no function has, and links the clients of four services to do
// so. How long a call may take and how often it is tried is the choice of the package that owns the
// client. The variable may hold a URL that takes the place of AWS's own.
func (p *plan) aws(endpointVariable string) aws.Config {
	for _, variable := range []string{regionVariable, keyVariable, secretVariable} {
		_, err := parsePresent(p.getenv(variable))
		p.problem(variable, err)
	}
	cfg := aws.Config{
		Region:      p.getenv(regionVariable),
		Credentials: aws.CredentialsProviderFunc(p.credentials),
		APIOptions:  traced(),
	}
	endpoint, err := parseEndpoint(p.getenv(endpointVariable))
	p.problem(endpointVariable, err)
	if endpoint != "" {
		cfg.BaseEndpoint = &endpoint
	}
	return cfg
}

// credentials reads what Lambda put into the environment, anew for each request.
func (p *plan) credentials(context.Context) (aws.Credentials, error) {
	c := aws.Credentials{
		AccessKeyID:     p.getenv(keyVariable),
		SecretAccessKey: p.getenv(secretVariable),
		SessionToken:    p.getenv(sessionVariable),
		Source:          "environment",
	}
	if !c.HasKeys() {
		return aws.Credentials{}, errors.New("boot: no AWS credentials in the environment")
	}
	return c, nil
}
