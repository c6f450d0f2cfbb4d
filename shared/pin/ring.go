package pin

import (
	"crypto/aes"
	"encoding/hex"

	"lineproof/shared/account"
)

// RingOf holds the keys in use, newest first. A key leaves the ring when everything made with
// it has expired.
type RingOf[K interface{ ids() IDKey }] []K

type (
	// Ring is held by those who send or check PINs.
	Ring = RingOf[Key]
	// IDRing is held by those who do neither.
	IDRing = RingOf[IDKey]
)

// IDs returns what the keys can do with request_ids.
func (r RingOf[K]) IDs() IDRing {
	ids := make(IDRing, len(r))
	for i, k := range r {
		ids[i] = k.ids()
	}
	return ids
}

// newest returns the key for new verifications.
func (r RingOf[K]) newest() K { return r[0] }

// version returns the key of that version.
func (r RingOf[K]) version(v uint32) (K, bool) {
	for _, k := range r {
		if k.ids().Version == v {
			return k, true
		}
	}
	var none K
	return none, false
}

// resolve returns the verification of the account that a request_id names, and the key that it
// was made with. A request_id that is malformed, foreign or made up gives one that does not
// exist, to be looked up like any other: so nobody learns from answer or time which it was. A
// block read with a wrong key names the account once in 2^32.
func (r RingOf[K]) resolve(owner account.Key, id string) (Ref, K) {
	var block [aes.BlockSize]byte
	found, key := Ref{Account: owner}, r.newest()
	malformed := len(id) != hex.EncodedLen(len(block))
	if !malformed {
		_, err := hex.Decode(block[:], []byte(id))
		malformed = err != nil
	}
	for _, k := range r {
		ref := k.ids().read(block[:])
		if !malformed && ref.Account == owner && !ref.Number.IsZero() && ref.Nonce != 0 {
			found, key = ref, k
		}
	}
	return found, key
}

// resolveMessage returns the verification that our own message names, and its key; its last answer
// is false when the key is gone.
func (r RingOf[K]) resolveMessage(m Message) (Ref, K, bool) {
	key, known := r.version(m.Key)
	block, err := hex.DecodeString(m.ID)
	if !known || err != nil || len(block) != aes.BlockSize {
		return Ref{}, key, false
	}
	ref := key.ids().read(block)
	return ref, key, !ref.Number.IsZero() && ref.Nonce != 0
}
