package verification

import (
	"crypto/aes"
	"encoding/hex"

	"lineproof/shared/account"
	"lineproof/shared/keyring"
)

// A key leaves its ring when everything made with it has expired.
type (
	// Ring is held by those who send or check PINs.
	Ring = keyring.Ring[Key]
	// IDRing is held by those who do neither.
	IDRing = keyring.Ring[IDKey]
)

// reader is a Key or an IDKey.
type reader interface {
	keyring.Key
	ids() IDKey
}

// IDKeys returns what the keys can do with request_ids.
func IDKeys(r Ring) IDRing {
	ids := make(IDRing, len(r))
	for i, k := range r {
		ids[i] = k.IDKey
	}
	return ids
}

// resolve returns the verification of the account that a request_id names, and the key that it
// was made with. A request_id that is malformed, foreign or made up gives one that does not
// exist, to be looked up like any other: so nobody learns from answer or time which it was. A
// block read with a wrong key names the account once in 2^32.
func resolve[K reader](keys keyring.Ring[K], owner account.Key, id string) (Ref, K) {
	found, key := Ref{Account: owner}, keys.Active()
	block, wellFormed := parseID(id)
	for _, k := range keys {
		ref := k.ids().read(block[:])
		if wellFormed && ref.Account == owner && !ref.Number.IsZero() && ref.Nonce != 0 {
			found, key = ref, k
		}
	}
	return found, key
}

// candidates returns the verifications that a request_id may name, one for each key that makes
// sense of it: who has no account to compare with tells by which of them exists.
func candidates(keys Ring, id string) (refs []Ref, of []Key) {
	block, err := hex.DecodeString(id)
	if err != nil || len(block) != aes.BlockSize {
		return nil, nil
	}
	for _, k := range keys {
		if ref := k.read(block); !ref.Number.IsZero() && ref.Nonce != 0 {
			refs, of = append(refs, ref), append(of, k)
		}
	}
	return refs, of
}

// resolveMessage returns the verification that our own message names, and its key; its last answer
// is false when the key is gone.
func resolveMessage(keys Ring, m Job) (Ref, Key, bool) { return resolveOwn(keys, m.ID, m.Key) }

// RefOf returns the verification that a request_id of ours names, whose key has that version; false
// when the key is gone, or when it is none of ours.
func RefOf(keys IDRing, id string, version uint32) (Ref, bool) {
	ref, _, known := resolveOwn(keys, id, version)
	return ref, known
}

func resolveOwn[K reader](keys keyring.Ring[K], id string, version uint32) (Ref, K, bool) {
	key, known := keys.ByVersion(version)
	block, err := hex.DecodeString(id)
	if !known || err != nil || len(block) != aes.BlockSize {
		return Ref{}, key, false
	}
	ref := key.ids().read(block)
	return ref, key, !ref.Number.IsZero() && ref.Nonce != 0
}
