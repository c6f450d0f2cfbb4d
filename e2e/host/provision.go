package host

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	sfntypes "github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"lineproof/e2e/bundle"
)

// patience is how long a call to a service of this machine may take.
const patience = 60 * time.Second

// config is that of the clients by which this host makes resources.
func config() aws.Config {
	return aws.Config{
		Region: region, Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
		HTTPClient: awshttp.NewBuildableClient().WithTimeout(patience).WithDialerOptions(func(d *net.Dialer) { d.Timeout = patience }),
	}
}

// DynamoDB gives a client of the cloud's tables, and the functions below one of its other services.
func (c *Cloud) DynamoDB() *dynamodb.Client {
	return dynamodb.NewFromConfig(config(), func(o *dynamodb.Options) { o.BaseEndpoint = &c.Database })
}

// SQS gives a client of the cloud's queues.
func (c *Cloud) SQS() *sqs.Client {
	return sqs.NewFromConfig(config(), func(o *sqs.Options) { o.BaseEndpoint = &c.Services })
}

// Secrets gives a client of the cloud's secrets.
func (c *Cloud) Secrets() *secretsmanager.Client {
	return secretsmanager.NewFromConfig(config(), func(o *secretsmanager.Options) { o.BaseEndpoint = &c.Services })
}

// StepFunctions gives a client of the cloud's state machines.
func (c *Cloud) StepFunctions() *sfn.Client {
	return sfn.NewFromConfig(config(), func(o *sfn.Options) { o.BaseEndpoint = &c.Services })
}

// provision makes the template's resources that functions use, in an order in which each finds what
// it refers to.
func (h *Host) provision(ctx context.Context, s *scope, given map[string][]byte) (map[string]physical, error) {
	if err := h.addressAPI(s); err != nil {
		return nil, err
	}
	for _, step := range []struct {
		kind string
		make func(context.Context, string, map[string]any) (physical, error)
	}{
		{typeTable, h.table},
		{typeSecret, func(ctx context.Context, logical string, p map[string]any) (physical, error) {
			return h.secret(ctx, logical, p, given[logical])
		}},
		{typeQueue, h.queue},
		{typeMachine, h.machine},
	} {
		names, err := s.of(step.kind)
		if err != nil {
			return nil, err
		}
		if step.kind == typeQueue {
			names = deadLettersFirst(s, names)
		}
		for _, logical := range names {
			properties, err := s.properties(logical)
			if err != nil {
				return nil, err
			}
			if s.resources[logical], err = step.make(ctx, logical, properties); err != nil {
				return nil, fmt.Errorf("host: make %s: %w", logical, err)
			}
		}
	}
	return s.resources, nil
}

// addressAPI gives the API its identifier, and every function its ARN.
func (h *Host) addressAPI(s *scope) error {
	apis, err := s.of(typeAPI)
	if err != nil {
		return err
	}
	functions, err := s.of(typeFunction)
	if err != nil {
		return err
	}
	for _, logical := range apis {
		s.resources[logical] = physical{ref: apiID}
	}
	for _, logical := range functions {
		name := h.stack + "-" + kebab(logical)
		arn := "arn:aws:lambda:" + region + ":" + accountID + ":function:" + name
		s.resources[logical] = physical{name, map[string]string{"Arn": arn}}
		s.resources[logical+".Alias"] = physical{ref: arn + ":live"}
	}
	return s.nameMachines()
}

// nameMachines tells the ARNs of state machines before these are made, for functions and policies
// refer to them.
func (s *scope) nameMachines() error {
	machines, err := s.of(typeMachine)
	if err != nil {
		return err
	}
	for _, logical := range machines {
		name, err := s.value(s.template.Resources[logical].Properties["Name"])
		if err != nil {
			return err
		}
		arn := "arn:aws:states:" + region + ":" + accountID + ":stateMachine:" + fmt.Sprint(name)
		s.resources[logical] = physical{arn, map[string]string{"Arn": arn, "Name": fmt.Sprint(name)}}
	}
	return nil
}

// deadLettersFirst sorts the queues that have no redrive policy before those that have.
func deadLettersFirst(s *scope, names []string) []string {
	var first, then []string
	for _, name := range names {
		if s.template.Resources[name].Properties["RedrivePolicy"] == nil {
			first = append(first, name)
		} else {
			then = append(then, name)
		}
	}
	return append(first, then...)
}

