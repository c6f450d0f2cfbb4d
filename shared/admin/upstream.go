package admin

import (
	"cmp"
	"context"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"lineproof/shared/fault"
	"lineproof/shared/grant"
	"lineproof/shared/upstream"
)

// upstreamRef is the field of commands about one upstream.
type upstreamRef struct {
	Name string `json:"name" help:"the upstream's name: 1 to 32 lower-case letters, digits and hyphens"`
}

func (c upstreamRef) subject() string {
	if upstream.ValidName(c.Name) {
		return c.Name
	}
	return ""
}

// find returns the upstream that stands under the name, or false.
func (c upstreamRef) find(ctx context.Context, a Admin) (upstream.Upstream, bool, error) {
	if !upstream.ValidName(c.Name) {
		return upstream.Upstream{}, false, wrong("name",
			"it has 1 to 32 lower-case letters, digits and hyphens, and begins and ends with none of these")
	}
	all, err := a.Upstreams.Upstreams(ctx)
	i := slices.IndexFunc(all, func(u upstream.Upstream) bool { return u.Name == c.Name })
	if err != nil || i < 0 {
		return upstream.Upstream{}, false, err
	}
	return all[i], true, nil
}

// known returns the upstream, which must be there.
func (c upstreamRef) known(ctx context.Context, a Admin) (upstream.Upstream, error) {
	u, found, err := c.find(ctx, a)
	if err == nil && !found {
		err = because(fault.NotFound, "name", "no upstream has this name")
	}
	return u, err
}

// upstreamFields are an upstream as it is put and shown. What is left out is the profile's.
type upstreamFields struct {
	Profile        string            `json:"profile" help:"how the provider spells what all do: camara, telefonica, orange, konera, infobip, nokia or vonage-v2"`
	ClientID       string            `json:"client_id,omitempty" help:"the client_id that the provider gave; none where the profile fetches it (optional)"`
	Secret         string            `json:"secret,omitempty" help:"the name of the secret that holds the client's secret or key; its own without it (optional)"`
	Issuer         string            `json:"issuer,omitempty" help:"its issuer identifier (optional)"`
	JWKS           string            `json:"jwks_uri,omitempty" help:"the URL of the keys of its id_tokens, where its metadata does not tell or has them at another host (optional)"`
	Authorization  string            `json:"authorization_endpoint,omitempty" help:"where devices are sent (optional)"`
	Backchannel    string            `json:"backchannel_endpoint,omitempty" help:"where CIBA requests begin (optional)"`
	Token          string            `json:"token_endpoint,omitempty" help:"where codes are exchanged (optional)"`
	Verify         string            `json:"verify_url,omitempty" help:"the URL of its verify (optional)"`
	Share          string            `json:"share_url,omitempty" help:"the URL of its device-phone-number (optional)"`
	Hosts          []string          `json:"check_hosts,omitempty" help:"hosts beside verify_url's own, each with all below it, where devices may be sent that begin with the number (optional)"`
	OperatorTokens upstream.Vouching `json:"operator_tokens,omitempty" help:"how it takes TS.43 tokens of devices: jwt-bearer or ciba; not without it (optional)"`
	Method         grant.Method      `json:"token_endpoint_auth_method,omitempty" help:"private_key_jwt, client_secret_basic or client_secret_post (optional)"`
	ScopeVerify    string            `json:"scope_verify,omitempty" help:"the scope that opens verify; {purpose} stands for the client's (optional)"`
	ScopeShare     string            `json:"scope_share,omitempty" help:"the scope that opens share, in the same way (optional)"`
	Purposes       []string          `json:"purposes,omitempty" help:"the dpv: purposes that it is contracted for; any without it (optional)"`
	AMR            grant.AMR         `json:"amr,omitempty" help:"what its success is worth, because it guarantees so: nba or sba; nothing without it (optional)"`
	PKCE           *bool             `json:"pkce,omitempty" help:"whether it takes a code_challenge (optional)"`
	Plus           *bool             `json:"plus,omitempty" help:"whether it writes numbers with + (optional)"`
	Hashed         *bool             `json:"hashed,omitempty" help:"whether it takes hashedPhoneNumber (optional)"`
	Hashing        string            `json:"hashing,omitempty" help:"what it hashes of its line's number to compare that: plus, digits (without +) or either (optional)"`
	Compare        *bool             `json:"compare,omitempty" help:"whether its share may answer a verify that its verify does not: of a hash, or where it has none (optional)"`
	Advertises     *bool             `json:"advertises_iss,omitempty" help:"whether its answers must name its issuer, RFC 9207 (optional)"`
	Countries      []string          `json:"countries,omitempty" help:"ISO 3166 codes of the numbers that it answers for (optional)"`
	Prefixes       []string          `json:"prefixes,omitempty" help:"what the numbers that it answers for begin with, without + (optional)"`
	Networks       []string          `json:"networks,omitempty" help:"MCC and MNC of the SIMs that it answers for (optional)"`
	Addresses      []string          `json:"addresses,omitempty" help:"the networks that its connections come from, as 198.51.100.0/24 (optional)"`
	Default        bool              `json:"default,omitempty" help:"whether it is asked where nothing else tells which network it is (optional)"`
	Sandbox        bool              `json:"sandbox,omitempty" help:"whether it is a sandbox, for sandbox clients alone (optional)"`
	DailyLimit     int64             `json:"daily_limit,omitempty" help:"how many authorizations it may be asked for in a day, UTC; any number without it (optional)"`
	Moved          string            `json:"moved,omitempty" help:"what becomes of a device that comes back from another network than it was sent from: mark (in the log) or refuse; mark without it (optional)"`
	Until          string            `json:"until,omitempty" help:"when its contract ends, RFC 3339 (optional)"`
}

