package boot

import (
	"context"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"lineproof/shared/network"
	"lineproof/shared/secrets"
	"lineproof/shared/secrets/manager"
)

// complete is an environment that no function finds anything wrong with.
func complete() map[string]string {
	env := map[string]string{
		issuerVariable: "https://lineproof.example", regionVariable: "eu-west-1", keyVariable: "AKIATEST", secretVariable: "test",
		grantsTable: "Grants", replaysTable: "Replays", clientsTable: "Clients", sessionsTable: "Sessions", keySetsTable: "KeySets",
		upstreamsTable: "Upstreams", breakersTable: "Breakers",
	}
	for _, name := range []string{
		"SIGNING", "SUBJECTS", "CREDENTIALS", "REFRESH", "ORIGIN", "GATEWAY", "PINS", "REQUEST_IDS", "UPSTREAMS",
	} {
		env[name+"_SECRET"] = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:" + name
	}
	return env
}

func from(env map[string]string) func(string) string {
	return func(name string) string { return env[name] }
}

// everything asks for all that there is.
func everything(e *Env) any {
	e.With(manager.Open)
	return []any{
		e.Issuer(), e.Verifier(), e.Signer(), e.PairwiseSalt(), e.ClientPeppers(), e.AccountPeppers(), e.RefreshKeys(), e.CloudFrontSecret(), e.Operators(), e.Network(),
		e.ClientStore(), e.ReplayStore(), e.Grants(), e.GrantCreator(), e.UseStore(), e.Directory(), e.Registry(),
		e.GrantReader(), e.GrantRevoker(),
		e.PINKeys(), e.RequestIDKeys(), e.Upstreams(), e.UpstreamSecrets(), e.UpstreamCaller(), e.UpstreamGate(), e.LegStore(),
	}
}

func TestCompleteEnvironment(t *testing.T) {
	t.Parallel()
	if err := assemble(from(complete()), everything).err(); err != nil {
		t.Error(err)
	}
}

func TestEachVariableIsNamedWhenItIsMissingOrWrong(t *testing.T) {
	t.Parallel()
	optional := map[string]string{
		resolversVariable: "telepathy", certificatesVariable: "x", prefixesVariable: "x", sessionMinutesVariable: "x", operatorsVariable: "x", databaseEndpoint: "x", secretsEndpoint: "x",
	}
	for variable := range complete() {
		problemIn(t, variable, "")
		if variable != regionVariable && variable != keyVariable && variable != secretVariable {
			problemIn(t, variable, "!")
		}
	}
	for variable, value := range optional {
		problemIn(t, variable, value)
	}
}

func problemIn(t *testing.T, variable, value string) {
	t.Helper()
	env := complete()
	env[variable] = value
	err := assemble(from(env), everything).err()
	if err == nil || !strings.HasPrefix(err.Error(), "boot: "+variable+": ") || strings.Contains(err.Error(), ";") {
		t.Errorf("with %s=%q the start fails with %v", variable, value, err)
	}
}

func TestAllProblemsStandInOneLine(t *testing.T) {
	t.Parallel()
	err := assemble(from(nil), everything).err()
	for variable := range complete() {
		if err == nil || strings.Count(err.Error(), "boot: "+variable+": not set") != 1 {
			t.Errorf("%s is not named once in %v", variable, err)
		}
	}
}

func TestNeedsAddUp(t *testing.T) {
	t.Parallel()
	got := map[string]string{}
	for _, need := range assemble(from(nil), everything).list() {
		got[need.Variable] = fmt.Sprintf("%s %v", need.Resource, need.Actions)
	}
	want := map[string]string{
		"ISSUER": " []", "LOG_LEVEL": " []", "RESOLVERS": " []", "GATEWAY_CERTIFICATES": " []", "GATEWAY_PREFIXES": " []", "SESSION_MINUTES": " []", "OPERATORS": " []",
		"GRANTS_TABLE":   "GrantsTable [dynamodb:GetItem dynamodb:PutItem dynamodb:UpdateItem]",
		"REPLAYS_TABLE":  "ReplaysTable [dynamodb:PutItem]",
		"CLIENTS_TABLE":  "ClientsTable [dynamodb:GetItem]",
		"SESSIONS_TABLE": "SessionsTable [dynamodb:PutItem dynamodb:Query]",
		"KEY_SETS_TABLE": "KeySetsTable [dynamodb:GetItem]", "UPSTREAMS_TABLE": "UpstreamsTable [dynamodb:Scan]",
		"BREAKERS_TABLE": "BreakersTable [dynamodb:GetItem dynamodb:Query dynamodb:UpdateItem]",
	}
	for _, name := range []string{
		"Signing", "Subjects", "Credentials", "Refresh", "Origin", "Gateway", "Pins", "Upstreams",
	} {
		want[strings.ToUpper(name)+"_SECRET"] = name + "Secret [secretsmanager:GetSecretValue]"
	}
	want["REQUEST_IDS_SECRET"] = "RequestIdsSecret [secretsmanager:GetSecretValue]"
	if !maps.Equal(got, want) {
		t.Errorf("needs = %v\nwant    %v", got, want)
	}
}

