package boot

import (
	"context"
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"lineproof/shared/fault"
	"lineproof/shared/secrets"
)

// shelf is a store of one secret in versions.
type shelf struct {
	text    string
	version string
	fails   error
}

func (s *shelf) Versions(context.Context, secrets.Name) (secrets.Versions, error) {
	return secrets.Versions{Current: s.version}, s.fails
}

func (s *shelf) Version(_ context.Context, name secrets.Name, version string) ([]byte, error) {
	if name != secrets.Upstreams || version != s.version {
		return nil, secrets.ErrNotFound
	}
	return []byte(s.text), s.fails
}

func (s *shelf) Replace(_ context.Context, _ secrets.Name, text []byte, v secrets.Versions) error {
	if v.Current != s.version {
		return secrets.ErrChanged
	}
	if s.fails == nil {
		s.text, s.version = string(text), s.version+"'"
	}
	return s.fails
}

// The vault is written on the condition of what was read, and says in our words what keeps it from
// that; the function is given leave for what it does, and asks for the secret anew each time.
func TestUpstreamVault(t *testing.T) {
	t.Parallel()
	kept := &shelf{text: "{}", version: "v"}
	var arns map[secrets.Name]string
	p := assemble(from(complete()), func(e *Env) UpstreamVault {
		return OpenUpstreamVault(e, func(_ aws.Config, of map[secrets.Name]string) *shelf { arns = of; return kept })
	})
	v, err := p.current(t.Context())
	if err != nil || arns[secrets.Upstreams] != complete()["UPSTREAMS_SECRET"] {
		t.Fatalf("%v, %v", arns, err)
	}
	for _, need := range p.list() {
		if need.Variable == "UPSTREAMS_SECRET" && len(need.Actions) != 3 {
			t.Errorf("it needs %v", need.Actions)
		}
	}
	ctx := t.Context()
	text, replace, err := v.Open(ctx)
	if err != nil || string(text) != "{}" {
		t.Fatalf("%s, %v", text, err)
	}
	if err := replace(ctx, []byte(`{"a":{}}`)); err != nil || kept.text != `{"a":{}}` {
		t.Errorf("%s, %v", kept.text, err)
	}
	if err := replace(ctx, []byte(`{"b":{}}`)); !fault.Is(err, fault.Changed) || kept.text != `{"a":{}}` {
		t.Errorf("replaced twice: %s, %v", kept.text, err)
	}
	_, replace, err = v.Open(ctx)
	if err != nil {
		t.Fatal(err)
	}
	kept.fails = errors.New("away")
	if err := replace(ctx, []byte("{}")); !fault.Is(err, fault.Unavailable) {
		t.Errorf("away: %v", err)
	}
	if _, _, err := v.Open(ctx); !fault.Is(err, fault.Unavailable) {
		t.Errorf("away: %v", err)
	}
}

// What is kept of upstreams' issuers outlives a wiring, as connections do.
func TestUpstreamIssuersAreKept(t *testing.T) {
	t.Parallel()
	e := &Env{plan: assemble(from(complete()), everything).plan}
	if e.UpstreamIssuers() == nil || e.UpstreamIssuers() != (&Env{plan: e.plan}).UpstreamIssuers() {
		t.Error("they are made anew")
	}
	if err := e.UpstreamExaminer().Reach(t.Context(), "https://127.0.0.1/"); err == nil {
		t.Error("this machine is reached")
	}
}
