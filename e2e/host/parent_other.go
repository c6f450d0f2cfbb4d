//go:build !linux

package host

import "syscall"

// orphanless does nothing where no process can ask to end with its parent.
func orphanless() *syscall.SysProcAttr { return nil }
