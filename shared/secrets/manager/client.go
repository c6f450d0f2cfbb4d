package manager

import (
	"net"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
)

// The limits of one call. Who fetches a secret keeps a request waiting, and asks again later when nothing came.
const (
	attempts       = 2
	attemptTimeout = 1500 * time.Millisecond
	dialTimeout    = 500 * time.Millisecond
	maxBackoff     = 100 * time.Millisecond
)

// NewClient gives a client of the region and credentials of cfg. Its calls end after at most 3.1 s: two tries of 1.5 s each, unless
// cfg brings an HTTP client with limits of its own. An endpoint that is not empty, as http://127.0.0.1:5000, takes
// the place of the region's.
func NewClient(cfg aws.Config, endpoint string) *secretsmanager.Client {
	if cfg.HTTPClient == nil {
		cfg.HTTPClient = awshttp.NewBuildableClient().WithTimeout(attemptTimeout).
			WithDialerOptions(func(d *net.Dialer) { d.Timeout = dialTimeout })
	}
	cfg.Retryer = func() aws.Retryer {
		return retry.NewStandard(func(o *retry.StandardOptions) { o.MaxAttempts, o.MaxBackoff = attempts, maxBackoff })
	}
	return secretsmanager.NewFromConfig(cfg, func(o *secretsmanager.Options) {
		if endpoint != "" {
			o.BaseEndpoint = &endpoint
		}
	})
}
