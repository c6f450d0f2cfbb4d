// Package provider sends messages by AWS End User Messaging, whose client nothing else imports: it
// is the dearest of all packages to compile and link.
//
// An answer is one of four, and which one decides whether a message may be handed over again (see
// verification.Outcome). What is refused has a reason, and which one decides whether the next
// message is handed over at all (see verification.Reason).
package provider

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	eum "github.com/aws/aws-sdk-go-v2/service/pinpointsmsvoicev2"
	"github.com/aws/aws-sdk-go-v2/service/pinpointsmsvoicev2/types"

	"lineproof/shared/awscall"
	"lineproof/shared/sms"
	"lineproof/shared/verification"
)

// API is what the sender calls of an End User Messaging client.
type API interface {
	SendTextMessage(
		context.Context, *eum.SendTextMessageInput, ...func(*eum.Options),
	) (*eum.SendTextMessageOutput, error)
	SendVoiceMessage(
		context.Context, *eum.SendVoiceMessageInput, ...func(*eum.Options),
	) (*eum.SendVoiceMessageOutput, error)
}

// NewClient gives a client of the region, credentials and endpoint of cfg that never repeats a
// call: a repetition could send twice.
func NewClient(cfg aws.Config) *eum.Client {
	return eum.NewFromConfig(awscall.Limited(cfg, 1, 5*time.Second))
}

// Sender is a verification.Sender over AWS End User Messaging.
type Sender struct {
	// API is the client.
	API API
	// Routes say whence messages leave.
	Routes sms.Routes
	// ConfigurationSet names the set that takes delivery events; empty for none.
	ConfigurationSet string
	// Now tells the time.
	Now func() time.Time
}

// leastTTL is the shortest time to live that End User Messaging takes.
const leastTTL = 5 * time.Second

// Send hands one message over, once.
func (s Sender) Send(ctx context.Context, n verification.OutboundMessage) verification.SendResult {
	route := s.Routes.Of(n.Country)
	from := route.Identity(n.Channel, n.Sender)
	ttl := int32(max(n.Expires.Sub(s.Now()), leastTTL) / time.Second)
	switch {
	case from == "":
		return unsent(verification.Refused, verification.Unrouted)
	case n.Channel == verification.Voice:
		return s.speak(ctx, n, from, ttl)
	default:
		return s.text(ctx, n, from, ttl, route.Registered(n).Parameters())
	}
}

// text sends an SMS. Its time to live is the PIN's: a phone that was off does not get a dead one.
func (s Sender) text(
	ctx context.Context, n verification.OutboundMessage, from string, ttl int32,
	parameters map[string]string,
) verification.SendResult {
	out, err := s.API.SendTextMessage(ctx, &eum.SendTextMessageInput{
		DestinationPhoneNumber:       aws.String(n.To.E164()),
		OriginationIdentity:          &from,
		MessageType:                  types.MessageTypeTransactional,
		MessageBody:                  aws.String(sms.Text(n)),
		TimeToLive:                   &ttl,
		ConfigurationSetName:         s.configurationSet(),
		DestinationCountryParameters: parameters,
	})
	if err != nil {
		return failed(err)
	}
	return accepted(out.MessageId)
}

func (s Sender) speak(
	ctx context.Context, n verification.OutboundMessage, from string, ttl int32,
) verification.SendResult {
	spoken := sms.Speech(n)
	out, err := s.API.SendVoiceMessage(ctx, &eum.SendVoiceMessageInput{
		DestinationPhoneNumber: aws.String(n.To.E164()),
		OriginationIdentity:    &from,
		MessageBody:            &spoken.SSML,
		MessageBodyTextType:    types.VoiceMessageBodyTextTypeSsml,
		VoiceId:                types.VoiceId(spoken.Voice),
		TimeToLive:             &ttl,
		ConfigurationSetName:   s.configurationSet(),
	})
	if err != nil {
		return failed(err)
	}
	return accepted(out.MessageId)
}

func (s Sender) configurationSet() *string {
	if s.ConfigurationSet == "" {
		return nil
	}
	return &s.ConfigurationSet
}

func accepted(id *string) verification.SendResult {
	return verification.SendResult{
		Outcome: verification.Accepted, Message: aws.ToString(id), Reason: "",
	}
}

// failed tells what became of a message whose call failed, and why. Only a provider that says no
// has surely not sent it; where nothing says so, it may be on its way.
func failed(err error) verification.SendResult {
	var throttled *types.ThrottlingException
	var answer *awshttp.ResponseError
	var dial *net.OpError
	switch {
	case errors.As(err, &throttled):
		return unsent(verification.Throttled, verification.Throttling)
	case errors.As(err, &dial) && dial.Op == "dial": // nothing was said to anyone
		return unsent(verification.Throttled, verification.Unreached)
	case errors.As(err, &answer):
		return answered(answer.HTTPStatusCode(), err)
	default:
		return unsent(verification.Unknown, "")
	}
}

func answered(status int, err error) verification.SendResult {
	switch {
	case status == http.StatusTooManyRequests:
		return unsent(verification.Throttled, verification.Throttling)
	case status >= 400 && status < 500:
		return unsent(verification.Refused, reason(err))
	default:
		return unsent(verification.Unknown, "")
	}
}

func unsent(o verification.Outcome, why verification.Reason) verification.SendResult {
	return verification.SendResult{Outcome: o, Message: "", Reason: why}
}
