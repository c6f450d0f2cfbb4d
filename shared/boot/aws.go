package boot

import (
	"context"
	"errors"
	"net"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
)

// The limits of a call to a service other than the store, whose client brings its own: at most 3.1 s in all, and less when the
// invocation's deadline is nearer.
const (
	attempts       = 2
	attemptTimeout = 1500 * time.Millisecond
	dialTimeout    = 500 * time.Millisecond
	maxBackoff     = 100 * time.Millisecond
)

// aws gives the configuration of AWS clients. It is made by hand: the SDK's own loader looks for files, profiles and sign-ins that
// no function has, and links the clients of four services to do so.
func (p *plan) aws() aws.Config {
	for _, variable := range []string{regionVariable, keyVariable, secretVariable} {
		_, err := parsePresent(p.getenv(variable))
		p.problem(variable, err)
	}
	return aws.Config{
		Region:      p.getenv(regionVariable),
		Credentials: aws.CredentialsProviderFunc(p.credentials),
		Retryer:     retryer,
		APIOptions:  traced(),
	}
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

func (p *plan) endpoint(variable string) string {
	url, err := parseEndpoint(p.getenv(variable))
	p.problem(variable, err)
	return url
}

func retryer() aws.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) { o.MaxAttempts, o.MaxBackoff = attempts, maxBackoff })
}

func transport() aws.HTTPClient {
	return awshttp.NewBuildableClient().WithTimeout(attemptTimeout).
		WithDialerOptions(func(d *net.Dialer) { d.Timeout = dialTimeout })
}
