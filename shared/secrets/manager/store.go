package manager

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"lineproof/shared/secrets"
)

// The staging labels of Secrets Manager.
const (
	labelCurrent  = "AWSCURRENT"
	labelPending  = "AWSPENDING"
	labelPrevious = "AWSPREVIOUS"
)

// Store is a Manager that can write, for the function that rotates. Its errors hold what a
// Manager's do.
type Store struct{ *Manager }

// NewStore returns the store that finds each secret under its ARN (or name).
func NewStore(client *secretsmanager.Client, arns map[secrets.Name]string) Store {
	return Store{New(client, arns)}
}

// Versions tells how the versions of a secret stand.
func (s Store) Versions(ctx context.Context, name secrets.Name) (secrets.Versions, error) {
	in := &secretsmanager.DescribeSecretInput{SecretId: s.id(name)}
	out, err := s.client.DescribeSecret(ctx, in)
	if err != nil {
		return secrets.Versions{}, fmt.Errorf("secrets: describe %s: %w", name, explain(err))
	}
	labelled := func(label string) string {
		for version, labels := range out.VersionIdsToStages {
			if slices.Contains(labels, label) {
				return version
			}
		}
		return ""
	}
	return secrets.Versions{
		Current: labelled(labelCurrent), Previous: labelled(labelPrevious),
		Pending: labelled(labelPending), Rotated: aws.ToTime(out.LastRotatedDate),
	}, nil
}

// Version gives the value of a version, or secrets.ErrNotFound when it has none yet.
func (s Store) Version(ctx context.Context, name secrets.Name, version string) ([]byte, error) {
	return s.get(ctx, name, &secretsmanager.GetSecretValueInput{
		SecretId: s.id(name), VersionId: &version,
	})
}

// Put gives the pending version its value. Repeating it changes nothing.
func (s Store) Put(ctx context.Context, name secrets.Name, version string, value []byte) error {
	return s.put(ctx, name, value, &secretsmanager.PutSecretValueInput{
		ClientRequestToken: &version, VersionStages: []string{labelPending},
	})
}

// Publish puts a value in the place of the current one of a secret that has no rotation of its own.
// Repeated, it makes one more version of the same value.
func (s Store) Publish(ctx context.Context, name secrets.Name, value []byte) error {
	return s.put(ctx, name, value, &secretsmanager.PutSecretValueInput{})
}

// Replace puts a value in the place of the current one of a secret that has no rotation of its own,
// or fails with secrets.ErrChanged when another is current than in versions, which the value was
// made from. Of many who replace one at once, one does; repeated, the same call changes nothing.
func (s Store) Replace(
	ctx context.Context, name secrets.Name, value []byte, versions secrets.Versions,
) error {
	return s.put(ctx, name, value, &secretsmanager.PutSecretValueInput{
		ClientRequestToken: aws.String(successor(versions)),
	})
}

// successor names the version that takes the place of the current one. Secrets Manager takes each
// name for one value alone, so of two values that are to follow the same it takes the first. The
// version before is in the name, because a version that was made current again has had a successor.
func successor(v secrets.Versions) string {
	sum := sha256.Sum256([]byte(v.Current + " " + v.Previous))
	return hex.EncodeToString(sum[:])
}

func (s Store) put(
	ctx context.Context, name secrets.Name, value []byte, in *secretsmanager.PutSecretValueInput,
) error {
	in.SecretId, in.SecretString = s.id(name), aws.String(string(value))
	_, err := s.client.PutSecretValue(ctx, in)
	var taken *types.ResourceExistsException
	switch {
	case errors.As(err, &taken):
		return fmt.Errorf("secrets: put %s: %w", name, secrets.ErrChanged)
	case err != nil:
		return fmt.Errorf("secrets: put %s: %w", name, explain(err))
	}
	return nil
}

// Promote makes a version current in place of another, or of none.
func (s Store) Promote(ctx context.Context, name secrets.Name, version, instead string) error {
	in := &secretsmanager.UpdateSecretVersionStageInput{
		SecretId: s.id(name), VersionStage: aws.String(labelCurrent), MoveToVersionId: &version,
	}
	if instead != "" {
		in.RemoveFromVersionId = &instead
	}
	if _, err := s.client.UpdateSecretVersionStage(ctx, in); err != nil {
		return fmt.Errorf("secrets: promote %s: %w", name, explain(err))
	}
	return nil
}

func (s Store) id(name secrets.Name) *string { return aws.String(s.arns[name]) }
