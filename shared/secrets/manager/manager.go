// Package manager reads a deployment's secrets from AWS Secrets Manager, and writes them for the
// function that rotates them. It is the only importer of that client.
package manager

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"lineproof/shared/awscall"
	"lineproof/shared/secrets"
)

// Manager is a secrets.Source.
type Manager struct {
	client *secretsmanager.Client
	arns   map[secrets.Name]string
}

// New gives the source that finds each secret under its ARN (or name). The client's retries and
// timeouts are the caller's choice.
func New(client *secretsmanager.Client, arns map[secrets.Name]string) *Manager {
	return &Manager{client, arns}
}

// Get gives the current version of the secret. It fails with secrets.ErrNotFound when no ARN is
// known for the name or nothing is stored there. Its errors hold the service's error code alone,
// because a transport error could hold a request.
func (m *Manager) Get(ctx context.Context, name secrets.Name) ([]byte, error) {
	arn := m.arns[name]
	return m.get(ctx, name, &secretsmanager.GetSecretValueInput{SecretId: &arn})
}

func (m *Manager) get(
	ctx context.Context, name secrets.Name, in *secretsmanager.GetSecretValueInput,
) ([]byte, error) {
	if *in.SecretId == "" {
		return nil, fmt.Errorf("secrets: get %s: %w", name, secrets.ErrNotFound)
	}
	out, err := m.client.GetSecretValue(ctx, in)
	if err != nil {
		return nil, fmt.Errorf("secrets: get %s: %w", name, explain(err))
	}
	if out.SecretString != nil {
		return []byte(*out.SecretString), nil
	}
	return out.SecretBinary, nil
}

// explain gives what may be told of a client's error.
func explain(err error) error {
	var missing *types.ResourceNotFoundException
	if errors.As(err, &missing) {
		return secrets.ErrNotFound
	}
	return awscall.Cause(err)
}
