package otp

import (
	"context"
	"io"
	"net/http"
	"time"
	"unicode/utf8"

	"lineproof/shared/account"
	"lineproof/shared/fault"
	"lineproof/shared/grant"
	"lineproof/shared/phone"
	"lineproof/shared/verification"
)

// The members of the bodies.
const (
	fieldNumber  = "phoneNumber"
	fieldMessage = "message"
	fieldID      = "authenticationId"
	fieldCode    = "code"
)

// The longest values, in characters: of a template, before it is filled in, and of a code.
const (
	maxMessage = 160
	maxCode    = 10
)

// What a one-time password is: documents leave it to the operator.
const (
	codeDigits = 6
	codeLife   = 300 * time.Second
)

// Reader knows numbers and messages.
type Reader struct {
	// Line reads a number in E.164. It fails when no such number can exist.
	Line func(number, country string) (verification.Line, error)
	// Segments returns how many messages a text is sent as.
	Segments func(text string) int
}

// sending is a body of sendCode.
type sending struct {
	number phone.Number
	text   verification.Text
}

// readSend reads the body.
func readSend(r *http.Request) (sending, error) {
	members, err := object(r, fieldNumber, fieldMessage)
	if err != nil {
		return sending{}, err
	}
	written, err := members.Text(fieldNumber)
	if err != nil {
		return sending{}, err
	}
	number, err := phone.Parse(written)
	if err != nil {
		return sending{}, fault.In(fault.InvalidField, fieldNumber)
	}
	template, err := members.Text(fieldMessage)
	if err != nil {
		return sending{}, err
	}
	text, good := verification.ParseText(template)
	if !good || utf8.RuneCountInString(template) > maxMessage {
		return sending{}, fault.In(fault.InvalidField, fieldMessage)
	}
	return sending{number, text}, nil
}

// order makes the verification that is asked for: one SMS to a line that takes any. It fails with a
// fault.InvalidField for a text that the terms keep out of messages, and with a
// fault.UnsupportedNetwork for a number that cannot exist, or that the client may not see.
func (r Reader) order(
	asked sending, client grant.Client, t account.Terms,
) (verification.Order, error) {
	if t.PlainBrand && asked.text.Leads(codeDigits) {
		return verification.Order{}, fault.In(fault.InvalidField, fieldMessage)
	}
	line, err := r.Line(asked.number.E164(), "")
	if err != nil || !client.Sees(line.Number) {
		return verification.Order{}, fault.New(fault.UnsupportedNetwork)
	}
	return verification.Order{
		Line:   line,
		Digits: codeDigits,
		Type:   verification.Mobile,
		Policy: verification.Supersede,
		Plan: verification.Plan{
			Steps: []verification.Step{{Channel: verification.SMS, Means: verification.Means{
				Text: asked.text, Segments: r.Segments(asked.text.Sample(codeDigits)),
			}}},
			Expiry: codeLife,
		},
	}, nil
}

// begin begins it. A failure names no parameter of another wire.
func begin(
	ctx context.Context, requester verification.Requester, c verification.Caller,
	o verification.Order, random io.Reader,
) (string, error) {
	nonce, err := requester.NewNonce(c, o, random)
	if err != nil {
		return "", err
	}
	id, err := requester.Request(ctx, c, o, nonce)
	if err == nil {
		return id, nil
	}
	failure := *fault.As(err)
	failure.Param = ""
	return "", &failure
}
