package verification

import (
	"crypto/aes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"

	"lineproof/shared/account"
	"lineproof/shared/phone"
)

// The parts of a request_id's block, which fill its 128 bits: number, account, nonce.
const (
	numberBits  = 50
	accountBits = 32
	nonceBits   = 46
	nonceMask   = 1<<nonceBits - 1
)

// block gives the encrypted key of a verification: what its request_id writes.
func (k IDKey) block(ref Ref) []byte {
	block := make([]byte, aes.BlockSize)
	k.encrypt(block, ref)
	return block
}

func (k IDKey) encrypt(block []byte, ref Ref) {
	high := ref.Number.Uint64()<<(64-numberBits) | uint64(ref.Account)>>(accountBits+numberBits-64)
	binary.BigEndian.PutUint64(block, high)
	binary.BigEndian.PutUint64(block[8:], uint64(ref.Account)<<nonceBits|ref.Nonce&nonceMask)
	k.id.Encrypt(block, block)
}

// parseID reads a request_id: 32 hexadecimal digits, or the same with the dashes of a UUID.
func parseID(text string) (block [aes.BlockSize]byte, ok bool) {
	if len(text) == len(uuidForm) {
		for _, at := range [...]int{23, 18, 13, 8} {
			if text[at] != '-' {
				return block, false
			}
			text = text[:at] + text[at+1:]
		}
	}
	if len(text) != hex.EncodedLen(len(block)) {
		return block, false
	}
	_, err := hex.Decode(block[:], []byte(text))
	return block, err == nil
}

// uuidForm is the form of a UUID (RFC 9562 §4).
const uuidForm = "00000000-0000-0000-0000-000000000000"

// ParseRequestID returns a request_id that is written with the dashes of a UUID or without, or in
// capitals, as we write it, and whether it is one.
func ParseRequestID(text string) (string, bool) {
	block, ok := parseID(text)
	return hex.EncodeToString(block[:]), ok
}

// UUID writes a request_id with the dashes of a UUID.
func UUID(id string) string {
	if len(id) != hex.EncodedLen(aes.BlockSize) {
		return id
	}
	return id[:8] + "-" + id[8:12] + "-" + id[12:16] + "-" + id[16:20] + "-" + id[20:]
}

// NewUUID draws a UUID of version 4 (RFC 9562 §5.4). It fails as random does.
func NewUUID(random io.Reader) (string, error) {
	var b [aes.BlockSize]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", fmt.Errorf("verification: draw UUID: %w", err)
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return UUID(hex.EncodeToString(b[:])), nil
}

// isRandomUUID tells whether 16 bytes are a UUID of version 4: one of 64 is.
func isRandomUUID(b []byte) bool { return b[6]>>4 == 4 && b[8]>>6 == 2 }

// RequestID gives the request_id of a verification: 32 hexadecimal digits that only a holder of the
// key can read or make.
func (k IDKey) RequestID(ref Ref) string { return hex.EncodeToString(k.block(ref)) }

// read gives the verification that a block names under this key; a block made with another gives an
// arbitrary one.
func (k IDKey) read(block []byte) Ref {
	var plain [aes.BlockSize]byte
	k.id.Decrypt(plain[:], block)
	high, low := binary.BigEndian.Uint64(plain[:8]), binary.BigEndian.Uint64(plain[8:])
	number, err := phone.FromUint64(high >> (64 - numberBits))
	if err != nil {
		return Ref{}
	}
	owner := high<<(accountBits+numberBits-64) | low>>nonceBits
	return Ref{Account: account.Key(owner), Number: number, Nonce: low & nonceMask}
}

// NewNonce draws what tells a verification from the others of its number: 46 bits that are not all
// 0.
func NewNonce(random io.Reader) (uint64, error) {
	var b [8]byte
	for {
		if _, err := io.ReadFull(random, b[:]); err != nil {
			return 0, fmt.Errorf("verification: draw nonce: %w", err)
		}
		if nonce := binary.BigEndian.Uint64(b[:]) & nonceMask; nonce != 0 {
			return nonce, nil
		}
	}
}

// newNonce draws a nonce by which the request_id of a verification is a UUID of version 4 (RFC 9562
// §5.4): many who are promised a UUID look for its version. It tries the nonces that follow a
// random one, 64 in the mean.
func (k IDKey) newNonce(ref Ref, random io.Reader) (uint64, error) {
	start, err := NewNonce(random)
	if err != nil {
		return 0, err
	}
	block := make([]byte, aes.BlockSize)
	for ref.Nonce = start; ; ref.Nonce = (ref.Nonce + 1) & nonceMask {
		if k.encrypt(block, ref); ref.Nonce != 0 && isRandomUUID(block) {
			return ref.Nonce, nil
		}
	}
}
