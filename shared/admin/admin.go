// Package admin owns what administrators do: it opens, changes and credits accounts, registers
// clients and applications, records sessions, keeps the deny list and fills the sandbox. Nobody
// edits a table by hand.
//
// A command is one JSON object, {"command": "create-account", "terms": "strict", "countries":
// ["GB"]}, and its answer is {"result": {…}} or {"error": {"kind", "field", "message"}}. [Commands]
// lists them with their fields. A command is validated as a whole before anything is written.
// Secrets are generated here, stand in the answer to the command that made them and nowhere else.
//
// A command that changes a record reads it and writes it back on the condition that nobody has
// written it since. Of two administrators at once one is refused with the kind "changed meanwhile",
// and undoes nothing. Each command may have a member "by": who asks for it.
package admin

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/fault"
	"lineproof/shared/grant"
	"lineproof/shared/keyring"
	"lineproof/shared/network"
	"lineproof/shared/upstream"
	"lineproof/shared/verification"
)

// Accounts keeps accounts and their ledgers.
type Accounts interface {
	account.Accounts
	account.Registry
}

// Clients keeps registered clients.
type Clients interface {
	grant.ClientStore
	// Put registers a client under its ID in place of the revision that was read, or fails with a
	// fault.Changed (see [grant.Client.After]).
	Put(ctx context.Context, c grant.Client) error
}

// Roll lists the registered clients.
type Roll interface {
	// EachClient hands over every client, in no order, until take fails. One that is written
	// meanwhile may be handed over as it was.
	EachClient(ctx context.Context, take func(grant.Client) error) error
}

// Sessions keeps mobile sessions.
type Sessions interface {
	network.Directory
	network.Registry
}

// Admin carries commands out.
type Admin struct {
	// Accounts, Clients, Sessions and Denials are the stores.
	Accounts Accounts
	Clients  Clients
	Roll     Roll
	Sessions Sessions
	Denials  verification.DenialStore
	// Upstreams keeps those who verify whom nobody here knows.
	Upstreams upstream.Registry
	// UpstreamSecrets keeps what we authenticate with there, and Examiner tries it.
	UpstreamSecrets UpstreamSecrets
	Examiner        upstream.Examiner
	// Issuer is our issuer identifier.
	Issuer string
	// AccountPeppers protect the secrets of accounts, ClientPeppers those of clients.
	AccountPeppers account.Ring
	ClientPeppers  keyring.MAC
	// Algorithms reads a JSON Web Key Set and gives the algorithm of each key that can verify a
	// client's signature.
	Algorithms func(jwks []byte) ([]string, error)
	// KeyPair makes an RSA key: its private half as PKCS #8 in PEM, its public one as a JSON Web
	// Key Set. PublicKey reads such a public half from PEM.
	KeyPair   func() (private, public []byte, err error)
	PublicKey func(pem []byte) (jwks []byte, err error)
	// MaxSession is how long a session lasts without a new record.
	MaxSession time.Duration
	// Loopback lets verifications be reported to programs of this machine, by http as well.
	Loopback bool
	// Random makes secrets; Now tells the time.
	Random io.Reader
	Now    func() time.Time
	// Log takes a line for each command.
	Log *slog.Logger
}

// answer is what a command is answered with.
type answer struct {
	Result any      `json:"result,omitempty"`
	Error  *failure `json:"error,omitempty"`
}

// failure is why a command was not carried out.
type failure struct {
	Kind    string `json:"kind"`
	Field   string `json:"field,omitempty"`
	Message string `json:"message"`
}

// Do carries out a command and gives its answer as JSON. A failure is an answer too; none of them
// holds a secret or a number. Each command leaves a line in the log: its name, what it was about,
// who is said to have asked for it, and how it ended.
func (a Admin) Do(ctx context.Context, payload []byte) []byte {
	asked, request, err := read(payload)
	reply := answer{}
	if err == nil {
		reply.Result, err = request.do(ctx, a)
	}
	asked.record(ctx, a.Log, err)
	if err != nil {
		failed := fault.As(err)
		reply = answer{
			Error: &failure{failed.Kind.String(), failed.Param, explain(asked.name, failed)},
		}
	}
	text, _ := json.Marshal(reply) // strings, numbers and lists: never fails
	return text
}

// asked is what the log tells of a command: its name as we know it, what it is about, and by whose
// word. Only the invocation's own record, CloudTrail's, proves who that was.
type asked struct{ name, subject, by string }

// record writes a command's line: an error when it was not the command's fault that it failed.
func (c asked) record(ctx context.Context, log *slog.Logger, err error) {
	attrs := []slog.Attr{slog.String("command", c.name), slog.String("subject", c.subject)}
	if c.by != "" {
		attrs = append(attrs, slog.String("by", c.by))
	}
	if err == nil {
		attrs = append(attrs, slog.String("outcome", "done"))
		log.LogAttrs(ctx, slog.LevelInfo, "command", attrs...)
		return
	}
	failed, level := fault.As(err), slog.LevelInfo
	if ours(failed) {
		level = slog.LevelError
	}
	attrs = append(attrs, slog.String("outcome", failed.Kind.String()), slog.Any("failure", failed))
	log.LogAttrs(ctx, level, "command", attrs...)
}

// ours tells whether a failure lies with us and not with the command.
func ours(f *fault.Error) bool {
	class := f.Kind.Class()
	return class != fault.BadRequest && class != fault.NotFound
}
