package rotation

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"time"
)

// mark is the history of one key.
type mark struct {
	ID string `json:"id"`
	// Made is when it came to the ring; Retired when a successor became active, zero until then.
	Made    time.Time `json:"made"`
	Retired time.Time `json:"retired,omitzero"`
}

// keys is what every secret that rotates has in common: a list of keys, each with an id or a kid,
// and the history beside it.
type keys struct {
	Keys []struct {
		ID  string `json:"id"`
		KID string `json:"kid"`
	} `json:"keys"`
	ID      string `json:"id"`
	History []mark `json:"history"`
}

// errUnreadable holds nothing of the text.
var errUnreadable = errors.New("rotation: the value is not a set of keys")

func readKeys(text []byte) (keys, error) {
	var k keys
	if blank(text) {
		return k, nil
	}
	if json.Unmarshal(text, &k) != nil {
		return k, errUnreadable
	}
	return k, nil
}

// blank tells whether nothing was stored yet: no value, or the empty set of keys that a new stack
// has.
func blank(text []byte) bool {
	text = bytes.Join(bytes.Fields(text), nil)
	return len(text) == 0 || string(text) == `{"keys":[]}`
}

// ids gives the identifiers of the keys, in order.
func (k keys) ids() []string {
	var ids []string
	for _, key := range k.Keys {
		ids = append(ids, key.ID+key.KID) // it has one of them
	}
	if len(ids) == 0 && k.ID != "" {
		ids = []string{k.ID} // a ring of one, as CloudFormation writes it
	}
	return ids
}

// mark gives the history of a key; one that has none, because nobody rotated it into place, has
// been there always.
func (k keys) mark(id string) mark {
	i := slices.IndexFunc(k.History, func(m mark) bool { return m.ID == id })
	if i < 0 {
		return mark{ID: id}
	}
	return k.History[i]
}

// write gives a set of keys with its history.
func write(set []byte, history []mark) ([]byte, error) {
	members := map[string]any{}
	var ring map[string]json.RawMessage
	if err := json.Unmarshal(set, &ring); err != nil {
		return nil, errUnreadable
	}
	for name, member := range ring {
		members[name] = member
	}
	members["history"] = history
	return json.Marshal(members)
}

// successor tells whether pending may follow current: it holds every key of it that something may
// still need, and was made lately.
func successor(current, pending []byte, life time.Duration, now time.Time) error {
	old, errOld := readKeys(current)
	young, errYoung := readKeys(pending)
	if err := errors.Join(errOld, errYoung); err != nil {
		return err
	}
	for _, id := range old.ids() {
		if !slices.Contains(young.ids(), id) && !expired(old.mark(id), life, now) {
			return ErrLost
		}
	}
	newest := time.Time{}
	for _, m := range young.History {
		if m.Made.After(newest) {
			newest = m.Made
		}
	}
	if now.Sub(newest) > margin {
		return ErrStale
	}
	return nil
}

// expired tells whether nothing that the key made can still be good. A life of 0 never ends.
func expired(m mark, life time.Duration, now time.Time) bool {
	return life > 0 && !m.Retired.IsZero() && now.After(m.Retired.Add(life+margin))
}