// refuseMoved has devices that moved come to nothing.
const refuseMoved = "refuse"

type putUpstream struct {
	upstreamRef
	upstreamFields
}

// shownUpstream is an upstream as it is shown.
type shownUpstream struct {
	upstreamRef
	upstreamFields
	Ended bool       `json:"ended,omitempty"`
	Keys  []shownKey `json:"keys,omitempty"`
}

// shownKey is a key of ours that is published.
type shownKey struct {
	ID   string    `json:"kid"`
	From time.Time `json:"signs_from"`
}

func showUpstreamOf(u upstream.Upstream) shownUpstream {
	shown := shownUpstream{upstreamRef{u.Name}, upstreamFields{
		Profile: u.Profile, ClientID: u.ClientID, Secret: u.Secret, Issuer: u.Issuer, JWKS: u.JWKS,
		Authorization: u.Authorization, Backchannel: u.Backchannel, Token: u.Token,
		OperatorTokens: u.OperatorTokens,
		Verify:         u.Verify, Share: u.Share, Hosts: u.Hosts, Method: u.Method,
		ScopeVerify: u.ScopeVerify, ScopeShare: u.ScopeShare, Purposes: u.Purposes,
		AMR: u.AMR, PKCE: u.PKCE, Plus: u.Plus,
		Hashed: u.Hashed, Hashing: string(u.Hashing), Compare: u.Compare,
		Advertises: u.AdvertisesIssuer, Countries: u.Countries, Prefixes: u.Prefixes,
		Networks: u.Networks, Default: u.Default, Sandbox: u.Sandbox, DailyLimit: u.DailyLimit,
	}, u.Ended, nil}
	for _, k := range u.Keys {
		shown.Keys = append(shown.Keys, shownKey{k.ID, k.From})
	}
	if u.RefuseMoved {
		shown.Moved = refuseMoved
	}
	for _, p := range u.Addresses {
		shown.Addresses = append(shown.Addresses, p.String())
	}
	if !u.Until.IsZero() {
		shown.Until = u.Until.UTC().Format(time.RFC3339)
	}
	return shown
}

