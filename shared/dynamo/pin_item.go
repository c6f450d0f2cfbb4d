package dynamo

import (
	"fmt"
	"maps"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lineproof/shared/account"
	"lineproof/shared/fault"
	"lineproof/shared/phone"
	"lineproof/shared/verification"
)

// The attributes of the table Pins.
const (
	pinSubject = "pinSubject"
	pinPart    = "pinPart"

	pinNonce         = "pinNonce"
	pinRevision      = "pinRevision"
	pinDenied        = "pinDenied"
	pinDetail        = "pinDetail"
	submittedAt      = "submittedAt"
	pinHash          = "pinHash"
	pinGuess         = "pinGuess"
	pinExpiresAt     = "pinExpiresAt"
	pinAttempts      = "pinAttempts"
	pinTotal         = "pinTotal"
	pinAllowed       = "pinAllowed"
	pinChecks        = "pinChecks"
	checkedAt        = "checkedAt"
	pinEvent         = "pinEvent"
	pinEventsLeft    = "pinEventsLeft"
	pinWished        = "pinWished"
	pinWishedBy      = "pinWishedBy"
	cancelledAt      = "cancelledAt"
	pinSettled       = "pinSettled"
	pinHold          = "pinHold"
	pinOvertaken     = "pinOvertaken"
	pinWrites        = "pinWrites"
	requestWindow    = "requestWindow"
	messageWindow    = "messageWindow"
	messageDayWindow = "messageDayWindow"
	costWindow       = "costWindow"
	blockedUntil     = "blockedUntil"
	blockLevel       = "blockLevel"
	unblockedUntil   = "unblockedUntil"
	networkScore     = "networkScore"
)

// livePart is the sort key of a number's current verification; one that it displaced stands under
// its nonce.
const livePart = "live"

// retention is how long a verification can be searched for after it expired.
const retention = 30 * 24 * time.Hour

// meterRetention is how long what only meters stand in is kept after it last counted: longer than
// any of them looks back.
const meterRetention = 48 * time.Hour

// pinKey names an item of the table Pins.
type pinKey struct{ subject, part string }

func (k pinKey) item() item { return item{pinSubject: text(k.subject), pinPart: text(k.part)} }

func livePin(owner account.Key, n phone.Number) pinKey {
	return pinKey{fmt.Sprintf("V#%s#%s", owner, n.Digits()), livePart}
}

func displacedPin(ref verification.Ref) pinKey {
	return pinKey{livePin(ref.Account, ref.Number).subject, fmt.Sprintf("%012x", ref.Nonce)}
}

func networkKey(owner account.Key, prefix string) pinKey {
	return pinKey{fmt.Sprintf("N#%s#%s", owner, prefix), "network"}
}

// addressWrite is the sort key of the meter of a client's address.
const addressWrite = "address"

func addressKey(owner account.Key, client string) pinKey {
	return pinKey{fmt.Sprintf("A#%s#%s", owner, client), addressWrite}
}

// lineKey names a number's standing over all accounts.
func lineKey(n phone.Number) pinKey { return pinKey{"L#" + n.Digits(), "line"} }

// costKey names what an account's messages cost.
func costKey(owner account.Key) pinKey { return pinKey{"C#" + owner.String(), "cost"} }

// encodePIN gives the item of a verification at the key.
func encodePIN(v verification.Verification, k pinKey) (item, error) {
	it, err := pinAttributes(v)
	maps.Copy(it, k.item())
	return it, err
}

// pinAttributes gives the attributes of a verification; never nil.
func pinAttributes(v verification.Verification) (item, error) {
	details, err := encodeDetail(v.Detail)
	if err != nil {
		return item{}, fmt.Errorf("dynamo: encode verification: %w", fault.New(fault.Internal))
	}
	it := item{
		pinNonce:      integer(v.Nonce),
		pinRevision:   integer(v.Revision),
		pinDenied:     boolean(v.Denied),
		pinDetail:     text(string(details)),
		submittedAt:   moment(v.Submitted),
		pinHash:       binary(v.Hash),
		pinGuess:      binary(v.Guess),
		pinExpiresAt:  moment(v.PINExpires),
		expiresAt:     moment(v.Expires),
		pinAttempts:   integer(v.Attempts),
		pinTotal:      integer(v.Total),
		pinAllowed:    integer(v.Allowed),
		pinChecks:     binaries(v.Checks),
		checkedAt:     moment(v.Checked),
		pinEvent:      integer(v.Event),
		pinEventsLeft: integer(v.Left),
		cancelledAt:   moment(v.CancelledAt),
		pinSettled:    boolean(v.Settled),
		purgeAt:       pinPurge(v),
	}
	if len(v.WishedBy) > 0 {
		it[pinWished], it[pinWishedBy] = integer(v.Wished), binary(v.WishedBy)
	}
	if len(v.Hold) > 0 {
		it[pinHold] = binary(v.Hold)
	}
	return it, nil
}

