package memory

import (
	"encoding/binary"
	"iter"
	"time"

	"lineproof/shared/phone"
	"lineproof/shared/verification"
)

// packed keeps verifications as texts: one takes a quarter of what it takes as a struct, and the
// garbage collector finds nothing to follow in it. A live one stands under its place, any other
// under its Ref. Whoever calls holds a mutex.
type packed struct {
	texts  map[verification.Ref]string
	packer packer // one for all, for each would be garbage
}

func newPacked() *packed { return &packed{texts: map[verification.Ref]string{}} }

// subjectOf is where the live verification of a number stands.
func subjectOf(ref verification.Ref) verification.Ref {
	ref.Nonce = 0
	return ref
}

// get returns the verification at a place, the zero Verification for none.
func (p *packed) get(at verification.Ref) (v verification.Verification) {
	if text, ok := p.texts[at]; ok {
		v.Ref = at
		p.packer.reads, p.packer.text = true, text
		p.packer.verification(&v)
	}
	return v
}

// put keeps a verification of that account and number.
func (p *packed) put(at verification.Ref, v verification.Verification) {
	p.packer.reads, p.packer.written = false, p.packer.written[:0]
	p.packer.verification(&v)
	p.texts[at] = string(p.packer.written)
}

// all yields every verification, in no order.
func (p *packed) all() iter.Seq[verification.Verification] {
	return func(yield func(verification.Verification) bool) {
		for at := range p.texts {
			if !yield(p.get(at)) {
				return
			}
		}
	}
}

// packer writes or reads: so what is written and what is read are one list. Texts that it reads are
// parts of what it reads from, and times come in UTC.
type packer struct {
	reads   bool
	text    string
	written []byte
}

// verification packs all but account and number, which its place names.
func (p *packer) verification(v *verification.Verification) {
	integer(p, &v.Nonce)
	integer(p, &v.Revision)
	p.truth(&v.Denied)
	p.moment(&v.Submitted)
	octets(p, &v.Hash)
	octets(p, &v.Guess)
	p.moment(&v.PINExpires)
	p.moment(&v.Expires)
	integer(p, &v.Attempts)
	integer(p, &v.Total)
	integer(p, &v.Allowed)
	list(p, &v.Checks, octets)
	p.moment(&v.Checked)
	integer(p, &v.Event)
	integer(p, &v.Left)
	integer(p, &v.Wished)
	octets(p, &v.WishedBy)
	integer(p, &v.Overtaken)
	p.moment(&v.CancelledAt)
	octets(p, &v.Hold)
	p.truth(&v.Settled)
	p.detail(&v.Detail)
}

func (p *packer) detail(d *verification.Detail) {
	integer(p, &d.Key)
	for _, t := range [...]*string{
		&d.Brand, &d.Payee, &d.Amount, &d.Sender, &d.Locale, &d.Country, &d.Domain, &d.AppHash,
		&d.Claimant, &d.Network, &d.Callback, &d.Reference,
	} {
		text(p, t)
	}
	octets(p, &d.Code)
	p.truth(&d.Onward)
	p.truth(&d.OnDemand)
	p.truth(&d.Unguarded)
	integer(p, &d.Digits)
	list(p, &d.Plan.Steps, step)
	integer(p, &d.Plan.Expiry)
	integer(p, &d.Generation)
	for _, n := range [...]*int64{
		&d.Price, &d.Held, &d.SMSPrice, &d.VoicePrice, &d.Caps.Messages, &d.Caps.MessagesPerDay,
		&d.Caps.NetworkCost, &d.Caps.AccountCost,
	} {
		integer(p, n)
	}
	list(p, &d.Events, event)
	p.truth(&d.EndQueued)
	p.truth(&d.Queued)
	for _, n := range [...]*int{&d.Throttles, &d.Conversion, &d.Sample, &d.Failures} {
		integer(p, n)
	}
	window(p, &d.Requests)
	window(p, &d.WrongCodes)
	p.truth(&d.GaveWay)
	for _, t := range [...]*string{&d.Remote.Upstream, &d.Remote.Request, &d.Remote.Address} {
		text(p, t)
	}
	p.moment(&d.Remote.Asked)
}

func ownText(p *packer, t *verification.Text) {
	template := t.Template()
	if text(p, &template); p.reads {
		*t = verification.StoredText(template)
	}
}

func step(p *packer, s *verification.Step) {
	text(p, &s.Channel)
	integer(p, &s.Wait)
	number(p, &s.To)
	for _, t := range [...]*string{&s.Country, &s.Sender, &s.AppHash, &s.Entity, &s.Content} {
		text(p, t)
	}
	text(p, &s.Type)
	text(p, &s.Redirect)
	p.truth(&s.Codeless)
	text(p, &s.Rehearsed)
	ownText(p, &s.Text)
	integer(p, &s.Segments)
}

// number packs a phone number, of which 0 is none.
func number(p *packer, n *phone.Number) {
	digits := n.Uint64()
	if integer(p, &digits); p.reads && digits != 0 {
		*n, _ = phone.FromUint64(digits) // it was one
	}
}

func event(p *packer, e *verification.Event) {
	text(p, &e.Channel)
	p.moment(&e.At)
	text(p, &e.Outcome)
	text(p, &e.Message)
	text(p, &e.Reason)
}

func window(p *packer, w *verification.Window) {
	integer(p, &w.Slot)
	list(p, &w.Counts, integer)
}

// integer packs 7 bits a byte, the lowest first and in the lowest of all the sign.
func integer[T ~int | ~int64 | ~uint32 | ~uint64](p *packer, n *T) {
	if !p.reads {
		p.written = binary.AppendVarint(p.written, int64(*n))
		return
	}
	var bits uint64
	for i, shift := 0, 0; ; i, shift = i+1, shift+7 {
		b := p.text[i]
		bits |= uint64(b&0x7f) << shift
		if b < 0x80 {
			p.text = p.text[i+1:]
			break
		}
	}
	*n = T(int64(bits>>1) ^ -int64(bits&1))
}

func (p *packer) truth(is *bool) {
	var n int
	if *is {
		n = 1
	}
	if integer(p, &n); p.reads { // what is packed is others' too
		*is = n == 1
	}
}

// moment packs whether there is one, and the nanoseconds since 1970.
func (p *packer) moment(t *time.Time) {
	is := !t.IsZero()
	if p.truth(&is); !is {
		return
	}
	at := t.UnixNano()
	integer(p, &at)
	if p.reads {
		*t = time.Unix(0, at).UTC()
	}
}

// text packs the length and the bytes.
func text[T ~string](p *packer, s *T) {
	length := len(*s)
	integer(p, &length)
	if p.reads {
		*s, p.text = T(p.text[:length]), p.text[length:]
	} else {
		p.written = append(p.written, *s...)
	}
}

// octets packs as text does; none are nil.
func octets(p *packer, b *[]byte) {
	s := string(*b)
	if text(p, &s); p.reads && s != "" {
		*b = []byte(s)
	}
}

// list packs the length and the elements; an empty one is nil.
func list[T any](p *packer, elements *[]T, element func(*packer, *T)) {
	length := len(*elements)
	integer(p, &length)
	if p.reads && length > 0 {
		*elements = make([]T, length)
	}
	for i := range *elements {
		element(p, &(*elements)[i])
	}
}
