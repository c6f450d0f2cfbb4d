package host

import (
	"fmt"
	"net/netip"
	"os"
	"syscall"
	"unsafe"
)

// Apart returns how a process is started in a network of its own, out of which nothing leads, in the
// order of trying: there any address can be this machine's, also those that deployments take for
// somebody else's. Nobody's leave is needed for the first where the kernel gives namespaces to all,
// and root's for the second.
func Apart() []*syscall.SysProcAttr {
	own := func(id int) []syscall.SysProcIDMap { return []syscall.SysProcIDMap{{HostID: id, Size: 1}} }
	return []*syscall.SysProcAttr{
		{
			Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET,
			UidMappings: own(os.Getuid()), GidMappings: own(os.Getgid()),
			Pdeathsig: syscall.SIGKILL,
		},
		{Cloneflags: syscall.CLONE_NEWNET, Pdeathsig: syscall.SIGKILL},
	}
}

// interfaceRequest is a struct ifreq: an interface's name, and an address or flags.
type interfaceRequest struct {
	name  [syscall.IFNAMSIZ]byte
	value [24]byte
}

// Own gives a network that a process was started in (see Apart) its loopback addresses, and all
// addresses of a prefix of IPv4.
func Own(p netip.Prefix) error {
	socket, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_DGRAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("host: own network: %w", err)
	}
	defer func() { _ = syscall.Close(socket) }()
	ask := func(name string, request uintptr, value []byte) {
		r := interfaceRequest{}
		copy(r.name[:], name)
		copy(r.value[:], value)
		_, _, failed := syscall.Syscall(syscall.SYS_IOCTL, uintptr(socket), request, uintptr(unsafe.Pointer(&r)))
		if failed != 0 && err == nil {
			err = fmt.Errorf("host: own network: %w", failed)
		}
	}
	family := func(address [4]byte) []byte { // a struct sockaddr_in, whose family is in the machine's order
		made := make([]byte, 16)
		*(*uint16)(unsafe.Pointer(&made[0])) = syscall.AF_INET
		copy(made[4:], address[:])
		return made
	}
	up := make([]byte, 2)
	*(*uint16)(unsafe.Pointer(&up[0])) = syscall.IFF_UP | syscall.IFF_RUNNING
	ask("lo", syscall.SIOCSIFFLAGS, up)
	mask := ^uint32(0) << (32 - p.Bits())
	ask("lo:1", syscall.SIOCSIFADDR, family(p.Addr().Next().As4()))
	ask("lo:1", syscall.SIOCSIFNETMASK, family([4]byte{byte(mask >> 24), byte(mask >> 16), byte(mask >> 8), byte(mask)}))
	return err
}
