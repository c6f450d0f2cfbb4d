package upstream

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"lineproof/shared/token"
)

// metadata compares what the issuer publishes with the record, which it changes nothing of, and
// tries its keys.
func (e Examiner) metadata(ctx context.Context, p Peer, s Secret) []Finding {
	f := &findings{check: "metadata"}
	m, have := e.published(ctx, p, s, f)
	if have {
		p.compare(m, f)
	}
	return append(f.all, e.keys(ctx, p, m)...)
}

// published gets the metadata, of the issuer, or of a platform that has it where verify is.
func (e Examiner) published(
	ctx context.Context, p Peer, s Secret, f *findings,
) (metadata, bool) {
	issuer, header := p.Issuer, http.Header{}
	if u, err := url.Parse(p.Verify); issuer == "" && p.TellsClient() && err == nil {
		issuer = (&url.URL{Scheme: u.Scheme, Host: u.Host}).String()
		header = p.platform(s.APIKey)
	}
	if issuer == "" {
		f.add(Untried, "the record has no issuer: its endpoints are compared with nothing, and "+
			"id_tokens are checked without signature")
		return metadata{}, false
	}
	for _, address := range wellKnown(issuer) {
		a, o := document(ctx, e.Calls.Client, address, header)
		if members, is := a.object(); o == Match && is {
			return metadata{members}, true
		}
	}
	f.add(Wrong, "neither /.well-known/openid-configuration nor "+
		"/.well-known/oauth-authorization-server of the issuer has metadata: put jwks_uri, if it "+
		"has keys")
	return metadata{}, false
}

// compare tells where metadata and record differ.
func (p Peer) compare(m metadata, f *findings) {
	before := len(f.all)
	if p.Issuer != "" && m.text("issuer") != p.Issuer {
		f.add(Wrong, "it names another issuer than the record: id_tokens of it are refused")
	}
	for _, of := range [][2]string{
		{"authorization_endpoint", p.Authorization}, {"token_endpoint", p.Token},
	} {
		p.compareEndpoint(m, of[0], of[1], f)
	}
	p.compareTerms(m, f)
	if len(f.all) == before {
		f.add(OK, "it says what the record says")
	}
}

func (p Peer) compareEndpoint(m metadata, name, own string, f *findings) {
	switch told := m.text(name); {
	case told == "" || own == "" || told == own:
	case p.knows(told):
		f.add(Wrong, "it has another %s at a host of the record's; the record's is called: ask "+
			"the provider which one is yours", name)
	default:
		f.add(Wrong, "it has %s at another host, which is refused; the record's is called: ask "+
			"the provider, and put it if it is theirs", name)
	}
}

// compareTerms tells where what the issuer takes is not what is sent.
func (p Peer) compareTerms(m metadata, f *findings) {
	const named = "authorization_response_iss_parameter_supported"
	switch advertises := yes(p.AdvertisesIssuer); {
	case m.yes(named) && !advertises:
		f.add(Wrong, "its answers name the issuer: put advertises_iss, which has others refused")
	case !m.yes(named) && advertises:
		f.add(Wrong, "its answers need not name the issuer, and the record wants it: without it "+
			"they are refused")
	}
	challenges, told := m.list("code_challenge_methods_supported")
	switch s256 := slices.Contains(challenges, "S256"); {
	case told && !s256 && yes(p.PKCE):
		f.add(Wrong, "it takes no code_challenge by S256, which the record has sent: put pkce as "+
			"false")
	case s256 && !yes(p.PKCE):
		f.add(OK, "it takes a code_challenge, and the record has none sent: put pkce as true")
	}
	methods, told := m.list("token_endpoint_auth_methods_supported")
	if told && !slices.Contains(methods, string(p.Method)) {
		f.add(Wrong, "it does not take %s at the token endpoint: put "+
			"token_endpoint_auth_method", p.Method)
	}
	signed, told := m.list("id_token_signing_alg_values_supported")
	ours := func(alg string) bool {
		return slices.Contains([]string{token.ES256, token.RS256, token.PS256}, alg)
	}
	if told && !slices.ContainsFunc(signed, ours) {
		f.add(Wrong, "it signs id_tokens with neither ES256, RS256 nor PS256: those that it "+
			"sends are refused")
	}
}

// keys tries the keys that id_tokens are checked by.
func (e Examiner) keys(ctx context.Context, p Peer, m metadata) []Finding {
	f := findings{check: "keys"}
	uri := p.JWKS
	if uri == "" && p.Issuer != "" {
		if uri = m.text("jwks_uri"); uri != "" && !p.knows(uri) {
			f.add(Wrong, "metadata has jwks_uri at another host, which is refused: put jwks_uri "+
				"if it is theirs")
			return f.all
		}
	}
	if uri == "" {
		return nil
	}
	a, o := document(ctx, e.Calls.Client, uri, nil)
	ring, err := token.ParseJWKS(a.body)
	switch {
	case o != Match:
		f.add(Wrong, "jwks_uri gave no answer that is one: id_tokens are refused")
	case err != nil || len(ring) == 0:
		f.add(Wrong, "jwks_uri has no key set of at most 32 keys with ES256, RS256 or PS256 that "+
			"are strong enough")
	default:
		f.add(OK, "%d keys, for %s", len(ring), algorithms(ring))
	}
	return f.all
}
