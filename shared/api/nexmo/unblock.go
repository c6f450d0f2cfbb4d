package nexmo

import (
	"cmp"
	"net/http"
	"strconv"
	"time"

	"lineproof/shared/fault"
	"lineproof/shared/verification"
	"lineproof/shared/web"
)

// unblockAnswer is the body of an unblock.
type unblockAnswer struct {
	Network string `json:"network"`
	Until   string `json:"unblocked_until"`
}

// Unblock ends the block of a network (Vonage's Network Unblock API). unblock_duration, which one
// SDK calls duration, is in seconds and 0 when absent.
func Unblock(p UnblockPorts) web.Endpoint {
	a, unblocker := accountsOf(p), verification.NewUnblocker(p)
	return func(r *http.Request) (any, error) {
		c, err := a.spend(r)
		// half of the credentials is none, where HTTP has a status for that
		if fault.Is(err, fault.Incomplete) {
			return nil, fault.New(fault.MissingCredentials)
		}
		if err != nil {
			return nil, err
		}
		network, keep, err := block(c)
		if err != nil {
			return nil, err
		}
		until, err := unblocker.Unblock(r.Context(), c.account.Key, network, keep)
		if err != nil {
			return nil, err
		}
		return unblockAnswer{network, until.UTC().Format(time.RFC3339)}, nil
	}
}

// block reads the network whose block ends, and for how long it cannot be blocked again.
func block(c call) (network string, keep time.Duration, err error) {
	if network = c.param("network"); network == "" {
		return "", 0, fault.In(fault.MissingParam, "network")
	}
	if !verification.IsNetwork(network) {
		return "", 0, fault.In(fault.InvalidParam, "network")
	}
	duration := cmp.Or(c.param("unblock_duration"), c.param("duration"), "0")
	seconds, err := strconv.ParseUint(duration, 10, 31)
	keep = time.Duration(seconds) * time.Second
	if err != nil || keep > verification.LongestUnblock {
		return "", 0, fault.In(fault.InvalidParam, "unblock_duration")
	}
	return network, keep, nil
}
