package dynamo

import (
	"encoding/json"
	"fmt"

	"lineproof/shared/account"
	"lineproof/shared/fault"
)

// accountMembers is an account as accountRecord holds it (see the package's documentation). Its
// tags are what stands in records, whatever the fields of account.Account are called.
type accountMembers struct {
	Key         account.Key    `json:"Key"`
	Secrets     []hashMembers  `json:"Secrets"`
	Signature   []byte         `json:"Signature"`
	Method      account.Method `json:"Method"`
	Barred      bool           `json:"Barred"`
	Demo        bool           `json:"Demo"`
	DemoNumbers []hashMembers  `json:"DemoNumbers"`
	StatusURL   string         `json:"StatusURL"`
	Terms       termsMembers   `json:"Terms"`
}

// hashMembers is an account.Hash.
type hashMembers struct {
	Version uint32 `json:"Version"`
	Sum     []byte `json:"Sum"`
}

// termsMembers is an account.Terms.
type termsMembers struct {
	PerSecond            int      `json:"PerSecond"`
	PerDay               int      `json:"PerDay"`
	PerNumber            int      `json:"PerNumber"`
	PerNetwork           int      `json:"PerNetwork"`
	PerAddress           int      `json:"PerAddress"`
	NumberRequests       int      `json:"NumberRequests"`
	NumberMessages       int      `json:"NumberMessages"`
	NumberMessagesPerDay int      `json:"NumberMessagesPerDay"`
	NumberPause          int      `json:"NumberPause"`
	NumberFailures       int      `json:"NumberFailures"`
	SpendPerDay          int64    `json:"SpendPerDay"`
	MessageCostPerDay    int64    `json:"MessageCostPerDay"`
	NetworkCostPerDay    int64    `json:"NetworkCostPerDay"`
	Price                int64    `json:"Price"`
	SMSPrice             int64    `json:"SMSPrice"`
	VoicePrice           int64    `json:"VoicePrice"`
	Prepaid              bool     `json:"Prepaid"`
	Conversion           int      `json:"Conversion"`
	Sample               int      `json:"Sample"`
	Strict               bool     `json:"Strict"`
	Countries            []string `json:"Countries"`
	LineTypes            []string `json:"LineTypes"`
	Domain               string   `json:"Domain"`
	AppHash              string   `json:"AppHash"`
	PlainBrand           bool     `json:"PlainBrand"`
	Templates            bool     `json:"Templates"`
	NoFraudCheck         bool     `json:"NoFraudCheck"`
	Brand                string   `json:"Brand"`
	Codeless             bool     `json:"Codeless"`
}

// encodeAccount returns the item of an account as it stands after its next write.
func encodeAccount(a account.Account) (item, error) {
	record, err := json.Marshal(accountMembers{
		Key:         a.Key,
		Secrets:     each(a.Secrets, newHashMembers),
		Signature:   a.Signature,
		Method:      a.Method,
		Barred:      a.Barred,
		Demo:        a.Demo,
		DemoNumbers: each(a.DemoNumbers, newHashMembers),
		StatusURL:   a.StatusURL,
		Terms:       termsMembers(a.Terms),
	})
	if err != nil {
		return nil, fmt.Errorf("dynamo: encode account: %w", fault.New(fault.Internal))
	}
	it := accountKey(a.Key).item()
	it[accountRecord], it[accountRevision] = text(string(record)), integer(a.Revision+1)
	return it, nil
}

func decodeAccount(it item) (account.Account, error) {
	d := &decoder{item: it}
	var m accountMembers
	if err := json.Unmarshal([]byte(d.text(accountRecord)), &m); err != nil {
		d.fail(accountRecord)
	}
	a := account.Account{
		Key:         m.Key,
		Secrets:     each(m.Secrets, hashMembers.hash),
		Signature:   m.Signature,
		Method:      m.Method,
		Barred:      m.Barred,
		Demo:        m.Demo,
		DemoNumbers: each(m.DemoNumbers, hashMembers.hash),
		StatusURL:   m.StatusURL,
		Terms:       account.Terms(m.Terms),
		Revision:    d.integer(accountRevision),
	}
	if err := d.err(); err != nil {
		return account.Account{}, err
	}
	return a, nil
}

func newHashMembers(h account.Hash) hashMembers { return hashMembers(h) }

func (h hashMembers) hash() account.Hash { return account.Hash(h) }

// each returns what convert makes of the elements; nil of nil, which JSON tells from an empty list.
func each[A, B any](list []A, convert func(A) B) []B {
	if list == nil {
		return nil
	}
	converted := make([]B, len(list))
	for i, a := range list {
		converted[i] = convert(a)
	}
	return converted
}
