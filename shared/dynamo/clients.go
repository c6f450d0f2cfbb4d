package dynamo

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"lineproof/shared/grant"
)

// Clients is a grant.ClientStore. It keeps no copy of what it read: how long a client may stay in
// use after its record changed is for the caller to say.
type Clients struct {
	api   API
	table string
}

// NewClients gives the store in the named table.
func NewClients(api API, table string) *Clients { return &Clients{api, table} }

// Client gives the client registered as id, or grant.ErrNotFound. A registration shows within a
// second.
func (s *Clients) Client(ctx context.Context, id string) (grant.Client, error) {
	if !clientKey(id).usable() {
		return grant.Client{}, grant.ErrNotFound
	}
	out, err := s.api.GetItem(
		ctx, &dynamodb.GetItemInput{TableName: &s.table, Key: clientKey(id).item()},
	)
	if err != nil {
		return grant.Client{}, failed("read client", err)
	}
	if len(out.Item) == 0 {
		return grant.Client{}, grant.ErrNotFound
	}
	return decodeClient(out.Item)
}

// Put registers c under its ID on the condition that nobody has since it was read.
func (s *Clients) Put(ctx context.Context, c grant.Client) error {
	it := encodeClient(c)
	it[clientRevision] = integer(c.Revision + 1)
	stands, err := replace(ctx, s.api, "put client", s.table, it, clientRevision, c.Revision)
	if len(stands) == 0 {
		return err
	}
	other, errOther := decodeClient(stands)
	c, err = decodeClient(encodeClient(c)) // as it reads: without empty lists
	if err = errors.Join(errOther, err); err == nil {
		_, err = c.After(other)
	}
	return err
}

func encodeClient(c grant.Client) item {
	return item{
		clientID:         text(c.ID),
		"dialect":        text(c.Wire),
		"authMethod":     text(c.Method),
		secretHash:       binary(c.SecretHash),
		jwks:             binary(c.JWKS),
		"redirectURIs":   texts(c.RedirectURIs),
		scopes:           texts(c.Scopes),
		"grantTypes":     texts(c.Types),
		"requirePKCE":    boolean(c.RequirePKCE),
		"requirePurpose": boolean(c.RequirePurpose),
		"sector":         text(c.Sector),
		"idTokenAlg":     text(c.IDTokenAlg),
		tokenLifetime:    duration(c.Policy.Lifetime),
		singleUse:        boolean(c.Policy.SingleUse),
		refreshLifetime:  duration(c.Policy.RefreshLifetime),
		"sandbox":        boolean(c.Sandbox),
		"addressLookups": integer(c.AddressLookups),
		"disabled":       boolean(c.Disabled),
		"payingAccount":  text(c.Account),
		"statusURL":      text(c.StatusURL),
		"sealedSecret":   binary(c.Signature),
		"outcomes":       text(c.Outcomes),
		"upstream":       text(c.Upstream),
		clientRevision:   integer(c.Revision),
	}
}

func decodeClient(it item) (grant.Client, error) {
	d := &decoder{item: it}
	c := grant.Client{
		ID:             d.text(clientID),
		Wire:           d.text("dialect"),
		Method:         grant.Method(d.text("authMethod")),
		SecretHash:     d.binary(secretHash),
		JWKS:           d.binary(jwks),
		RedirectURIs:   listOf[string](d, "redirectURIs"),
		Scopes:         listOf[string](d, scopes),
		Types:          listOf[grant.Type](d, "grantTypes"),
		RequirePKCE:    d.boolean("requirePKCE"),
		RequirePurpose: d.boolean("requirePurpose"),
		Sector:         d.text("sector"),
		IDTokenAlg:     d.text("idTokenAlg"),
		Policy:         d.policy(),
		Sandbox:        d.boolean("sandbox"),
		AddressLookups: int(d.integer("addressLookups")),
		Disabled:       d.boolean("disabled"),
		Account:        d.text("payingAccount"),
		StatusURL:      d.text("statusURL"),
		Signature:      d.binary("sealedSecret"),
		Outcomes:       grant.Outcomes(d.text("outcomes")),
		Upstream:       d.text("upstream"),
		Revision:       d.integer(clientRevision),
	}
	if err := d.err(); err != nil {
		return grant.Client{}, err
	}
	return c, nil
}