func (c *putUpstream) do(ctx context.Context, a Admin) (any, error) {
	stands, _, err := c.find(ctx, a)
	if err != nil {
		return nil, err
	}
	u, err := c.read(a)
	if err != nil {
		return nil, err
	}
	u.Name, u.Revision = c.Name, stands.Revision
	u.Keys, u.Secret = stands.Keys, cmp.Or(u.Secret, stands.Secret)
	if p, _ := u.Peer(); p.TellsClient() {
		u.ClientID = cmp.Or(u.ClientID, stands.ClientID)
	}
	return showUpstreamOf(u), a.Upstreams.Put(ctx, u)
}

// read reads the fields.
func (f upstreamFields) read(a Admin) (upstream.Upstream, error) {
	u := upstream.Upstream{
		Profile: f.Profile, ClientID: f.ClientID, Secret: f.Secret, Sandbox: f.Sandbox,
		DailyLimit: f.DailyLimit, RefuseMoved: f.Moved == refuseMoved,
		Terms: upstream.Terms{
			Issuer: f.Issuer, JWKS: f.JWKS, Authorization: f.Authorization, Token: f.Token,
			Backchannel: f.Backchannel, OperatorTokens: f.OperatorTokens,
			Verify: f.Verify, Share: f.Share, Hosts: f.Hosts,
			Method:      f.Method,
			ScopeVerify: f.ScopeVerify, ScopeShare: f.ScopeShare, Purposes: f.Purposes, AMR: f.AMR,
			Can: upstream.Can{
				PKCE: f.PKCE, Plus: f.Plus, Hashed: f.Hashed, Hashing: upstream.Hashing(f.Hashing),
				Compare:          f.Compare,
				AdvertisesIssuer: f.Advertises,
			},
		},
		Eligible: upstream.Eligible{
			Countries: f.Countries, Prefixes: f.Prefixes, Networks: f.Networks, Default: f.Default,
		},
	}
	for _, check := range []func() error{
		func() error { return f.checkTexts() },
		func() error { return f.checkURLs(a) },
		func() error { return f.readRest(&u) },
		func() error { return checkPeer(u) },
	} {
		if err := check(); err != nil {
			return upstream.Upstream{}, err
		}
	}
	return u, nil
}

// The forms of what an upstream is eligible for, and of what names a secret.
var (
	countryForm = regexp.MustCompile(`\A[A-Z]{2}\z`)
	prefixForm  = regexp.MustCompile(`\A[1-9][0-9]{0,14}\z`)
	carrierForm = regexp.MustCompile(`\A[0-9]{5,6}\z`)
	secretForm  = regexp.MustCompile(`\A[A-Za-z0-9_-]{0,64}\z`)
	purposeForm = regexp.MustCompile(`\Adpv:[A-Za-z0-9]{1,64}\z`)
)

// checkTexts checks what has a form.
func (f upstreamFields) checkTexts() error {
	methods := []grant.Method{
		"", grant.PrivateKeyJWT, grant.SecretBasic, grant.SecretPost, grant.ApplicationJWT,
	}
	for _, list := range []struct {
		field, bounds string
		form          *regexp.Regexp
		values        []string
	}{
		{"countries", "each is an ISO 3166 code, as GB", countryForm, f.Countries},
		{"prefixes", "each is the beginning of a number, without +", prefixForm, f.Prefixes},
		{"networks", "each is MCC and MNC, 5 or 6 digits", carrierForm, f.Networks},
		{"purposes", "each begins with dpv:", purposeForm, f.Purposes},
		{"secret", "it has letters, digits, - and _", secretForm, []string{f.Secret}},
	} {
		fails := func(value string) bool { return !list.form.MatchString(value) }
		if slices.ContainsFunc(list.values, fails) {
			return wrong(list.field, list.bounds)
		}
	}
	switch {
	case f.AMR != "" && !slices.Contains(grant.Accepted, f.AMR):
		return wrong("amr", "it is nba or sba")
	case slices.ContainsFunc(f.Hosts, func(host string) bool {
		return host != strings.ToLower(host) || !isName(host)
	}):
		return wrong("check_hosts", "each is a name in the public DNS, in lower case")
	case !upstream.Hashing(f.Hashing).Valid():
		return wrong("hashing", "it is plus, digits or either")
	case !slices.Contains(methods, f.Method):
		return wrong("token_endpoint_auth_method",
			"it is private_key_jwt, client_secret_basic or client_secret_post")
	case f.Moved != "" && f.Moved != "mark" && f.Moved != refuseMoved:
		return wrong("moved", "it is mark or refuse")
	case f.DailyLimit < 0:
		return wrong("daily_limit", "it is 0 or more")
	case !printable(f.ClientID) || len(f.ClientID) > maxStatusURL:
		return wrong("client_id", "it is printable")
	}
	return nil
}

