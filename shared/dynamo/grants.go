package dynamo

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"lineproof/shared/grant"
)

// Grants is a grant.Store and a grant.UseStore.
type Grants struct {
	api    API
	table  string
	random io.Reader
}

// NewGrants gives the store in the named table. Each write takes 12 bytes from random, which many
// goroutines read at once.
func NewGrants(api API, table string, random io.Reader) *Grants {
	return &Grants{api, table, random}
}

// Put writes a new grant, or fails with grant.ErrRefused when its ID is taken or cannot be a key.
func (s *Grants) Put(ctx context.Context, g grant.Grant) error {
	if !grantKey(g.ID).usable() {
		return grant.ErrRefused
	}
	a, err := newAttempt(s.random)
	if err != nil {
		return err
	}
	return create(ctx, s.api, "put grant", a, refusing(grant.ErrRefused), &dynamodb.PutItemInput{
		TableName:           &s.table,
		Item:                encodeGrant(g, a),
		ConditionExpression: aws.String("attribute_not_exists(" + grantID + ")"),
	})
}

// Grant gives the grant as it stands, or grant.ErrNotFound. Any replica answers, for half the
// price, and may lag a moment: a grant that it does not know or has not seen issued yet is read
// again where all writes have arrived.
func (s *Grants) Grant(ctx context.Context, id string) (grant.Grant, error) {
	if !grantKey(id).usable() {
		return grant.Grant{}, grant.ErrNotFound
	}
	g, err := s.read(ctx, grantKey(id), false)
	if err == nil && (g.ID == "" || g.State == grant.Pending || g.State == grant.Authorized) {
		g, err = s.read(ctx, grantKey(id), true)
	}
	if err == nil && g.ID == "" {
		err = grant.ErrNotFound
	}
	return g, err
}

func (s *Grants) read(ctx context.Context, key grantKey, consistent bool) (grant.Grant, error) {
	out, err := s.api.GetItem(
		ctx,
		&dynamodb.GetItemInput{TableName: &s.table, Key: key.item(), ConsistentRead: &consistent},
	)
	if err != nil {
		return grant.Grant{}, failed("read grant", err)
	}
	return decodeGrant(out.Item)
}

// Redeem turns a grant to issued, as grant.Store says.
func (s *Grants) Redeem(ctx context.Context, r grant.Redemption) (grant.Grant, error) {
	return s.decide(ctx, grantKey(r.ID), redemption(r))
}

// Land takes a subscriber back, as grant.LegStore says.
func (s *Grants) Land(ctx context.Context, l grant.Landing) (grant.Grant, error) {
	return s.decide(ctx, grantKey(l.ID), landing(l))
}

// Authorize gives a landed grant its code, as grant.LegStore says.
func (s *Grants) Authorize(
	ctx context.Context, a grant.Authorization,
) (grant.Grant, error) {
	return s.decide(ctx, grantKey(a.ID), authorization(a))
}

// Poll records a poll of a pending grant, as grant.Store says.
func (s *Grants) Poll(ctx context.Context, p grant.Poll) (grant.Grant, error) {
	return s.decide(ctx, grantKey(p.ID), poll(p))
}

// Rotate raises the generation of an issued grant by one, as grant.Store says.
func (s *Grants) Rotate(
	ctx context.Context, id, client string, generation int, now time.Time,
) (grant.Grant, error) {
	return s.decide(ctx, grantKey(id), rotation(client, generation, now))
}

// Revoke turns the grant to revoked, whatever its state.
func (s *Grants) Revoke(ctx context.Context, id string) error {
	_, err := s.decide(ctx, grantKey(id), revocation())
	if errors.Is(err, grant.ErrRefused) { // there is no such grant
		return nil
	}
	return err
}

// Use turns an issued grant to used, as grant.UseStore says.
func (s *Grants) Use(ctx context.Context, id string, now time.Time) (grant.Grant, error) {
	return s.decide(ctx, grantKey(id), use(now))
}

// decide makes a decision about one grant by one conditional write and gives the grant as it then
// stands.
func (s *Grants) decide(ctx context.Context, key grantKey, d decision) (grant.Grant, error) {
	if !key.usable() {
		return grant.Grant{}, grant.ErrRefused
	}
	it, refused, err := d.decide(ctx, s.api, s.random, s.table, key.item())
	if err != nil {
		return grant.Grant{}, err
	}
	g, err := decodeGrant(it)
	if err == nil && refused {
		err = grant.ErrRefused
	}
	return g, err
}