func TestLaterWiringsAddNoNeeds(t *testing.T) {
	t.Parallel()
	asksMore := false
	w := assemble(from(complete()), func(e *Env) string {
		if asksMore {
			e.Grants()
			e.Signer()
		}
		return e.Issuer()
	})
	asksMore = true
	if _, err := w.current(t.Context()); err != nil {
		t.Fatal(err)
	}
	if list := w.list(); len(list) != 2 || len(w.followed) != 0 {
		t.Errorf("needs are %v", list)
	}
}

func TestLogicalNames(t *testing.T) {
	t.Parallel()
	if got := resource("REQUEST_IDS_SECRET").Resource; got != "RequestIdsSecret" {
		t.Errorf("the resource of REQUEST_IDS_SECRET is %s", got)
	}
}

func TestResolversStandInTheConfiguredOrder(t *testing.T) {
	t.Parallel()
	env := complete()
	for text, want := range map[string][]string{
		"":               {"network.Header", "network.Sessions"},
		"session,header": {"network.Sessions", "network.Header"},
		"session":        {"network.Sessions"},
	} {
		env[resolversVariable] = text
		var got []string
		for _, resolver := range (&Env{plan: assemble(from(env), everything).plan}).Network() {
			got = append(got, fmt.Sprintf("%T", resolver))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s=%q resolves by %v", resolversVariable, text, got)
		}
	}
}

func TestOnlyConfiguredResolversAreNeeded(t *testing.T) {
	t.Parallel()
	env := complete()
	env[resolversVariable] = bySession
	delete(env, "GATEWAY_SECRET")
	w := assemble(from(env), func(e *Env) network.Chain { return e.With(manager.Open).Network() })
	if err := w.err(); err != nil {
		t.Error(err)
	}
	for r := range w.followed {
		if r.name == secrets.Gateway {
			t.Error("without the header resolver its secret is asked for")
		}
	}
}

func TestCredentialsAreReadAnew(t *testing.T) {
	t.Parallel()
	env := complete()
	p := assemble(from(env), everything).plan
	config := p.aws(databaseEndpoint)
	for _, want := range []string{"AKIATEST", "AKIANEXT"} {
		env[keyVariable], env[sessionVariable] = want, "session "+want
		got, err := config.Credentials.Retrieve(context.Background())
		if err != nil || got.AccessKeyID != want || got.SessionToken != "session "+want {
			t.Errorf("credentials = %s, error %v, want %s", got.AccessKeyID, err, want)
		}
	}
	delete(env, keyVariable)
	if _, err := config.Credentials.Retrieve(context.Background()); err == nil {
		t.Error("no credentials are credentials")
	}
}

func TestWarmReadIsOneThatIsAllowed(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		build func(*Env) any
		warms bool
	}{
		"reads clients":   {func(e *Env) any { return e.ClientStore() }, true},
		"uses grants":     {func(e *Env) any { return e.UseStore() }, true},
		"reads sessions":  {func(e *Env) any { return e.Directory() }, true},
		"begins grants":   {func(e *Env) any { return e.GrantCreator() }, false},
		"issues tokens":   {func(e *Env) any { return e.Grants() }, false},
		"writes sessions": {func(e *Env) any { return e.Registry() }, false},
		"marks as used":   {func(e *Env) any { return e.ReplayStore() }, false},
		"nothing":         {func(*Env) any { return netip.Addr{} }, false},
	} {
		if w := assemble(from(complete()), tt.build); (w.warm != nil) != tt.warms {
			t.Errorf("%s: a first read is %v", name, w.warm != nil)
		}
	}
}
