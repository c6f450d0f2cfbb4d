package provider_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/pinpointsmsvoicev2/types"

	"lineproof/shared/phone"
	"lineproof/shared/sms"
	"lineproof/shared/sms/provider"
	"lineproof/shared/verification"
)

var now = time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)

func clock() time.Time { return now }

func number(t *testing.T, digits string) phone.Number {
	t.Helper()
	n, err := phone.ParseDigits(digits)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func notice(t *testing.T, c verification.Channel) verification.OutboundMessage {
	t.Helper()
	return verification.OutboundMessage{
		To: number(t, "447700900123"), Country: "GB", Channel: c, RequestID: "id", Event: 1, Sender: "ACME", Brand: "Acme",
		Locale: "en-gb", PIN: verification.NewPIN("482913"), Expires: now.Add(299 * time.Second), Validity: 299 * time.Second,
	}
}

// sender returns a sender to a service that answers with handler.
func sender(t *testing.T, handler http.HandlerFunc) provider.Sender {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return provider.Sender{
		API: provider.NewClient(aws.Config{
			Region: "eu-west-1", Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
			HTTPClient: server.Client(), BaseEndpoint: &server.URL,
		}),
		Routes: sms.Routes{
			"GB":        {SMS: "pool-gb", Voice: "+441632960000", SenderIDs: []string{"VERIFY"}},
			"IN":        {SMS: "ACME", SenderIDs: []string{"SHOP"}, EntityID: "1101", TemplateID: "1107"},
			sms.Default: {SMS: "pool-any"},
		},
		ConfigurationSet: "set", Now: clock,
	}
}

func TestTextMessage(t *testing.T) {
	t.Parallel()
	var in map[string]any
	p := sender(t, func(w http.ResponseWriter, r *http.Request) {
		_ = json.NewDecoder(r.Body).Decode(&in)
		in["target"] = r.Header.Get("X-Amz-Target")
		_, _ = io.WriteString(w, `{"MessageId":"m-1"}`)
	})
	got := p.Send(t.Context(), notice(t, verification.SMS))
	if got != (verification.SendResult{Outcome: verification.Accepted, Message: "m-1"}) {
		t.Errorf("gave %+v", got)
	}
	for name, want := range map[string]any{
		"target": "PinpointSMSVoiceV2.SendTextMessage", "DestinationPhoneNumber": "+447700900123", "OriginationIdentity": "pool-gb",
		"MessageType": "TRANSACTIONAL", "TimeToLive": 299.0, "ConfigurationSetName": "set",
	} {
		if in[name] != want {
			t.Errorf("%s is %v, want %v", name, in[name], want)
		}
	}
	if body, _ := in["MessageBody"].(string); !strings.Contains(body, "482913") || !strings.Contains(body, "Acme") {
		t.Errorf("the text is %q", body)
	}
}

// What a caller writes itself is what arrives, whatever we would have said.
func TestTextInTheCallersWords(t *testing.T) {
	t.Parallel()
	n := notice(t, verification.SMS)
	n.Text, _ = verification.ParseText("Läden:\n{{code}}")
	if got := sms.Text(n); got != "Läden:\n482913" {
		t.Errorf("the text is %q", got)
	}
}

// India's operators take a text message of a sender ID with two identifiers alone, and no other
// country's know them.
func TestDestinationCountryParameters(t *testing.T) {
	t.Parallel()
	india := map[string]any{"IN_ENTITY_ID": "1101", "IN_TEMPLATE_ID": "1107"}
	for _, test := range []struct {
		country, sender, from string
		want                  any
	}{
		{"IN", "", "ACME", india},
		{"IN", "SHOP", "SHOP", india},
		{"IN", "VERIFY", "ACME", india},
		{"GB", "", "pool-gb", nil},
		{"US", "", "pool-any", nil},
	} {
		var in map[string]any
		p := sender(t, func(w http.ResponseWriter, r *http.Request) {
			_ = json.NewDecoder(r.Body).Decode(&in)
			_, _ = io.WriteString(w, `{"MessageId":"m-1"}`)
		})
		n := notice(t, verification.SMS)
		n.Country, n.Sender = test.country, test.sender
		if got := p.Send(t.Context(), n); got.Outcome != verification.Accepted {
			t.Errorf("%s gave %+v", test.country, got)
		}
		if in["OriginationIdentity"] != test.from {
			t.Errorf("%s leaves from %v, want %s", test.country, in["OriginationIdentity"], test.from)
		}
		if got := in["DestinationCountryParameters"]; !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s goes with %v, want %v", test.country, got, test.want)
		}
	}
}

