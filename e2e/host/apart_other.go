//go:build !linux

package host

import (
	"errors"
	"net/netip"
	"syscall"
)

// Apart returns nothing where there are no networks of processes.
func Apart() []*syscall.SysProcAttr { return nil }

// Own fails where there are no networks of processes.
func Own(netip.Prefix) error { return errors.New("host: own network: only Linux has them") }
