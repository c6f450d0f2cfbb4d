package boot

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"

	"lineproof/shared/dynamo"
	"lineproof/shared/secrets"
	"lineproof/shared/secrets/rotation"
)

// The IAM actions of a rotation.
const (
	describeSecret = "secretsmanager:DescribeSecret"
	putSecret      = "secretsmanager:PutSecretValue"
	promoteSecret  = "secretsmanager:UpdateSecretVersionStage"
)

var errForeignSecret = errors.New("boot: a secret that is not ours")

// Rotations runs the function that Secrets Manager invokes for each step of a rotation. Rotations
// never returns.
func Rotations(name string, build func(*Env) rotation.Rotator) {
	Direct(name, func(e *Env) Answerer { return stepper(e.plan, build(e)) })
}

// stepper gives what takes the step of an event.
func stepper(p *plan, rotator rotation.Rotator) Answerer {
	return func(ctx context.Context, payload []byte) ([]byte, error) {
		var event events.SecretsManagerSecretRotationEvent
		if json.Unmarshal(payload, &event) != nil {
			return nil, errEvent
		}
		name, ours := p.named(event.SecretID)
		if !ours {
			return nil, errForeignSecret
		}
		err := rotator.Step(ctx, event.Step, name, event.ClientRequestToken)
		slog.InfoContext(
			ctx, "rotation", "secret", string(name), "step", known(event.Step), "done", err == nil,
		)
		return []byte("null"), err
	}
}

// known gives a step that is one: what else an event holds is not for the log.
func known(step string) string {
	switch step {
	case rotation.Create, rotation.Set, rotation.Test, rotation.Finish:
		return step
	default:
		return "unknown"
	}
}

// named gives the name of the secret that has the ARN.
func (p *plan) named(arn string) (secrets.Name, bool) {
	for name, configured := range p.arns {
		if configured == arn && arn != "" {
			return name, true
		}
	}
	return "", false
}

// SecretStore keeps the secrets that rotate in what open opens.
func SecretStore[S rotation.SecretStore](
	e *Env, open func(aws.Config, map[secrets.Name]string) S,
) rotation.SecretStore {
	for _, name := range rotation.Names() {
		e.stored(name, describeSecret, getSecret, putSecret, promoteSecret)
	}
	return open(e.plan.aws(secretsEndpoint), e.plan.arns)
}

// KeyPublishers publish what others need of the secrets that rotate: the public half of the signing
// keys in the table KeySets, read where all writes have arrived, and what reads request_ids in a
// secret, which stands in what open opens.
func KeyPublishers[P rotation.KeyPublisher](
	e *Env, open func(aws.Config, map[secrets.Name]string) P,
) map[secrets.Name]rotation.KeyPublisher {
	e.stored(secrets.RequestIDs, getSecret, putSecret)
	sets := e.table(keySetsTable, get, put)
	return map[secrets.Name]rotation.KeyPublisher{
		secrets.Verification: dynamo.NewKeySets(dynamo.Consistent(e.database()), sets),
		secrets.RequestIDs:   open(e.plan.aws(secretsEndpoint), e.plan.arns),
	}
}

func (e *Env) stored(name secrets.Name, actions ...string) {
	arn := read(e, resource(variableOf(name), actions...), parseARN)
	if !e.plan.sealed {
		e.plan.arns[name] = arn
	}
}
