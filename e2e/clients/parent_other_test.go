//go:build !linux

package clients_test

import "syscall"

// diesWithParent is for Linux only: elsewhere a killed test binary leaves its processes to be ended
// by hand.
func diesWithParent() *syscall.SysProcAttr { return nil }