// checkURLs wants each endpoint to be one that may be called.
func (f upstreamFields) checkURLs(a Admin) error {
	for _, of := range []struct{ field, text string }{
		{"authorization_endpoint", f.Authorization}, {"token_endpoint", f.Token},
		{"backchannel_endpoint", f.Backchannel},
		{"verify_url", f.Verify}, {"share_url", f.Share},
		{"issuer", f.Issuer}, {"jwks_uri", f.JWKS},
	} {
		if of.text == "" {
			continue
		}
		u, err := url.Parse(of.text)
		if err != nil || len(of.text) > maxStatusURL || !printable(of.text) || u.User != nil ||
			strings.ContainsAny(of.text, `#\`) || !isPort(u.Port()) || !a.reaches(u) {
			return wrong(of.field, statusBounds)
		}
	}
	return nil
}

// readRest reads what is no text in an upstream.
func (f upstreamFields) readRest(u *upstream.Upstream) error {
	for _, text := range f.Addresses {
		p, err := netip.ParsePrefix(text)
		if err != nil || p != p.Masked() {
			return wrong("addresses", "each is a network, as 198.51.100.0/24")
		}
		u.Addresses = append(u.Addresses, p)
	}
	if f.Until != "" {
		at, err := time.Parse(time.RFC3339, f.Until)
		if err != nil {
			return wrong("until", "it is a time, RFC 3339")
		}
		u.Until = at.UTC()
	}
	return nil
}

// checkPeer wants what the profile leaves open to be there.
func checkPeer(u upstream.Upstream) error {
	p, known := u.Peer()
	if !known {
		return wrong("profile", "it is one of "+strings.Join(upstream.ProfileNames(), ", "))
	}
	if field := p.Lacks(); field != "" {
		return missing(field)
	}
	switch {
	case !p.CanVouch():
		return wrong("operator_tokens", "it is ciba, or jwt-bearer of who authenticates by "+
			"private_key_jwt; nothing of a profile without a token endpoint")
	case u.RefuseMoved && p.Shape() != upstream.CodeFlow:
		return wrong("moved", "devices of this profile do not come back here")
	}
	return nil
}

type showUpstream struct{ upstreamRef }

func (c *showUpstream) do(ctx context.Context, a Admin) (any, error) {
	u, err := c.known(ctx, a)
	if err != nil {
		return nil, err
	}
	return showUpstreamOf(u), nil
}

type listUpstreams struct{}

func (c *listUpstreams) do(ctx context.Context, a Admin) (any, error) {
	all, err := a.Upstreams.Upstreams(ctx)
	if err != nil {
		return nil, err
	}
	shown := make([]shownUpstream, len(all))
	for i, u := range all {
		shown[i] = showUpstreamOf(u)
	}
	return map[string]any{"upstreams": shown}, nil
}

type endUpstream struct{ upstreamRef }

func (c *endUpstream) do(ctx context.Context, a Admin) (any, error) {
	u, err := c.known(ctx, a)
	if err != nil {
		return nil, err
	}
	u.Ended = true
	return showUpstreamOf(u), a.Upstreams.Put(ctx, u)
}