func (h *Host) table(ctx context.Context, logical string, p map[string]any) (physical, error) {
	name := h.stack + "-" + logical
	in := &dynamodb.CreateTableInput{TableName: &name, BillingMode: types.BillingModePayPerRequest}
	if err := recode(p["AttributeDefinitions"], &in.AttributeDefinitions); err != nil {
		return physical{}, err
	}
	if err := recode(p["KeySchema"], &in.KeySchema); err != nil {
		return physical{}, err
	}
	client := h.cloud.DynamoDB()
	if _, err := client.CreateTable(ctx, in); err != nil {
		return physical{}, err
	}
	err := dynamodb.NewTableExistsWaiter(client).Wait(ctx, &dynamodb.DescribeTableInput{TableName: &name}, patience)
	return physical{name, map[string]string{"Arn": "arn:aws:dynamodb:" + region + ":" + accountID + ":table/" + name}}, err
}

// recode reads a property into the SDK's type, whose members have the same names.
func recode(from, to any) error {
	text, err := json.Marshal(from)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, to)
}

func (h *Host) secret(ctx context.Context, logical string, p map[string]any, content []byte) (physical, error) {
	text := string(content)
	if content == nil {
		text, _ = p["SecretString"].(string)
	}
	if text == "" {
		text = newRequestID() + newRequestID() // GenerateSecretString
	}
	made, err := h.cloud.Secrets().CreateSecret(ctx, &secretsmanager.CreateSecretInput{Name: aws.String(h.stack + "/" + logical), SecretString: &text})
	if err != nil {
		return physical{}, err
	}
	return physical{*made.ARN, map[string]string{"Id": *made.ARN}}, nil
}

func (h *Host) queue(ctx context.Context, logical string, p map[string]any) (physical, error) {
	attributes := map[string]string{}
	for _, name := range []string{"VisibilityTimeout", "MessageRetentionPeriod", "DelaySeconds", "RedrivePolicy"} {
		switch value := p[name].(type) {
		case nil:
		case map[string]any:
			text, _ := json.Marshal(value)
			attributes[name] = string(text)
		default:
			attributes[name] = fmt.Sprint(value)
		}
	}
	name := h.stack + "-" + logical
	made, err := h.cloud.SQS().CreateQueue(ctx, &sqs.CreateQueueInput{QueueName: &name, Attributes: attributes})
	if err != nil {
		return physical{}, err
	}
	arn := "arn:aws:sqs:" + region + ":" + accountID + ":" + name
	return physical{*made.QueueUrl, map[string]string{"Arn": arn, "QueueName": name}}, nil
}

// machine makes a state machine of its file, with the substitutions that the template names.
func (h *Host) machine(ctx context.Context, _ string, p map[string]any) (physical, error) {
	definition, err := os.ReadFile(filepath.Join(bundle.Root(), fmt.Sprint(p["DefinitionUri"])))
	if err != nil {
		return physical{}, err
	}
	text := string(definition)
	substitutions, _ := p["DefinitionSubstitutions"].(map[string]any)
	for name, value := range substitutions {
		text = strings.ReplaceAll(text, "${"+name+"}", fmt.Sprint(value))
	}
	if strings.Contains(text, "${") {
		return physical{}, errors.New("a substitution is missing")
	}
	name := fmt.Sprint(p["Name"])
	made, err := h.cloud.StepFunctions().CreateStateMachine(ctx, &sfn.CreateStateMachineInput{
		Name: &name, Definition: &text, RoleArn: aws.String("arn:aws:iam::" + accountID + ":role/local"), Type: sfntypes.StateMachineTypeStandard,
	})
	if err != nil {
		return physical{}, err
	}
	return physical{*made.StateMachineArn, map[string]string{"Arn": *made.StateMachineArn, "Name": name}}, nil
}

// endpoints are the variables by which AWS's SDKs find the cloud.
func (h *Host) endpoints() map[string]string {
	return map[string]string{
		"AWS_ENDPOINT_URL_DYNAMODB":              h.store.url,
		"AWS_ENDPOINT_URL_SECRETS_MANAGER":       h.cloud.Services,
		"AWS_ENDPOINT_URL_SQS":                   h.cloud.Services,
		"AWS_ENDPOINT_URL_SFN":                   h.cloud.Services,
		"AWS_ENDPOINT_URL_EVENTBRIDGE":           h.cloud.Services,
		"AWS_ENDPOINT_URL_PINPOINT_SMS_VOICE_V2": h.provider.url,
	}
}
