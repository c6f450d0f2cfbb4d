package dynamo

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lineproof/shared/account"
	"lineproof/shared/template"
)

// Templates is a template.Store. An account's book is an item, whose conditional write decides
// every change; a fragment is another, which comes and goes in one transaction with that write.
type Templates struct {
	api   TransactAPI
	table string
}

// NewTemplates returns the store in the named table. Whoever changes templates reads them where all
// writes have arrived (see [Consistent]).
func NewTemplates(api TransactAPI, table string) *Templates { return &Templates{api, table} }

// Book returns the account's book: a read unit for each 4 KB, or half of it.
func (s *Templates) Book(ctx context.Context, k account.Key) (template.Book, error) {
	it, err := s.get(ctx, "read templates", bookKey(k))
	if err != nil {
		return template.Book{}, err
	}
	return standing(k, it)
}

// Fragment returns the fragment of that key, or template.ErrNotFound: as much again.
func (s *Templates) Fragment(ctx context.Context, k template.Key) (template.Fragment, error) {
	it, err := s.get(ctx, "read fragment", fragmentKey(k))
	if err != nil {
		return template.Fragment{}, err
	}
	if len(it) == 0 {
		return template.Fragment{}, template.ErrNotFound
	}
	return decodeFragment(it)
}

func (s *Templates) get(ctx context.Context, operation string, k templateKey) (item, error) {
	out, err := s.api.GetItem(ctx, &dynamodb.GetItemInput{TableName: &s.table, Key: k.item()})
	if err != nil {
		return nil, failed(operation, err)
	}
	return out.Item, nil
}

// Fragments returns all fragments of an account's template, where all writes have arrived: a read
// unit for each 4 KB, in one request as a rule.
func (s *Templates) Fragments(
	ctx context.Context, k account.Key, id string,
) (all []template.Fragment, err error) {
	pages := dynamodb.NewQueryPaginator(s.api, &dynamodb.QueryInput{
		TableName: &s.table, ConsistentRead: aws.Bool(true),
		KeyConditionExpression: aws.String(
			accountID + " = :account AND begins_with(" + templatePart + ", :template)",
		),
		ExpressionAttributeValues: item{
			":account": text(k.String()), ":template": text(fragmentsPrefix(id)),
		},
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, failed("read fragments", err)
		}
		for _, it := range page.Items {
			f, err := decodeFragment(it)
			if err != nil {
				return nil, err
			}
			all = append(all, f)
		}
	}
	return all, nil
}

// Put makes a change on the condition that the book stands as it was read.
func (s *Templates) Put(ctx context.Context, c template.Change) error {
	book, err := encodeBook(c.Book)
	if err != nil {
		return err
	}
	if c.Added == nil && c.Removed == (template.Key{}) {
		return s.replaceBook(ctx, c.Book, book)
	}
	err = carryOut(ctx, "put fragment", writeAll(s.api), func() ([]write, error) {
		return append([]write{s.bookWrite(c.Book, book)}, s.fragmentWrites(c)...), nil
	})
	if errors.Is(err, errWritten) {
		return nil
	}
	return err
}

// replaceBook writes a book alone.
func (s *Templates) replaceBook(ctx context.Context, b template.Book, it item) error {
	stands, err := replace(ctx, s.api, "put templates", s.table, it, templateRevision, b.Revision)
	if len(stands) == 0 {
		return err
	}
	return judgeBook(b, stands)
}

// judgeBook fails unless what stands is what this change made of the book.
func judgeBook(b template.Book, stands item) error {
	other, err := standing(b.Account, stands)
	if err == nil {
		_, err = b.After(other)
	}
	return err
}

// bookWrite writes the book in a transaction.
func (s *Templates) bookWrite(b template.Book, it item) write {
	put := &types.Put{
		TableName: &s.table, Item: it,
		ConditionExpression: aws.String(
			"attribute_not_exists(" + templateRevision + ")",
		),
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}
	if b.Revision != 0 {
		put.ConditionExpression = aws.String(templateRevision + " = :read")
		put.ExpressionAttributeValues = item{":read": integer(b.Revision)}
	}
	var stands item
	return write{
		op:    types.TransactWriteItem{Put: put},
		learn: func(old item) error { stands = old; return nil },
		judge: func() error {
			if err := judgeBook(b, stands); err != nil {
				return err
			}
			return errWritten
		},
	}
}

// fragmentWrites write what comes and goes with a book. They have no condition: the book's decides.
func (s *Templates) fragmentWrites(c template.Change) []write {
	var writes []write
	if c.Added != nil {
		writes = append(writes, write{op: types.TransactWriteItem{Put: &types.Put{
			TableName: &s.table, Item: encodeFragment(*c.Added),
		}}})
	}
	if c.Removed != (template.Key{}) {
		writes = append(writes, write{op: types.TransactWriteItem{Delete: &types.Delete{
			TableName: &s.table, Key: fragmentKey(c.Removed).item(),
		}}})
	}
	return writes
}

// Rewrite gives a fragment other words on the condition that it exists.
func (s *Templates) Rewrite(
	ctx context.Context, k template.Key, words template.Text, now time.Time,
) (template.Fragment, error) {
	out, err := s.api.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: fragmentKey(k).item(),
		ConditionExpression: aws.String("attribute_exists(" + accountID + ")"),
		UpdateExpression: aws.String(
			"SET " + fragmentText + " = :words, " + updatedAt + " = :now",
		),
		ExpressionAttributeValues: item{
			":words": text(words.Written()), ":now": moment(now),
		},
		ReturnValues: types.ReturnValueAllNew,
	})
	if _, missing := refusal(err); missing {
		return template.Fragment{}, template.ErrNotFound
	}
	if err != nil {
		return template.Fragment{}, failed("rewrite fragment", err)
	}
	return decodeFragment(out.Attributes)
}
