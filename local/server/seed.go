package server

import (
	"context"
	"encoding/json"

	"lineproof/shared/account"
	"lineproof/shared/keyring"
	"lineproof/shared/secrets"
	"lineproof/shared/token"
)

// Deployment is where [Seed] puts a sandbox: the stores of a deployment, and the peppers under
// which it keeps secrets.
type Deployment struct {
	// Issuer is its issuer identifier.
	Issuer string
	// StatusURL is where verifications of the sandbox's applications are reported to; empty for
	// nowhere.
	StatusURL string
	// Clients and Accounts are its registries.
	Clients  Clients
	Accounts Accounts
	// Peppers are those of its clients' and its accounts' secrets.
	Peppers secrets.Ring
}

// Seed registers the sandbox's clients and accounts in a deployment that is for tests alone, as New
// does in a local server. It gives the listing of GET /local/sandbox and the operators' public
// keys: a JSON object of JSON Web Key Sets by iss.
func Seed(ctx context.Context, d Deployment) (listing, operators []byte, err error) {
	accountPeppers, err := secrets.Derive(d.Peppers, account.NewPepper)
	if err != nil {
		return nil, nil, err
	}
	held := Stores{Clients: d.Clients, Accounts: d.Accounts}
	made, err := newSandbox(ctx, d.Issuer, d.StatusURL, held, keys{
		clientPeppers: keyring.MAC(d.Peppers), accountPeppers: accountPeppers,
	})
	if err != nil {
		return nil, nil, err
	}
	if listing, err = json.Marshal(made.listing); err != nil {
		return nil, nil, err
	}
	operators, err = json.Marshal(publicKeys(made.operators))
	return listing, operators, err
}

func publicKeys(operators token.Operators) map[string]json.RawMessage {
	sets := map[string]json.RawMessage{}
	for issuer, operator := range operators {
		sets[issuer] = operator.Keys.JWKS()
	}
	return sets
}
