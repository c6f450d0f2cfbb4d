// Package outboundtest resolves names for tests as they want: no product code imports it.
package outboundtest

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"net/netip"
	"sync"
)

// Names returns a resolver by which every name has the addresses of the next answer each time it is
// looked up, and those of the last one for ever.
func Names(answers ...[]string) *net.Resolver {
	n := &names{answers: answers}
	return &net.Resolver{
		PreferGo: true,
		Dial: func(context.Context, string, string) (net.Conn, error) {
			here, there := net.Pipe()
			go n.serve(there)
			return here, nil
		},
	}
}

// names is a name server.
type names struct {
	mu      sync.Mutex
	answers [][]string
}

// The types of records (RFC 1035 §3.2.2), and where a question begins (§4.1.1).
const (
	typeA    = 1
	question = 12
)

// next returns the addresses of that type. Who asks for IPv4's ends the look-up.
func (n *names) next(kind uint16) []netip.Addr {
	n.mu.Lock()
	defer n.mu.Unlock()
	var all []netip.Addr
	for _, text := range n.answers[0] {
		if a := netip.MustParseAddr(text); a.Is4() == (kind == typeA) {
			all = append(all, a)
		}
	}
	if kind == typeA && len(n.answers) > 1 {
		n.answers = n.answers[1:]
	}
	return all
}

// serve answers one question after the other (RFC 1035 §4.1, §4.2.2).
func (n *names) serve(c net.Conn) {
	defer func() { _ = c.Close() }()
	for {
		var length [2]byte
		if _, err := io.ReadFull(c, length[:]); err != nil {
			return
		}
		query := make([]byte, binary.BigEndian.Uint16(length[:]))
		if _, err := io.ReadFull(c, query); err != nil {
			return
		}
		answer := n.answer(query)
		length[0], length[1] = byte(len(answer)>>8), byte(len(answer))
		if _, err := c.Write(append(length[:], answer...)); err != nil {
			return
		}
	}
}

// answer returns the answer to a query of one question.
func (n *names) answer(query []byte) []byte {
	end := question
	for query[end] != 0 {
		end += int(query[end]) + 1
	}
	end += 5 // the name's end, type and class
	kind := binary.BigEndian.Uint16(query[end-4:])
	found := n.next(kind)
	answer := []byte{query[0], query[1], 0x81, 0x80, 0, 1, 0, byte(len(found)), 0, 0, 0, 0}
	answer = append(answer, query[question:end]...)
	for _, a := range found {
		address := a.AsSlice()
		answer = append(answer, 0xc0, question)
		answer = binary.BigEndian.AppendUint16(answer, kind)
		answer = append(answer, 0, 1, 0, 0, 0, 0) // the class, and no time to live
		answer = binary.BigEndian.AppendUint16(answer, uint16(len(address)))
		answer = append(answer, address...)
	}
	return answer
}
