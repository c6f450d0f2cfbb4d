// Package awscall owns what all calls of AWS services have in common: how long they may take, and
// what may be told of their failure.
package awscall

import (
	"context"
	"errors"
	"net"
	"net/http"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
)

// pause is the longest wait between two tries.
const pause = 100 * time.Millisecond

// connections is how many stay open between calls: as many as a function makes at once.
const connections = 32

// longestDial is how long connecting may take; of a short try, half.
const longestDial = time.Second

// Limited gives cfg with calls that end after the given number of tries, each of which takes at
// most each, unless cfg brings an HTTP client with limits of its own. The SDK's own limits, 30 s to
// connect and 20 s between tries, outlive the functions that wait; AWS answers in milliseconds, so
// what takes a second is lost and better tried again.
func Limited(cfg aws.Config, tries int, each time.Duration) aws.Config {
	if cfg.HTTPClient == nil {
		cfg.HTTPClient = awshttp.NewBuildableClient().WithTimeout(each).
			WithDialerOptions(func(d *net.Dialer) { d.Timeout = min(each/2, longestDial) }).
			WithTransportOptions(func(t *http.Transport) { t.MaxIdleConnsPerHost = connections })
	}
	cfg.Retryer = func() aws.Retryer {
		return retry.NewStandard(
			func(o *retry.StandardOptions) { o.MaxAttempts, o.MaxBackoff = tries, pause },
		)
	}
	return cfg
}

// errNoAnswer stands for whatever kept an answer from us.
var errNoAnswer = errors.New("no answer")

// Cause gives what may be told of a call's error: the service's error code, a system error, or that
// the time was over. The error of a transport may quote what was sent.
func Cause(err error) error {
	var answer interface{ ErrorCode() string }
	var system syscall.Errno
	switch {
	case errors.As(err, &answer):
		return errors.New(answer.ErrorCode())
	case errors.Is(err, context.DeadlineExceeded):
		return context.DeadlineExceeded
	case errors.Is(err, context.Canceled):
		return context.Canceled
	case errors.As(err, &system):
		return system
	default:
		return errNoAnswer
	}
}