// pinPurge gives the TTL: a number on the deny list stays there.
func pinPurge(v verification.Verification) types.AttributeValue {
	if v.Denied {
		return integer(0)
	}
	return integer(v.Expires.Add(retention).Unix())
}

// decodePIN gives the verification of an item, or the zero Verification for none.
func decodePIN(it item, ref verification.Ref) (verification.Verification, error) {
	if len(it) == 0 {
		return verification.Verification{}, nil
	}
	d := &decoder{item: it}
	ref.Nonce = uint64(d.integer(pinNonce))
	v := verification.Verification{
		Ref:         ref,
		Revision:    d.integer(pinRevision),
		Denied:      d.boolean(pinDenied),
		Submitted:   d.moment(submittedAt),
		Hash:        d.binary(pinHash),
		Guess:       d.binary(pinGuess),
		PINExpires:  d.moment(pinExpiresAt),
		Expires:     d.moment(expiresAt),
		Attempts:    int(d.integer(pinAttempts)),
		Total:       int(d.integer(pinTotal)),
		Allowed:     int(d.integer(pinAllowed)),
		Checks:      d.binaries(pinChecks),
		Checked:     d.moment(checkedAt),
		Event:       int(d.integer(pinEvent)),
		Left:        int(d.integer(pinEventsLeft)),
		Wished:      int(d.integer(pinWished)),
		WishedBy:    d.binary(pinWishedBy),
		CancelledAt: d.moment(cancelledAt),
		Settled:     d.boolean(pinSettled),
		Hold:        d.binary(pinHold),
		Overtaken:   d.integer(pinOvertaken),
		Detail:      d.detail(pinDetail),
	}
	return v, d.err()
}

func binaries(list [][]byte) types.AttributeValue {
	values := make([]types.AttributeValue, len(list))
	for i, b := range list {
		values[i] = binary(b)
	}
	return &types.AttributeValueMemberL{Value: values}
}

// binaries gives nil for an empty list.
func (d *decoder) binaries(name string) [][]byte {
	v := attribute[*types.AttributeValueMemberL](d, name)
	if v == nil {
		return nil
	}
	var list [][]byte
	for _, raw := range v.Value {
		b, ok := raw.(*types.AttributeValueMemberB)
		if !ok {
			d.fail(name)
			return nil
		}
		list = append(list, b.Value)
	}
	return list
}

func decodeLedger(it item) (verification.AccountUsage, error) {
	d := &decoder{item: it}
	l := verification.AccountUsage{
		Free: d.integer(freeAmount), Held: d.integer(heldAmount), Charged: d.integer(chargedAmount),
		Rate: d.window(rateWindow), Daily: d.window(dailyWindow), Spend: d.window(spendWindow),
	}
	return l, d.err()
}

func decodeNetwork(it item) (verification.NetworkUsage, error) {
	d := &decoder{item: it}
	n := verification.NetworkUsage{
		Requests: d.window(requestWindow), Cost: d.window(costWindow),
		BlockedUntil: d.moment(blockedUntil),
		Level:        int(d.integer(blockLevel)), UnblockedUntil: d.moment(unblockedUntil),
		Score: int(d.integer(networkScore)),
	}
	return n, d.err()
}

func decodeLine(it item) (verification.LineUsage, error) {
	d := &decoder{item: it}
	l := verification.LineUsage{
		Requests: d.window(requestWindow),
		Messages: d.window(messageWindow),
		Daily:    d.window(messageDayWindow),
	}
	return l, d.err()
}

// decodeWindow gives the one window of an item.
func decodeWindow(it item, name string) (verification.Window, error) {
	d := &decoder{item: it}
	w := d.window(name)
	return w, d.err()
}
