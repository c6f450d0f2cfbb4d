package boot

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/dynamo"
	"lineproof/shared/pin"
	"lineproof/shared/queue"
	"lineproof/shared/secrets"
	"lineproof/shared/sms"
)

// The variables of PIN verification.
const (
	accountsTable = "ACCOUNTS_TABLE"
	ledgersTable  = "LEDGERS_TABLE"
	pinsTable     = "PINS_TABLE"
	// deliveryQueue holds the URL of the queue of due messages.
	deliveryQueue = "DELIVERY_QUEUE"
	// routesVariable holds the origination identities by country, as sms.Routes in JSON.
	routesVariable = "SMS_ROUTES"
	// setVariable names the configuration set that takes delivery events; empty is none.
	setVariable = "SMS_CONFIGURATION_SET"
	// queueEndpoint and messagingEndpoint hold URLs that take the place of AWS's own.
	queueEndpoint     = "AWS_ENDPOINT_URL_SQS"
	messagingEndpoint = "AWS_ENDPOINT_URL_PINPOINT_SMS_VOICE_V2"
)

const batchGet = "dynamodb:BatchGetItem"

// accountsKept is how long an account is not read again, and so how long a change to it may take to count.
const accountsKept = time.Minute

// nobodysKey is the api_key of nobody, for the first read.
const nobodysKey account.Key = 0

// Accounts tells whose a call of the Verify API is; each account is kept for a minute.
func (e *Env) Accounts() account.Authenticator {
	store := dynamo.NewAccounts(e.database(), e.table(accountsTable, get), "")
	e.warm(func(ctx context.Context) error { _, err := store.Account(ctx, nobodysKey); return err })
	if e.plan.accounts == nil {
		e.plan.accounts = &account.Cached{Accounts: store, Keep: accountsKept, Now: e.Now}
	}
	return account.Authenticator{Accounts: e.plan.accounts, Peppers: e.Peppers(), Now: e.Now}
}

// Peppers gives the peppers of accounts' secrets.
func (e *Env) Peppers() func() account.Ring {
	ring := account.Ring(follow(e, secrets.Credentials, secrets.ParseAs(account.NewPepper)))
	return func() account.Ring { return ring }
}

// PINKeys gives the keys from which PINs and request_ids come.
func (e *Env) PINKeys() func() pin.Ring {
	ring := pin.Ring(follow(e, secrets.PINs, secrets.ParseAs(pin.NewKey)))
	return func() pin.Ring { return ring }
}

// Beginnings begins verifications.
func (e *Env) Beginnings() pin.Beginnings {
	return dynamo.NewPins(e.database(), e.table(pinsTable, put, update), e.table(ledgersTable, update), e.Random())
}

// Checks counts codes tried.
func (e *Env) Checks() pin.Checks { return e.pins(update) }

// Controls changes verifications at their owner's wish.
func (e *Env) Controls() pin.Controls { return e.pins(update) }

// Denials keeps the deny list and the blocks of networks.
func (e *Env) Denials() pin.Denials { return e.pins(update) }

// Finder reads verifications.
func (e *Env) Finder() pin.Finder { return e.pins(batchGet) }

func (e *Env) pins(actions ...string) *dynamo.Pins {
	return dynamo.NewPins(e.database(), e.table(pinsTable, actions...), "", e.Random())
}

// Deliveries keeps verifications for the courier.
func (e *Env) Deliveries() pin.Deliveries {
	pins := e.table(pinsTable, batchGet, get, put, update)
	return dynamo.NewPins(e.database(), pins, e.table(ledgersTable, update), e.Random())
}

// Outbox takes messages for the courier.
func (e *Env) Outbox() pin.Outbox {
	return queue.NewOutbox(e.queue(), e.queueURL("sqs:SendMessage"))
}

// Batches hands the courier what the queue brings.
func (e *Env) Batches(deliver func(context.Context, pin.Message, int) error) queue.Batches {
	return queue.Batches{API: e.queue(), URL: e.queueURL("sqs:ChangeMessageVisibility"), Deliver: deliver, Log: e.Log()}
}

func (e *Env) queue() queue.API {
	if e.plan.queue == nil {
		e.plan.queue = queue.NewClient(e.plan.aws(), e.plan.endpoint(queueEndpoint))
	}
	return e.plan.queue
}

func (e *Env) queueURL(actions ...string) string {
	return read(e, resource(deliveryQueue, actions...), parseQueue)
}

// Sender sends messages by AWS End User Messaging; test numbers have outcomes of their own and nobody gets their messages.
func (e *Env) Sender() pin.Sender {
	routes := read(e, resource(routesVariable, "sms-voice:SendTextMessage", "sms-voice:SendVoiceMessage"), parseRoutes)
	if e.plan.messaging == nil {
		e.plan.messaging = sms.NewClient(e.plan.aws(), e.plan.endpoint(messagingEndpoint))
	}
	set := setting(e, setVariable, func(text string) (string, error) { return text, nil })
	return sms.Sandbox{Next: sms.Provider{API: e.plan.messaging, Routes: routes, ConfigurationSet: set, Now: e.Now}}
}

// Routed tells whether a message can leave for a country by a channel.
func (e *Env) Routed() func(country string, c pin.Channel) bool {
	return setting(e, routesVariable, parseRoutes).Reach
}

// Log takes what someone should see.
func (e *Env) Log() *slog.Logger { return slog.Default() }

// parseQueue reads the URL of a queue.
func parseQueue(text string) (string, error) {
	if text == "" {
		return "", errNotSet
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || !strings.HasPrefix(u.Scheme, "http") {
		return "", errors.New("not the URL of a queue")
	}
	return text, nil
}

// parseRoutes reads origination identities by country; empty reaches nobody.
func parseRoutes(text string) (sms.Routes, error) {
	if text == "" {
		return sms.Routes{}, nil
	}
	var routes sms.Routes
	if json.Unmarshal([]byte(text), &routes) != nil {
		return nil, errors.New("not a JSON object of routes by country")
	}
	return routes, nil
}
