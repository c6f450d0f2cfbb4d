package boot

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"lineproof/e2e/bundle"
	"lineproof/shared/fault"
	"lineproof/shared/secrets"
	"lineproof/shared/secrets/manager"
	"lineproof/shared/secrets/rotation"
	"lineproof/shared/token"
)

func TestDirect(t *testing.T) {
	t.Parallel()
	var logged bytes.Buffer
	w := assemble(from(nil), func(*Env) Answerer {
		return func(_ context.Context, payload []byte) ([]byte, error) {
			if string(payload) == `"away"` {
				return []byte("half"), errors.New("the store is away")
			}
			return append([]byte("re: "), payload...), nil
		}
	})
	invoke := direct("admin", slog.New(slog.NewJSONHandler(&logged, nil)), w)
	if answer, err := invoke(t.Context(), []byte(`"here"`)); err != nil || string(answer) != `re: "here"` {
		t.Errorf("answer %s, %v", answer, err)
	}
	if answer, err := invoke(t.Context(), []byte(`"away"`)); !errors.Is(err, errNotServed) || answer != nil {
		t.Errorf("answer %s, %v", answer, err)
	}
	const told = `"operation":"admin","failure":{"kind":"internal","cause":"the store is away"}`
	if !strings.Contains(logged.String(), told) {
		t.Errorf("logged %s", logged.String())
	}
}

func TestDirectWithoutSecrets(t *testing.T) {
	t.Parallel()
	env := complete()
	c := startCloud(t)
	env[secretsEndpoint] = c.url
	w := assemble(from(env), func(e *Env) Answerer {
		e.With(manager.Open).ClientPeppers()
		return func(context.Context, []byte) ([]byte, error) { return nil, nil }
	})
	var logged bytes.Buffer
	invoke := direct("admin", slog.New(slog.NewJSONHandler(&logged, nil)), w)
	if _, err := invoke(t.Context(), nil); !errors.Is(err, errNotServed) {
		t.Errorf("error %v", err)
	}
	if !strings.Contains(logged.String(), `"failure":{"kind":"unavailable"`) {
		t.Errorf("logged %s", logged.String())
	}
}

// The steps of fallbacks fail with lines that the template's filters of their logs count, by kind.
func TestFailuresOfStepsAreCounted(t *testing.T) {
	t.Parallel()
	template, err := bundle.ReadTemplate()
	if err != nil {
		t.Fatal(err)
	}
	filters, err := template.Filters()
	if err != nil {
		t.Fatal(err)
	}
	counted := map[string]string{}
	for _, name := range []string{"fallback-silent", "fallback-pin"} {
		var logged bytes.Buffer
		log := newLog(&logged, slog.LevelInfo)
		w := assemble(from(nil), func(*Env) Answerer {
			return func(context.Context, []byte) ([]byte, error) {
				return nil, fmt.Errorf("step: %w", fault.New(fault.Unavailable))
			}
		})
		if _, err := direct(name, log, w)(invoked(t.Context()), nil); !errors.Is(err, errNotServed) {
			t.Errorf("error %v", err)
		}
		for _, f := range filters {
			if values, ok := f.Counts(logged.Bytes()); ok && f.Group == bundle.Camel(name)+"Logs" {
				counted[name] += f.Metric + " " + values["Kind"]
			}
		}
	}
	want := "Failures unavailable"
	if counted["fallback-silent"] != want || counted["fallback-pin"] != want {
		t.Errorf("counted %v, want %s of each", counted, want)
	}
}

// A new stack's key sets are empty until its first rotation; what comes then counts at once.
func TestEmptyKeySetsAreNotKept(t *testing.T) {
	t.Parallel()
	d := deploy(t)
	w := assemble(from(d.env), func(e *Env) token.Issuer {
		e.Verifier()
		return e.With(manager.Open).Signer()
	})
	full, arn := "", d.env["SIGNING_SECRET"]
	d.change(func() { full, d.secrets[arn] = d.secrets[arn], `{"keys":[]}` })
	d.publish(t, []byte(`{"keys":[]}`))
	if _, err := w.current(t.Context()); !errors.Is(err, errNoKeys) {
		t.Errorf("without keys: %v", err)
	}
	d.change(func() { d.secrets[arn] = full })
	d.publish(t, d.issuer.Ring.JWKS())
	if issuer, err := w.current(t.Context()); err != nil || len(issuer.Ring) == 0 {
		t.Errorf("with keys: %v", err)
	}
}

