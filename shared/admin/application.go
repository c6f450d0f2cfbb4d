package admin

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"regexp"

	"lineproof/shared/fault"
	"lineproof/shared/grant"
	"lineproof/shared/verification"
	"lineproof/shared/wire"
)

// applicationRef is the field of commands about one application.
type applicationRef struct {
	ApplicationID string `json:"application_id" help:"the application's application_id"`
}

func (w applicationRef) subject() string { return subjectID(w.ApplicationID) }

// find returns the application.
func (w applicationRef) find(ctx context.Context, a Admin) (grant.Client, error) {
	if w.ApplicationID == "" {
		return grant.Client{}, missing("application_id")
	}
	found, err := a.registered(ctx, w.ApplicationID)
	switch {
	case err != nil:
		return grant.Client{}, err
	case !found.IsApplication():
		return grant.Client{}, noApplication("no application has this application_id")
	case found.IsRemoved():
		return grant.Client{}, noApplication("the application was removed")
	}
	return found, nil
}

func noApplication(text string) error { return because(fault.NotFound, "application_id", text) }

// change writes the application as edit leaves it, and shows it.
func (w applicationRef) change(
	ctx context.Context, a Admin, edit func(*grant.Client) error,
) (shownApplication, error) {
	found, err := w.find(ctx, a)
	if err != nil {
		return shownApplication{}, err
	}
	if err := edit(&found); err != nil {
		return shownApplication{}, err
	}
	return showApplicationOf(found), a.Clients.Put(ctx, found)
}

// shownApplication is an application as it is shown: its private key and signature secret only in
// the answer that made them.
type shownApplication struct {
	ApplicationID   string          `json:"application_id"`
	PrivateKey      secret          `json:"private_key,omitzero"`
	SignatureSecret secret          `json:"signature_secret,omitzero"`
	Account         string          `json:"account"`
	JWKS            json.RawMessage `json:"jwks,omitempty"`
	StatusURL       string          `json:"status_url,omitempty"`
	RedirectURLs    []string        `json:"redirect_urls"`
	Outcomes        string          `json:"outcomes"`
	Sandbox         bool            `json:"sandbox"`
	Disabled        bool            `json:"disabled"`
}

func showApplicationOf(c grant.Client) shownApplication {
	return shownApplication{
		ApplicationID: c.ID,
		Account:       c.Account,
		JWKS:          c.JWKS,
		StatusURL:     c.StatusURL,
		RedirectURLs:  append([]string{}, c.RedirectURIs...),
		Outcomes:      outcomesText(c.Outcomes),
		Sandbox:       c.Sandbox,
		Disabled:      c.Disabled,
	}
}

// ownOutcomes names our own outcomes of test numbers, whose value is empty.
const ownOutcomes = "own"

func outcomesText(o grant.Outcomes) string {
	if o == grant.OwnOutcomes {
		return ownOutcomes
	}
	return string(o)
}

// settings are the fields that an application is made and changed with. What is left out stays.
type settings struct {
	StatusURL    *string  `json:"status_url" help:"the https address that its verifications are reported to; none takes it away (optional)"`
	RedirectURLs []string `json:"redirect_urls" help:"where a browser may be sent back to, compared byte for byte: https, or http on 127.0.0.1 or [::1]; an empty list takes all away (optional)"`
	Outcomes     string   `json:"outcomes" help:"what silent verification of test numbers comes to: own, or vonage as Vonage's virtual operator has it (optional)"`
	Sandbox      *bool    `json:"sandbox" help:"whether number verification lets it name test numbers in login_hint, and see no others (optional)"`
}

func (s settings) apply(a Admin, c *grant.Client) error {
	switch s.Outcomes {
	case "":
	case ownOutcomes:
		c.Outcomes = grant.OwnOutcomes
	case string(grant.VonageOutcomes):
		c.Outcomes = grant.VonageOutcomes
	default:
		return wrong("outcomes", "they are own or vonage")
	}
	if s.RedirectURLs != nil {
		c.RedirectURIs = s.RedirectURLs
	}
	if s.Sandbox != nil {
		c.Sandbox = *s.Sandbox
	}
	if err := checkRedirects("redirect_urls", c.RedirectURIs); err != nil || s.StatusURL == nil {
		return err
	}
	var err error
	c.StatusURL, err = a.statusURL(*s.StatusURL)
	return err
}

type createApplication struct {
	ApplicationID string `json:"application_id" help:"the application_id it shall have, a UUID in lower case that no client has; one is drawn without it (optional)"`
	Account       string `json:"account" help:"the api_key of the account that it calls for"`
	keySource
	settings
}

