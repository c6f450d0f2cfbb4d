package server

import (
	"crypto/rand"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"

	"lineproof/local/assembly"
	"lineproof/shared/admin"
	"lineproof/shared/fault"
	"lineproof/shared/network"
	"lineproof/shared/token"
)

// newAdmin returns the administration of this server's stores, by the commands of a deployment.
func (s *Server) newAdmin(k keys, p assembly.Ports, log *slog.Logger) admin.Admin {
	return admin.Admin{
		Accounts:        s.stores.Accounts,
		Clients:         s.stores.Clients,
		Roll:            s.stores.Roll,
		Sessions:        s.stores.Sessions,
		Denials:         s.stores.PINs,
		Upstreams:       s.stores.Upstreams,
		UpstreamSecrets: s.upstreamSecrets,
		Examiner:        s.examiner(p.UpstreamCaller().Calls),
		Issuer:          s.issuer,
		AccountPeppers:  k.accountPeppers,
		ClientPeppers:   k.clientPeppers,
		Algorithms:      token.Algorithms,
		KeyPair:         token.KeyPair,
		PublicKey:       token.ParsePublicPEM,
		MaxSession:      network.MaxSession,
		Loopback:        true,
		Random:          rand.Reader,
		Now:             s.clock.Now,
		Log:             log,
	}
}

// maxCommand is the longest command, in bytes: what Lambda takes in one invocation.
const maxCommand = 6 << 20

// administer carries out the command in the body as the function admin does when it is invoked:
// what it refuses is an answer as well.
func (s *Server) administer(r *http.Request) (any, error) {
	command, err := io.ReadAll(io.LimitReader(r.Body, maxCommand+1))
	if err != nil {
		return nil, fault.New(fault.InvalidBody)
	}
	if len(command) > maxCommand {
		return nil, fault.New(fault.TooLarge)
	}
	return json.RawMessage(s.admin.Do(r.Context(), command)), nil
}
