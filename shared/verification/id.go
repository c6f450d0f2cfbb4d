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
	high := ref.Number.Uint64()<<(64-numberBits) | uint64(ref.Account)>>(accountBits+numberBits-64)
	low := uint64(ref.Account)<<nonceBits | ref.Nonce&nonceMask
	block := binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, high), low)
	k.id.Encrypt(block, block)
	return block
}

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
