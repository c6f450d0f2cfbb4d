package verify2

import (
	"io"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/grant"
	"lineproof/shared/network"
	"lineproof/shared/oauth"
	"lineproof/shared/template"
	"lineproof/shared/upstream"
	"lineproof/shared/verification"
	"lineproof/shared/webhook"
)

// CallPorts is what every call with credentials is wired to.
type CallPorts interface {
	// ClientStore are those registered, applications among them.
	ClientStore() grant.ClientStore
	// ReplayStore remembers the JWTs that were used.
	ReplayStore() grant.ReplayStore
	// Accounts tells whose a call is.
	Accounts() account.Authenticator
	// Wall tells the time that callers have, who sign theirs. A clock that was moved is ahead of
	// it.
	Wall() time.Time
}

// RequestPorts is what requests are wired to.
type RequestPorts interface {
	CallPorts
	verification.RequestPorts
	// Random draws the nonces of verifications.
	Random() io.Reader
	// Issuer is the URL that the service is reached at.
	Issuer() string
	// Templates looks up message templates.
	Templates() template.Reader
	// Upstreams are those that administrators have put.
	Upstreams() upstream.Directory
}

// TemplatePorts is what the keeping of templates is wired to.
type TemplatePorts interface {
	CallPorts
	// TemplateStore keeps them.
	TemplateStore() template.Store
	// Now tells the time.
	Now() time.Time
	// Random draws their IDs.
	Random() io.Reader
	// Issuer is the URL that the service is reached at.
	Issuer() string
}

// CheckPorts is what checks are wired to.
type CheckPorts interface {
	CallPorts
	verification.CheckPorts
	RemotePorts
	// DeviceStore keeps the records of silent steps.
	DeviceStore() verification.DeviceStore
}

// RemotePorts is what calls of the upstreams that carry silent steps out are wired to.
type RemotePorts interface {
	// Upstreams are those that administrators have put, and UpstreamSecrets what we authenticate
	// with there.
	Upstreams() upstream.Directory
	UpstreamSecrets() upstream.Secrets
	// UpstreamCaller calls them.
	UpstreamCaller() upstream.Caller
}

// ControlPorts is what cancels and moves to the next step are wired to.
type ControlPorts interface {
	CallPorts
	verification.ControlPorts
	// Random names wishes that are not signed.
	Random() io.Reader
}

// SilentPorts is what the address that devices fetch is wired to.
type SilentPorts interface {
	verification.DevicePorts
	RemotePorts
	// Network resolves connections.
	Network() network.Chain
	// CloudFrontSecret is that by which CloudFront proves itself.
	CloudFrontSecret() network.Keys
	// UpstreamGate tells whether an upstream is asked.
	UpstreamGate() upstream.Gate
	// SilentGrants keeps the grants of devices that were sent to upstreams.
	SilentGrants() oauth.SilentGrants
	// Issuer is the URL that the service is reached at.
	Issuer() string
	// Random makes what is used once.
	Random() io.Reader
}

// CallbackPorts is what the sending of callbacks is wired to.
type CallbackPorts interface {
	webhook.DeliverPorts
	webhook.RegisteredPorts
	// Issuer is the URL that this service is reached at.
	Issuer() string
}

// Deliverer returns what sends the callbacks of this wire.
func Deliverer(p CallbackPorts, o webhook.Outlets) webhook.Deliverer {
	return webhook.NewDeliverer(p, webhook.NewRegistered(p), Callbacks{Origin: p.Issuer()}.Body, o)
}
