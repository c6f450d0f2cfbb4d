// Package assembly mounts the operations in one process, for the local server and for tests. Both
// fill [Ports], as boot does for one function at a time, and the constructors are those that the
// functions' mains call.
package assembly

import (
	"io"
	"log/slog"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/fallback"
	"lineproof/shared/grant"
	"lineproof/shared/keyring"
	"lineproof/shared/network"
	"lineproof/shared/template"
	"lineproof/shared/token"
	"lineproof/shared/upstream"
	"lineproof/shared/verification"
	"lineproof/shared/webhook"
)

// Ports is what all operations are wired to. A method is the port of its name.
type Ports struct {
	Settings
	Stores
	Keys
}

// Settings is what is neither stored nor secret.
type Settings struct {
	// Issuer is our issuer identifier.
	Issuer string
	// Operators are the issuers of operator tokens.
	Operators token.Operators
	// Network resolves connections.
	Network network.Chain
	// Now tells the time, and Wall that of callers and subscribers, which a clock that was moved is
	// ahead of; nil for the same.
	Now, Wall func() time.Time
	// Random is the randomness of all that is drawn.
	Random io.Reader
	// UpstreamSecrets is what we authenticate with at upstreams, and UpstreamClient carries our
	// calls there.
	UpstreamSecrets upstream.Secrets
	UpstreamClient  upstream.Doer
	// Outbox takes messages for the dispatcher, and Sender what that sends: it reaches everybody.
	Outbox verification.Outbox
	Sender verification.Sender
	// Callbacks takes callbacks to be sent.
	Callbacks webhook.Outbox
	// Log takes what someone should see.
	Log *slog.Logger
}

// Stores is what is kept.
type Stores struct {
	// Clients are those registered.
	Clients grant.ClientStore
	// Replays remembers what is good once.
	Replays grant.ReplayStore
	// Grants keeps grants.
	Grants Grants
	// Sessions knows the mobile sessions.
	Sessions network.Directory
	// Upstreams knows the upstreams.
	Upstreams upstream.Directory
	// Breakers keeps how the upstreams fare.
	Breakers Breakers
	// Accounts knows the API accounts.
	Accounts account.Accounts
	// PINs keeps PIN verifications.
	PINs PINs
	// Fallbacks keeps fallbacks.
	Fallbacks Fallbacks
	// Templates keeps message templates.
	Templates template.Store
}

// Grants keeps grants for every endpoint.
type Grants interface {
	grant.Store
	grant.LegStore
	grant.UseStore
}

// Breakers keeps how upstreams fare, for every operation.
type Breakers interface {
	upstream.Breakers
	upstream.GateStore
}

// PINs keeps PIN verifications for every operation.
type PINs interface {
	verification.AdmitStore
	verification.BeginStore
	verification.CheckStore
	verification.ControlStore
	verification.DispatchStore
	verification.DenialStore
}

// Fallbacks keeps fallbacks for every operation.
type Fallbacks interface {
	fallback.BeginStore
	fallback.SilentStore
	fallback.WaitStore
}

// Keys is what is secret.
type Keys struct {
	// Signing signs tokens.
	Signing token.Ring
	// ClientPeppers and AccountPeppers are those of clients' and of accounts' secrets.
	ClientPeppers  keyring.MAC
	AccountPeppers account.Ring
	// RefreshKeys authenticate refresh tokens.
	RefreshKeys keyring.MAC
	// PairwiseSalt is that of pairwise subjects.
	PairwiseSalt []byte
	// PINs are the keys from which PINs and request_ids come.
	PINs verification.Ring
	// Fallbacks seals what is asked of fallbacks, and Names names them.
	Fallbacks fallback.Ring
	Names     fallback.Names
}
