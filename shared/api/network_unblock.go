package api

import (
	"net/http"
	"time"

	"lineproof/shared/fault"
	"lineproof/shared/pin"
	"lineproof/shared/web"
)

// unblockAnswer is the body of an unblock.
type unblockAnswer struct {
	Network string `json:"network"`
	Until   string `json:"unblocked_until"`
}

// NetworkUnblock ends the block of a network (Vonage's Network Unblock API). unblock_duration, which one SDK calls duration,
// is in seconds and 0 when absent.
func NetworkUnblock(a Accounts, unblocker pin.Unblocker) web.Endpoint {
	return func(r *http.Request) (any, error) {
		c, err := a.spend(r)
		if fault.Is(err, fault.Incomplete) { // half of the credentials is none, where HTTP has a status for that
			return nil, fault.New(fault.MissingCredentials)
		}
		if err != nil {
			return nil, err
		}
		duration := "0"
		for _, name := range []string{"duration", "unblock_duration"} {
			if value := c.param(name); value != "" {
				duration = value
			}
		}
		network := c.param("network")
		until, err := unblocker.Unblock(r.Context(), c.account.Key, network, duration)
		if err != nil {
			return nil, err
		}
		return unblockAnswer{network, until.UTC().Format(time.RFC3339)}, nil
	}
}
