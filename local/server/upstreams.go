package server

import (
	"context"
	"encoding/json"
	"net/http"

	"lineproof/shared/fault"
	"lineproof/shared/outbound"
	"lineproof/shared/upstream"
	"lineproof/shared/web"
)

// here is how this program calls upstreams: those on this machine, too.
var here = outbound.Options{Loopback: true}

// examiner tries upstreams.
func (s *Server) examiner(calls upstream.Calls) upstream.Examiner {
	return upstream.Examiner{
		Calls: calls,
		Reach: func(ctx context.Context, address string) error {
			return outbound.Reach(ctx, here, address)
		},
	}
}

// inline are the members of PUT /local/upstreams/{name} that are secrets, which a deployment is
// given by a command of their own.
var inline = []string{"client_secret", "private_jwk", "api_key"}

// putUpstream puts an upstream as the command put-upstream does, and its secret, if one is inline,
// as set-upstream-secret does.
func (s *Server) putUpstream(r *http.Request) (any, error) {
	members, err := web.AnyObject(r)
	if err != nil {
		return nil, err
	}
	name, secret := r.PathValue("name"), web.Members{}
	for _, member := range inline {
		if members.Has(member) {
			secret[member] = members[member]
			delete(members, member)
		}
	}
	members["secret"], _ = json.Marshal(name) // a text: never fails
	answer, done, err := s.commanded(r.Context(), "put-upstream", name, members)
	if err != nil || !done || len(secret) == 0 {
		return answer, err
	}
	refused, done, err := s.commanded(r.Context(), "set-upstream-secret", name, secret)
	if err != nil || !done {
		return refused, err
	}
	return answer, nil
}

// endUpstream has an upstream be asked no more.
func (s *Server) endUpstream(r *http.Request) (any, error) {
	answer, _, err := s.commanded(
		r.Context(), "end-upstream", r.PathValue("name"), web.Members{},
	)
	return answer, err
}

// commanded carries out a command about an upstream, and tells whether it was done.
func (s *Server) commanded(
	ctx context.Context, command, name string, members web.Members,
) (answer json.RawMessage, done bool, err error) {
	for member, value := range map[string]string{"command": command, "name": name} {
		members[member], _ = json.Marshal(value) // a text: never fails
	}
	text, err := json.Marshal(members)
	if err != nil {
		return nil, false, fault.Wrap(fault.Internal, err)
	}
	answer = s.admin.Do(ctx, text)
	var reply struct{ Error json.RawMessage }
	if err := json.Unmarshal(answer, &reply); err != nil {
		return nil, false, fault.Wrap(fault.Internal, err)
	}
	return answer, len(reply.Error) == 0, nil
}
