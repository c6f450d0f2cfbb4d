package upstream

import (
	"context"
	"net/http"
	"net/url"
)

// platform returns the headers of what is called at the host of verify, of which none stands in
// for an API key that is not there.
func (p Peer) platform(key string) http.Header {
	header := http.Header{}
	if key == "" || p.profile.Platform.KeyHeader == "" {
		return header
	}
	header.Set(p.profile.Platform.KeyHeader, key)
	for name, value := range p.profile.Platform.Headers {
		header.Set(name, value)
	}
	return header
}

// TellsClient tells whether the upstream's platform tells client_id and client_secret to who has
// its API key.
func (p Peer) TellsClient() bool { return p.profile.Platform.ClientFrom != "" }

// Registered is what a provider registered us as.
type Registered struct{ ClientID, Secret string }

// Registration has the upstream's platform tell what we are registered as, by an API key of ours.
func (c Calls) Registration(ctx context.Context, p Peer, key string) (Registered, Outcome) {
	u, err := url.Parse(p.Verify)
	if err != nil || !p.TellsClient() {
		return Registered{}, Misconfigured
	}
	from := url.URL{Scheme: u.Scheme, Host: u.Host, Path: p.profile.Platform.ClientFrom}
	a, o := document(ctx, c.Client, from.String(), p.platform(key))
	if o == Malformed && a.status != http.StatusOK {
		return Registered{}, p.refused(a)
	}
	members, _ := a.object()
	told := Registered{text(members, "client_id"), text(members, "client_secret")}
	if o == Match && (told.ClientID == "" || told.Secret == "") {
		o = Malformed
	}
	return told, o
}