func (c *createApplication) subject() string { return subjectID(c.ApplicationID) }

func (c *createApplication) do(ctx context.Context, a Admin) (any, error) {
	made, err := c.read(ctx, a)
	if err != nil {
		return nil, err
	}
	if made.ID, err = a.freeUUID(ctx, c.ApplicationID); err != nil {
		return nil, err
	}
	signs, text, err := newSecret(a.Random)
	if err != nil {
		return nil, err
	}
	if made.Signature, err = a.sealed(made.ID, text); err != nil {
		return nil, err
	}
	private, err := c.keySource.add(a, &made)
	if err != nil {
		return nil, err
	}
	if err := a.Clients.Put(ctx, made); err != nil {
		return nil, err
	}
	shown := showApplicationOf(made)
	shown.PrivateKey, shown.SignatureSecret = private, signs
	return shown, nil
}

// read returns the application without ID, key and secret. Of number verification it may do what
// every client of its wire may.
func (c *createApplication) read(ctx context.Context, a Admin) (grant.Client, error) {
	key, err := known("account", c.Account)
	if err != nil {
		return grant.Client{}, err
	}
	made, _ := Preset(wire.Vonage.Name) // one of those that clients register for
	made.Account = key.String()
	if err := c.settings.apply(a, &made); err != nil {
		return grant.Client{}, err
	}
	found, err := a.current(ctx, key)
	if err == nil && found.Key == 0 {
		err = noAccount("account")
	}
	return made, err
}

var uuid = regexp.MustCompile(`\A[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\z`)

// freeUUID returns the application_id wanted, or a drawn one, that no client has.
func (a Admin) freeUUID(ctx context.Context, wanted string) (string, error) {
	if wanted == "" {
		return newUUID(a.Random)
	}
	if !uuid.MatchString(wanted) {
		return "", wrong("application_id", "it is a UUID in lower case")
	}
	found, err := a.registered(ctx, wanted)
	if err == nil && found.ID != "" {
		err = wrong("application_id", "a client or an application has it already, or once had")
	}
	return wanted, err
}

// newUUID draws a version 4 UUID (RFC 9562 §5.4).
func newUUID(random io.Reader) (string, error) {
	id, err := verification.NewUUID(random)
	if err != nil {
		return "", fmt.Errorf("admin: draw application_id: %w", err)
	}
	return id, nil
}

// sealed returns a signature secret as it is kept of its owner.
func (a Admin) sealed(owner, text string) ([]byte, error) {
	return a.AccountPeppers.Active().SealSignature(owner, text, a.Random)
}

type showApplication struct{ applicationRef }

func (c *showApplication) do(ctx context.Context, a Admin) (any, error) {
	found, err := c.find(ctx, a)
	if err != nil {
		return nil, err
	}
	return showApplicationOf(found), nil
}

type changeApplication struct {
	applicationRef
	settings
}

func (c *changeApplication) do(ctx context.Context, a Admin) (any, error) {
	return c.change(ctx, a, func(of *grant.Client) error { return c.settings.apply(a, of) })
}

type rotateApplicationKey struct {
	applicationRef
	keySource
}

func (c *rotateApplicationKey) do(ctx context.Context, a Admin) (any, error) {
	var private secret
	shown, err := c.change(ctx, a, func(of *grant.Client) (err error) {
		private, err = c.keySource.add(a, of)
		return err
	})
	shown.PrivateKey = private
	return shown, err
}

type dropApplicationKey struct{ applicationRef }

func (c *dropApplicationKey) do(ctx context.Context, a Admin) (any, error) {
	return c.change(ctx, a, func(of *grant.Client) (err error) {
		of.JWKS, err = newest(1, of.JWKS)
		return err
	})
}

type rotateApplicationSecret struct{ applicationRef }

func (c *rotateApplicationSecret) do(ctx context.Context, a Admin) (any, error) {
	made, text, err := newSecret(a.Random)
	if err != nil {
		return nil, err
	}
	shown, err := c.change(ctx, a, func(of *grant.Client) (err error) {
		of.Signature, err = a.sealed(of.ID, text)
		return err
	})
	shown.SignatureSecret = made
	return shown, err
}

type removeApplication struct{ applicationRef }

func (c *removeApplication) do(ctx context.Context, a Admin) (any, error) {
	return c.change(ctx, a, func(of *grant.Client) error { *of = of.Removed(); return nil })
}
