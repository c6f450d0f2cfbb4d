package dynamo

import (
	"encoding/json"
	"time"

	"lineproof/shared/phone"
	"lineproof/shared/verification"
)

// detailMembers is a verification.Detail as pinDetail holds it (see the package's documentation).
// Its tags are what stands in records, whatever the fields of package verification are called.
type detailMembers struct {
	Key        uint32         `json:"key"`
	Brand      string         `json:"brand,omitempty"`
	Payee      string         `json:"payee,omitempty"`
	Amount     string         `json:"amount,omitempty"`
	Sender     string         `json:"sender,omitempty"`
	Locale     string         `json:"locale,omitempty"`
	Country    string         `json:"country,omitempty"`
	Domain     string         `json:"domain,omitempty"`
	AppHash    string         `json:"appHash,omitempty"`
	Digits     int            `json:"digits"`
	Plan       planMembers    `json:"plan"`
	Generation int            `json:"generation"`
	Price      int64          `json:"price"`
	Held       int64          `json:"held,omitempty"`
	SMSPrice   int64          `json:"sms"`
	VoicePrice int64          `json:"voice"`
	Events     []eventMembers `json:"events,omitempty"`
	EndQueued  bool           `json:"endQueued,omitempty"`
	Claimant   string         `json:"claimant,omitempty"`
	Queued     bool           `json:"queued,omitempty"`
	Throttles  int            `json:"throttles,omitempty"`
	Network    string         `json:"network,omitempty"`
	Conversion int            `json:"conversion,omitempty"`
	Sample     int            `json:"sample,omitempty"`
	Caps       capsMembers    `json:"caps,omitzero"`
	Requests   windowMembers  `json:"requests,omitzero"`
	WrongCodes windowMembers  `json:"wrongCodes,omitzero"`
	Failures   int            `json:"failures,omitempty"`
	Callback   string         `json:"callback,omitempty"`
	Text       string         `json:"text,omitempty"`     // of what former builds wrote
	Segments   int            `json:"segments,omitempty"` // the same
	GaveWay    bool           `json:"gaveWay,omitempty"`
	Code       []byte         `json:"code,omitempty"`
	Onward     bool           `json:"onward,omitempty"`
	OnDemand   bool           `json:"onDemand,omitempty"`
	Unguarded  bool           `json:"unguarded,omitempty"`
	Reference  string         `json:"reference,omitempty"`
	Remote     remoteMembers  `json:"remote,omitzero"`
}

// remoteMembers is a verification.Remote.
type remoteMembers struct {
	Upstream string    `json:"upstream,omitempty"`
	Request  string    `json:"request,omitempty"`
	Address  string    `json:"address,omitempty"`
	Asked    time.Time `json:"asked,omitzero"`
}

// planMembers is a verification.Plan.
type planMembers struct {
	Channels []verification.Channel `json:"Channels"`
	Waits    []time.Duration        `json:"Waits"`
	Expiry   time.Duration          `json:"Expiry"`
	Means    []meansMembers         `json:"Means,omitempty"` // one a step, where one has its own
}

// meansMembers is a verification.Means.
type meansMembers struct {
	To        uint64 `json:"to,omitempty"`
	Country   string `json:"country,omitempty"`
	Line      string `json:"line,omitempty"`
	Sender    string `json:"sender,omitempty"`
	AppHash   string `json:"appHash,omitempty"`
	Entity    string `json:"entity,omitempty"`
	Content   string `json:"content,omitempty"`
	Text      string `json:"text,omitempty"`
	Segments  int    `json:"segments,omitempty"`
	Redirect  string `json:"redirect,omitempty"`
	Codeless  bool   `json:"codeless,omitempty"`
	Rehearsed string `json:"rehearsed,omitempty"`
}

// eventMembers is a verification.Event.
type eventMembers struct {
	Channel verification.Channel `json:"Channel"`
	At      time.Time            `json:"At"`
	Outcome verification.Outcome `json:"Outcome"`
	Message string               `json:"Message"`
	Reason  verification.Reason  `json:"Reason,omitempty"`
}

// capsMembers is a verification.Caps.
type capsMembers struct {
	Messages       int64 `json:"Messages"`
	MessagesPerDay int64 `json:"MessagesPerDay"`
	NetworkCost    int64 `json:"NetworkCost"`
	AccountCost    int64 `json:"AccountCost"`
}

// windowMembers is a verification.Window.
type windowMembers struct {
	Slot   int64   `json:"Slot"`
	Counts []int64 `json:"Counts"`
}

