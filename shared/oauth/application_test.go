package oauth_test

import (
	"context"
	"errors"
	"maps"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"lineproof/shared/fault"
	"lineproof/shared/grant"
	"lineproof/shared/memory"
	"lineproof/shared/oauth"
	"lineproof/shared/token"
)

const applicationID = "0b6f4a1e-2f0a-4d4e-9a76-8f1f8b0c9a55"

// caller is an application that calls at a time of its own.
type caller struct {
	oauth.Applications
	clients *memory.Clients
	key     token.Key
	at      time.Time
}

func newCaller(t *testing.T) *caller {
	t.Helper()
	key, err := token.Generate(token.RS256)
	if err != nil {
		t.Fatal(err)
	}
	c := &caller{clients: memory.NewClients(), key: key, at: noon}
	c.Applications = oauth.Applications{
		Clients: c.clients, Replays: memory.NewReplays(), Now: func() time.Time { return c.at },
	}
	c.register(t, applicationID, func(*grant.Client) {})
	return c
}

// register registers a client with the caller's key, changed.
func (c *caller) register(t *testing.T, id string, change func(*grant.Client)) {
	t.Helper()
	client := grant.Client{
		ID: id, Method: grant.ApplicationJWT, JWKS: token.Ring{c.key}.JWKS(), Account: "0000cafe",
	}
	change(&client)
	if err := c.clients.Put(t.Context(), client); err != nil {
		t.Fatal(err)
	}
}

