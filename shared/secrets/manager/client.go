package manager

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"lineproof/shared/awscall"
	"lineproof/shared/secrets"
)

// Open returns the source that finds each secret under its ARN (or name), over a client of cfg.
func Open(cfg aws.Config, arns map[secrets.Name]string) secrets.Source {
	return New(NewClient(cfg), arns)
}

// OpenStore returns the same as a store that can write.
func OpenStore(cfg aws.Config, arns map[secrets.Name]string) Store {
	return NewStore(NewClient(cfg), arns)
}

// NewClient gives a client of the region, credentials and endpoint of cfg. Its calls end after at
// most 3.1 s: two tries of 1.5 s each, unless cfg brings an HTTP client with limits of its own.
func NewClient(cfg aws.Config) *secretsmanager.Client {
	return secretsmanager.NewFromConfig(awscall.Limited(cfg, 2, 1500*time.Millisecond))
}