// The accounts that the pepper protects can be opened by the built function, and its answer is its
// own.
func TestAdminBootstrap(t *testing.T) {
	t.Parallel()
	d := deploy(t)
	for _, table := range []string{"ACCOUNTS_TABLE", "LEDGERS_TABLE", "PINS_TABLE", "CLIENTS_TABLE"} {
		d.env[table] = table
	}
	h := start(t, bootstrap(t, "admin"), d.env)
	for payload, want := range map[string]string{
		`{"command": "create-account", "terms": "standard", "countries": ["GB"]}`: `{"result":{"api_key":"`,
		`{"command": "bar-account", "api_key": "canary"}`:                         `{"error":{"kind":"invalid field","field":"api_key"`,
		`{"command": "bar-account", "secret": "canary"}`:                          `{"error":{"kind":"invalid body"`,
	} {
		got := h.invoke(invocationRequest{[]byte(payload), 5 * time.Second, unsampled})
		if got.failed || !strings.HasPrefix(string(got.payload), want) {
			t.Errorf("%s is answered with %s", payload, got.payload)
		}
	}
	for _, line := range h.log() {
		if text, _ := json.Marshal(line); strings.Contains(string(text), "canary") || line["message"] == "command" && line["requestId"] == nil {
			t.Errorf("logged %s", text)
		}
	}
}

func TestRotateBootstrap(t *testing.T) {
	t.Parallel()
	d := deploy(t)
	nameSecrets(d.env)
	h := start(t, bootstrap(t, "rotate"), d.env)
	for payload, failed := range map[string]bool{
		rotationEvent(t, rotation.Create, d.env["REFRESH_SECRET"]):     true, // the service here describes nothing
		rotationEvent(t, rotation.Create, d.env["REFRESH_SECRET"]+"x"): true,
		rotationEvent(t, "canary", d.env["REFRESH_SECRET"]):            true,
		rotationEvent(t, rotation.Create, d.env["SUBJECTS_SECRET"]):    true,
		`[]`: true,
	} {
		if got := h.invoke(invocationRequest{[]byte(payload), 5 * time.Second, unsampled}); got.failed != failed {
			t.Errorf("%s is answered with %s", payload, got.payload)
		}
	}
	for _, line := range h.log() {
		if text, _ := json.Marshal(line); strings.Contains(string(text), "canary") {
			t.Errorf("logged %s", text)
		}
	}
}

// nameSecrets puts the ARN of every secret that rotates into an environment.
func nameSecrets(env map[string]string) {
	for _, name := range rotation.Names() {
		variable := strings.ToUpper(string(name))
		env[variable+"_SECRET"] = strings.Replace(env["SUBJECTS_SECRET"], "SUBJECTS", variable, 1)
	}
}

func rotationEvent(t *testing.T, step, arn string) string {
	t.Helper()
	text, err := json.Marshal(map[string]string{"Step": step, "SecretId": arn, "ClientRequestToken": "canary"})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// current is a rotation.SecretStore whose secrets were all rotated to one version already.
type current string

func (current) Get(context.Context, secrets.Name) ([]byte, error) { return nil, secrets.ErrNotFound }
func (current) Version(context.Context, secrets.Name, string) ([]byte, error) {
	return nil, secrets.ErrNotFound
}
func (current) Put(context.Context, secrets.Name, string, []byte) error {
	return secrets.ErrNotFound
}
func (current) Promote(context.Context, secrets.Name, string, string) error {
	return secrets.ErrNotFound
}
func (c current) Versions(context.Context, secrets.Name) (secrets.Versions, error) {
	return secrets.Versions{Current: string(c)}, nil
}

func TestStepsFindTheirSecret(t *testing.T) {
	t.Parallel()
	env := complete()
	nameSecrets(env)
	w := assemble(from(env), func(e *Env) rotation.Rotator {
		return rotation.Rotator{
			Store:      SecretStore(e, manager.OpenStore),
			Publishers: KeyPublishers(e, manager.OpenStore),
		}
	})
	if err := w.err(); err != nil {
		t.Fatal(err)
	}
	take := stepper(w.plan, rotation.Rotator{Store: current("canary")})
	for name := range w.arns {
		if name == secrets.RequestIDs { // it follows PINs
			continue
		}
		event := rotationEvent(t, rotation.Finish, env[variableOf(name)])
		_, err := take(t.Context(), []byte(event))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	fixed := rotationEvent(t, rotation.Finish, env[variableOf(secrets.RequestIDs)])
	if _, err := take(t.Context(), []byte(fixed)); !errors.Is(err, rotation.ErrFixed) {
		t.Errorf("request-ids: %v", err)
	}
	for _, arn := range []string{"", env["SUBJECTS_SECRET"], env["ORIGIN_SECRET"]} {
		if _, err := take(t.Context(), []byte(rotationEvent(t, rotation.Finish, arn))); !errors.Is(err, errForeignSecret) {
			t.Errorf("%s: %v", arn, err)
		}
	}
}