// sign returns a JWT of the application at noon with these claims changed, as SDKs make it: without
// a kid.
func sign(t *testing.T, key token.Key, changes jwt.MapClaims) string {
	t.Helper()
	claims := jwt.MapClaims{
		"application_id": applicationID, "iat": noon.Unix(), "jti": "jti",
		"exp": noon.Add(15 * time.Minute).Unix(),
	}
	maps.Copy(claims, changes)
	maps.DeleteFunc(claims, func(_ string, value any) bool { return value == nil })
	method := jwt.GetSigningMethod(key.Alg)
	raw, err := jwt.NewWithClaims(method, claims).SignedString(key.Private())
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestApplicationsAuthenticate(t *testing.T) {
	t.Parallel()
	c := newCaller(t)
	stranger, err := token.Generate(token.RS256)
	if err != nil {
		t.Fatal(err)
	}
	ec, err := token.Generate(token.ES256)
	if err != nil {
		t.Fatal(err)
	}
	c.register(t, "disabled", func(c *grant.Client) { c.Disabled = true })
	c.register(t, "removed", func(c *grant.Client) { *c = c.Removed() })
	c.register(t, "no-account", func(c *grant.Client) { c.Account = "" })
	c.register(t, "with-secret", func(c *grant.Client) { c.Method = grant.SecretBasic })
	c.register(t, "two-keys", func(client *grant.Client) {
		client.JWKS = token.Ring{stranger, c.key}.JWKS()
	})
	const good, bad, old = fault.Kind(255), fault.InvalidCredentials, fault.ExpiredCredentials
	for name, test := range map[string]struct {
		changes jwt.MapClaims
		key     token.Key
		after   time.Duration
		want    fault.Kind
	}{
		"with exp":              {nil, c.key, 0, good},
		"a day":                 {jwt.MapClaims{"exp": noon.Add(24 * time.Hour).Unix()}, c.key, 0, good},
		"without exp":           {jwt.MapClaims{"exp": nil}, c.key, 15 * time.Minute, good},
		"an older key":          {jwt.MapClaims{"application_id": "two-keys"}, c.key, 0, good},
		"a newer key":           {jwt.MapClaims{"application_id": "two-keys"}, stranger, 0, good},
		"expired":               {nil, c.key, 15*time.Minute + 31*time.Second, old},
		"expired, without exp":  {jwt.MapClaims{"exp": nil}, c.key, 15*time.Minute + 31*time.Second, old},
		"expired and forged":    {nil, stranger, time.Hour, bad},
		"of tomorrow":           {jwt.MapClaims{"iat": noon.Add(time.Hour).Unix()}, c.key, 0, bad},
		"lives too long":        {jwt.MapClaims{"exp": noon.Add(25 * time.Hour).Unix()}, c.key, 0, bad},
		"without iat":           {jwt.MapClaims{"iat": nil}, c.key, 0, bad},
		"without jti":           {jwt.MapClaims{"jti": nil}, c.key, 0, bad},
		"without application":   {jwt.MapClaims{"application_id": nil}, c.key, 0, bad},
		"another's application": {jwt.MapClaims{"application_id": "nobody"}, c.key, 0, bad},
		"a foreign key":         {nil, stranger, 0, bad},
		"another algorithm":     {nil, ec, 0, bad},
		"disabled":              {jwt.MapClaims{"application_id": "disabled"}, c.key, 0, bad},
		"removed":               {jwt.MapClaims{"application_id": "removed"}, c.key, 0, bad},
		"without account":       {jwt.MapClaims{"application_id": "no-account"}, c.key, 0, bad},
		"with a secret":         {jwt.MapClaims{"application_id": "with-secret"}, c.key, 0, bad},
	} {
		changes := jwt.MapClaims{"jti": name}
		maps.Copy(changes, test.changes)
		c.at = noon.Add(test.after)
		signed, err := c.Authenticate(t.Context(), sign(t, test.key, changes), nil)
		who := signed.Application
		switch {
		case test.want == good && (err != nil || who.Account != "0000cafe"):
			t.Errorf("%s is %+v, %v", name, who, err)
		case test.want != good && (!fault.Is(err, test.want) || who.ID != ""):
			t.Errorf("%s is %+v, %v, want %v", name, who, err, test.want)
		}
	}
	for _, raw := range []string{"", "x", "x.y.z", "é.é.é"} {
		if _, err := c.Authenticate(t.Context(), raw, nil); !fault.Is(err, bad) {
			t.Errorf("%q: %v", raw, err)
		}
	}
}

// TestApplicationsRepeat has a JWT taken again by the request that took it, as HTTP libraries send
// it when a connection breaks, and by no other.
func TestApplicationsRepeat(t *testing.T) {
	t.Parallel()
	c := newCaller(t)
	raw := sign(t, c.key, nil)
	again := sign(t, c.key, jwt.MapClaims{"sub": "another JWT of that jti"})
	for i, step := range []struct {
		after   time.Duration
		raw     string
		request string
		good    bool
	}{
		{0, raw, "POST /v2/verify {}", true},
		{0, raw, "POST /v2/verify {}", true},
		{time.Second, raw, "POST /v2/verify { }", false},
		{time.Second, raw, "", false},
		{time.Second, again, "POST /v2/verify {}", false},
		{grant.RepeatFor - time.Nanosecond, raw, "POST /v2/verify {}", true},
		{grant.RepeatFor, raw, "POST /v2/verify {}", false},
		{14 * time.Minute, raw, "POST /v2/verify {}", false},
	} {
		c.at = noon.Add(step.after)
		signed, err := c.Authenticate(t.Context(), step.raw, []byte(step.request))
		if signed.Repeated != (step.good && i > 0) || (err == nil) != step.good || err != nil && !fault.Is(err, fault.InvalidCredentials) {
			t.Errorf("step %d: %v", i, err)
		}
	}
}

// awayClients is a store that does not answer.
type awayClients struct{}

func (awayClients) Client(context.Context, string) (grant.Client, error) {
	return grant.Client{}, fault.New(fault.Unavailable)
}

type awayReplays struct{}

func (awayReplays) Once(context.Context, string, string, time.Time, time.Time) error {
	return fault.Wrap(fault.Unavailable, errors.New("away"))
}

func TestApplicationsFailWithTheStores(t *testing.T) {
	t.Parallel()
	c := newCaller(t)
	noClients, noReplays := c.Applications, c.Applications
	noClients.Clients, noReplays.Replays = awayClients{}, awayReplays{}
	for _, a := range []oauth.Applications{noClients, noReplays} {
		signed, err := a.Authenticate(t.Context(), sign(t, c.key, nil), nil)
		if !fault.Is(err, fault.Unavailable) || signed.Application.ID != "" {
			t.Errorf("%+v, %v", signed, err)
		}
	}
}