func TestVoiceMessage(t *testing.T) {
	t.Parallel()
	var in map[string]any
	p := sender(t, func(w http.ResponseWriter, r *http.Request) {
		_ = json.NewDecoder(r.Body).Decode(&in)
		_, _ = io.WriteString(w, `{"MessageId":"v-1"}`)
	})
	late := notice(t, verification.Voice)
	late.Expires = now
	if got := p.Send(t.Context(), late); got.Outcome != verification.Accepted || got.Message != "v-1" {
		t.Errorf("gave %+v", got)
	}
	if in["OriginationIdentity"] != "+441632960000" || in["MessageBodyTextType"] != "SSML" || in["VoiceId"] == nil || in["TimeToLive"] != 5.0 {
		t.Errorf("asked for %v", in)
	}
	late.Country = "US"
	if got := p.Send(t.Context(), late); got.Outcome != verification.Refused {
		t.Errorf("without a route it gave %+v", got)
	}
}

func TestOutcomes(t *testing.T) {
	t.Parallel()
	fail := func(status int, code string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Amzn-Errortype", code)
			w.WriteHeader(status)
			_, _ = fmt.Fprintf(w, `{"__type":%q}`, code)
		}
	}
	for name, test := range map[string]struct {
		handler http.HandlerFunc
		want    verification.Outcome
	}{
		"throttled":  {fail(400, "ThrottlingException"), verification.Throttled},
		"429":        {fail(429, "Whatever"), verification.Throttled},
		"invalid":    {fail(400, "ValidationException"), verification.Refused},
		"opted out":  {fail(400, "ConflictException"), verification.Refused},
		"over quota": {fail(402, "ServiceQuotaExceededException"), verification.Refused},
		"internal":   {fail(500, "InternalServerException"), verification.Unknown},
		"cut short": {func(w http.ResponseWriter, _ *http.Request) {
			conn, _, _ := w.(http.Hijacker).Hijack()
			_ = conn.Close()
		}, verification.Unknown},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			calls := make(chan struct{}, 10)
			p := sender(t, func(w http.ResponseWriter, r *http.Request) {
				calls <- struct{}{}
				_, _ = io.Copy(io.Discard, r.Body)
				test.handler(w, r)
			})
			if got := p.Send(t.Context(), notice(t, verification.SMS)); got.Outcome != test.want {
				t.Errorf("gave %v, want %v", got.Outcome, test.want)
			}
			if len(calls) != 1 {
				t.Errorf("%d calls", len(calls))
			}
		})
	}
}

// A service that takes a message and does not say so in time may have sent it.
func TestAnswerTooLate(t *testing.T) {
	t.Parallel()
	p := sender(t, nil)
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		silent := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
			calls++
			here, there := net.Pipe()
			go func() { _, _ = io.Copy(io.Discard, there) }()
			return here, nil
		}}
		p.API = provider.NewClient(aws.Config{
			Region: "eu-west-1", Credentials: credentials.NewStaticCredentialsProvider("l", "l", ""),
			BaseEndpoint: aws.String("http://sms.example"),
			HTTPClient:   &http.Client{Transport: silent, Timeout: time.Second},
		})
		got := p.Send(t.Context(), notice(t, verification.SMS))
		if got.Outcome != verification.Unknown || calls != 1 {
			t.Errorf("%d calls gave %v, want one and %v", calls, got.Outcome, verification.Unknown)
		}
	})
}

func TestNobodyThere(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	p := sender(t, nil)
	p.API = provider.NewClient(aws.Config{Region: "eu-west-1", Credentials: credentials.NewStaticCredentialsProvider("l", "l", ""), BaseEndpoint: &server.URL})
	if got := p.Send(t.Context(), notice(t, verification.SMS)); got.Outcome != verification.Throttled || got.Reason != verification.Unreached {
		t.Errorf("gave %v: nothing was said to anyone", got.Outcome)
	}
}

// A route's members for India are read, and sent, by the names that the service has for them.
func TestNamesOfIndia(t *testing.T) {
	t.Parallel()
	routes, err := sms.ParseRoutes("IN=SMS:ACME/IN_ENTITY_ID:1101/IN_TEMPLATE_ID:1107")
	want := map[string]string{
		string(types.DestinationCountryParameterKeyInEntityId):   "1101",
		string(types.DestinationCountryParameterKeyInTemplateId): "1107",
	}
	if got := routes.Of("IN").Parameters(); err != nil || !maps.Equal(got, want) {
		t.Errorf("sends %v, %v, want %v", got, err, want)
	}
}
