package server

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"

	"lineproof/shared/fault"
	"lineproof/shared/token"
	"lineproof/shared/upstream"
	"lineproof/shared/web"
)

// upstreamSecrets are what the local program authenticates with at upstreams, under their names.
type upstreamSecrets struct {
	mu   sync.Mutex
	held map[string]upstream.Secret
}

// Secret returns that of a name; an empty one of none.
func (s *upstreamSecrets) Secret(_ context.Context, name string) (upstream.Secret, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.held[name], nil
}

func (s *upstreamSecrets) put(name string, secret upstream.Secret) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.held == nil {
		s.held = map[string]upstream.Secret{}
	}
	s.held[name] = secret
}

// inline are the members of PUT /local/upstreams/{name} that are secrets, which a deployment keeps
// elsewhere.
var inline = []string{"client_secret", "private_jwk"}

// putUpstream puts an upstream as the command put-upstream does, with its secret inline.
func (s *Server) putUpstream(r *http.Request) (any, error) {
	members, err := web.AnyObject(r)
	if err != nil {
		return nil, err
	}
	name := r.PathValue("name")
	secret, err := readUpstreamSecret(members)
	if err != nil {
		return nil, err
	}
	for _, member := range inline {
		delete(members, member)
	}
	for member, value := range map[string]string{
		"command": "put-upstream", "name": name, "secret": name,
	} {
		members[member], _ = json.Marshal(value) // a text: never fails
	}
	command, err := json.Marshal(members)
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err)
	}
	s.upstreamSecrets.put(name, secret)
	return json.RawMessage(s.admin.Do(r.Context(), command)), nil
}

func readUpstreamSecret(members web.Members) (upstream.Secret, error) {
	var secret upstream.Secret
	var err error
	if members.Has("client_secret") {
		if secret.Text, err = members.Text("client_secret"); err != nil {
			return secret, err
		}
	}
	if members.Has("private_jwk") {
		set := append(append([]byte(`{"keys":[`), members["private_jwk"]...), `]}`...)
		if secret.Keys, err = token.ParsePrivateJWKS(set); err != nil {
			return secret, fault.In(fault.InvalidField, "private_jwk")
		}
	}
	return secret, nil
}

// endUpstream has an upstream be asked no more.
func (s *Server) endUpstream(r *http.Request) (any, error) {
	command, err := json.Marshal(map[string]string{
		"command": "end-upstream", "name": r.PathValue("name"),
	})
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err)
	}
	return json.RawMessage(s.admin.Do(r.Context(), command)), nil
}
