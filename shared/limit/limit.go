// Package limit owns how long a call of an AWS service may take. The SDK's own limits, 30 s to connect and 20 s between tries,
// outlive the functions that wait; AWS answers in milliseconds, so what takes a second is lost and better tried again.
package limit

import (
	"net"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
)

// pause is the longest wait between two tries.
const pause = 100 * time.Millisecond

// longestDial is how long connecting may take; of a short try, half.
const longestDial = time.Second

// Calls gives cfg with calls that end after the given number of tries, each of which takes at most each, unless cfg brings an HTTP
// client with limits of its own.
func Calls(cfg aws.Config, tries int, each time.Duration) aws.Config {
	if cfg.HTTPClient == nil {
		cfg.HTTPClient = awshttp.NewBuildableClient().WithTimeout(each).
			WithDialerOptions(func(d *net.Dialer) { d.Timeout = min(each/2, longestDial) })
	}
	cfg.Retryer = func() aws.Retryer {
		return retry.NewStandard(func(o *retry.StandardOptions) { o.MaxAttempts, o.MaxBackoff = tries, pause })
	}
	return cfg
}