// encodeDetail returns the JSON of a detail. It fails for a moment beyond the year 9999 alone.
func encodeDetail(d verification.Detail) ([]byte, error) {
	return json.Marshal(detailMembers{
		Key:        d.Key,
		Brand:      d.Brand,
		Payee:      d.Payee,
		Amount:     d.Amount,
		Sender:     d.Sender,
		Locale:     d.Locale,
		Country:    d.Country,
		Domain:     d.Domain,
		AppHash:    d.AppHash,
		Digits:     d.Digits,
		Plan:       newPlanMembers(d.Plan),
		Generation: d.Generation,
		Price:      d.Price,
		Held:       d.Held,
		SMSPrice:   d.SMSPrice,
		VoicePrice: d.VoicePrice,
		Events:     each(d.Events, newEventMembers),
		EndQueued:  d.EndQueued,
		Claimant:   d.Claimant,
		Queued:     d.Queued,
		Throttles:  d.Throttles,
		Network:    d.Network,
		Conversion: d.Conversion,
		Sample:     d.Sample,
		Caps:       capsMembers(d.Caps),
		Requests:   windowMembers(d.Requests),
		WrongCodes: windowMembers(d.WrongCodes),
		Failures:   d.Failures,
		Callback:   d.Callback,
		GaveWay:    d.GaveWay,
		Text:       "",
		Segments:   0,
		Code:       d.Code,
		Onward:     d.Onward,
		OnDemand:   d.OnDemand,
		Unguarded:  d.Unguarded,
		Reference:  d.Reference,
		Remote:     remoteMembers(d.Remote),
	})
}

// detail returns the detail of the JSON in the attribute; the zero Detail for none.
func (d *decoder) detail(name string) verification.Detail {
	text := d.text(name)
	if text == "" {
		return verification.Detail{}
	}
	var m detailMembers
	if json.Unmarshal([]byte(text), &m) != nil {
		d.fail(name)
	}
	plan := m.Plan.plan()
	if m.Text != "" {
		plan.Steps[0].Text, plan.Steps[0].Segments = verification.StoredText(m.Text), m.Segments
	}
	return verification.Detail{
		Key:        m.Key,
		Brand:      m.Brand,
		Payee:      m.Payee,
		Amount:     m.Amount,
		Sender:     m.Sender,
		Locale:     m.Locale,
		Country:    m.Country,
		Domain:     m.Domain,
		AppHash:    m.AppHash,
		Digits:     m.Digits,
		Plan:       plan,
		Generation: m.Generation,
		Price:      m.Price,
		Held:       m.Held,
		SMSPrice:   m.SMSPrice,
		VoicePrice: m.VoicePrice,
		Events:     each(m.Events, eventMembers.event),
		EndQueued:  m.EndQueued,
		Claimant:   m.Claimant,
		Queued:     m.Queued,
		Throttles:  m.Throttles,
		Network:    m.Network,
		Conversion: m.Conversion,
		Sample:     m.Sample,
		Caps:       verification.Caps(m.Caps),
		Requests:   verification.Window(m.Requests),
		WrongCodes: verification.Window(m.WrongCodes),
		Failures:   m.Failures,
		Callback:   m.Callback,
		GaveWay:    m.GaveWay,
		Code:       m.Code,
		Onward:     m.Onward,
		OnDemand:   m.OnDemand,
		Unguarded:  m.Unguarded,
		Reference:  m.Reference,
		Remote:     verification.Remote(m.Remote),
	}
}

func newPlanMembers(p verification.Plan) planMembers {
	m := planMembers{Expiry: p.Expiry}
	own := false
	for i, s := range p.Steps {
		m.Channels = append(m.Channels, s.Channel)
		if i < len(p.Steps)-1 {
			m.Waits = append(m.Waits, s.Wait)
		}
		m.Means = append(m.Means, newMeansMembers(s.Means))
		own = own || s.Means != verification.Means{}
	}
	if !own {
		m.Means = nil
	}
	return m
}

func newMeansMembers(m verification.Means) meansMembers {
	return meansMembers{
		To: m.To.Uint64(), Country: m.Country, Line: string(m.Type), Sender: m.Sender,
		AppHash: m.AppHash, Entity: m.Entity, Content: m.Content, Text: m.Text.Template(),
		Segments: m.Segments, Redirect: m.Redirect, Codeless: m.Codeless,
		Rehearsed: string(m.Rehearsed),
	}
}

func (m meansMembers) means() verification.Means {
	to, _ := phone.FromUint64(m.To) // 0 is none
	return verification.Means{
		To: to, Country: m.Country, Type: verification.LineType(m.Line), Sender: m.Sender,
		AppHash: m.AppHash, Entity: m.Entity, Content: m.Content,
		Text: verification.StoredText(m.Text), Segments: m.Segments, Redirect: m.Redirect,
		Codeless: m.Codeless, Rehearsed: verification.Outcome(m.Rehearsed),
	}
}

func (m planMembers) plan() verification.Plan {
	p := verification.Plan{Expiry: m.Expiry}
	for i, c := range m.Channels {
		s := verification.Step{Channel: c}
		if i < len(m.Waits) {
			s.Wait = m.Waits[i]
		}
		if i < len(m.Means) {
			s.Means = m.Means[i].means()
		}
		p.Steps = append(p.Steps, s)
	}
	return p
}

func newEventMembers(e verification.Event) eventMembers { return eventMembers(e) }

func (e eventMembers) event() verification.Event { return verification.Event(e) }
