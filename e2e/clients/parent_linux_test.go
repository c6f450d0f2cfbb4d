package clients_test

import "syscall"

// diesWithParent ends a process when the test binary is gone, however that went.
func diesWithParent() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
