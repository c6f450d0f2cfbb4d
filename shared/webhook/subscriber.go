package webhook

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"lineproof/shared/account"
	"lineproof/shared/fault"
	"lineproof/shared/grant"
)

// Registered are the Subscribers that are registered: applications, and accounts with an address of
// their own.
type Registered struct {
	// Clients are the applications, among others, and Accounts whose they are.
	Clients  grant.ClientStore
	Accounts account.Accounts
	// Peppers open the signature secrets of both.
	Peppers account.Ring
}

// RegisteredPorts is what Registered is wired to.
type RegisteredPorts interface {
	// ClientStore are the registered clients.
	ClientStore() grant.ClientStore
	// Accounts are the registered accounts.
	Accounts() account.Authenticator
}

// NewRegistered returns the registered Subscribers over their ports.
func NewRegistered(p RegisteredPorts) Registered {
	accounts := p.Accounts()
	return Registered{
		Clients: p.ClientStore(), Accounts: accounts.Accounts, Peppers: accounts.Peppers,
	}
}

// Subscriber returns who is told, as Subscribers says. A disabled or removed application hears
// nothing, and neither does one of another account.
func (r Registered) Subscriber(
	ctx context.Context, owner account.Key, callback string,
) (Subscriber, error) {
	application, is := strings.CutPrefix(callback, Prefix)
	switch {
	case !is:
		return Subscriber{}, ErrGone
	case application == "":
		return r.account(ctx, owner)
	}
	c, err := grant.Enabled(ctx, r.Clients, application)
	switch {
	case errors.Is(err, grant.ErrNotFound):
		return Subscriber{}, ErrGone
	case err != nil:
		return Subscriber{}, err
	case !c.IsApplication() || account.ParseKey(c.Account) != owner:
		return Subscriber{}, ErrGone
	}
	secret, err := r.open(c.ID, c.Signature)
	return Subscriber{
		URL: c.StatusURL, Secret: secret, APIKey: owner.String(), Application: c.ID,
	}, err
}

func (r Registered) account(ctx context.Context, owner account.Key) (Subscriber, error) {
	a, err := r.Accounts.Account(ctx, owner)
	switch {
	case errors.Is(err, account.ErrNotFound):
		return Subscriber{}, ErrGone
	case err != nil:
		return Subscriber{}, err
	}
	secret, err := r.open(owner.String(), a.Signature)
	return Subscriber{URL: a.StatusURL, Secret: secret, APIKey: owner.String()}, err
}

var errSealed = errors.New("a signature secret that no pepper opens")

// open returns the owner's signature secret; none where none was sealed.
func (r Registered) open(owner string, sealed []byte) (string, error) {
	secret, opens := account.OpenSignature(r.Peppers, owner, sealed)
	if len(sealed) > 0 && !opens {
		return "", fmt.Errorf("webhook: %w", fault.Wrap(fault.Internal, errSealed))
	}
	return secret, nil
}
