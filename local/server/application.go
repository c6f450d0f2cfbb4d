package server

import (
	"crypto/rand"

	"lineproof/shared/account"
	"lineproof/shared/grant"
)

// sandboxApplication is an application as GET /local/sandbox gives it away.
type sandboxApplication struct {
	ApplicationID   string         `json:"application_id"`
	PrivateKey      string         `json:"private_key"`
	Account         string         `json:"account"`
	SignatureSecret string         `json:"signature_secret"`
	StatusURL       string         `json:"status_url"`
	RedirectURLs    []string       `json:"redirect_urls"`
	Outcomes        grant.Outcomes `json:"outcomes,omitempty"`
}

// caller is what makes a client of the plans an application.
type caller struct {
	account  account.Key // for which it calls
	outcomes grant.Outcomes
	secret   string // fixed, so that documents and test suites can name it
}

// The applications. The first is the client of Vonage's number verification as well, whose SDKs
// take nothing but a UUID for an application_id.
const (
	standardApplication  = "5a4d8a0e-6e1f-4b0a-9c53-0f1e2d3c4b5a"
	unlimitedApplication = "5a4d8a0e-6e1f-4b0a-9c53-0f1e2d3c4b5b"
	vonageApplication    = "5a4d8a0e-6e1f-4b0a-9c53-0f1e2d3c4b5c"
)

const signaturePrefix = "sandbox-signature-secret-of-"

var (
	standardCaller  = caller{standardKey, grant.OwnOutcomes, signaturePrefix + "standard"}
	unlimitedCaller = caller{unlimitedKey, grant.OwnOutcomes, signaturePrefix + "unlimited"}
	vonageCaller    = caller{signedKey, grant.VonageOutcomes, signaturePrefix + "vonage"}
)

// applications lists the plans of applications that are no client of the listing.
func applications() []plan {
	unlimited, vonage := special[vonageWire], special[vonageWire]
	unlimited.id, unlimited.calls = unlimitedApplication, unlimitedCaller
	vonage.id, vonage.calls = vonageApplication, vonageCaller
	all := []plan{unlimited, vonage}
	for i := range all {
		all[i].wire = vonageWire
	}
	return all
}

// application makes an application of a client, and returns it as it is listed.
func (c caller) application(
	of made, statusURL string, pepper account.Pepper,
) (sandboxApplication, grant.Client, error) {
	client := of.client
	client.Account, client.StatusURL, client.Outcomes = c.account.String(), statusURL, c.outcomes
	private, err := of.key.PEM()
	if err == nil {
		client.Signature, err = pepper.SealSignature(client.ID, c.secret, rand.Reader)
	}
	return sandboxApplication{
		ApplicationID:   client.ID,
		PrivateKey:      string(private),
		Account:         client.Account,
		SignatureSecret: c.secret,
		StatusURL:       client.StatusURL,
		RedirectURLs:    client.RedirectURIs,
		Outcomes:        client.Outcomes,
	}, client, err
}
