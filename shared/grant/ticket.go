package grant

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"strings"

	"lineproof/shared/keyring"
)

const (
	idBytes     = 16
	secretBytes = 32
)

// Ticket is what redeems a grant once: an authorization code or an auth_req_id; or what takes its
// subscriber back from an upstream, the state of a leg. Its text is the grant's ID and 256 random
// bits, of which the grant keeps only the hash.
type Ticket struct {
	// ID names the grant.
	ID string
	// Secret is the hash that the grant keeps. It covers the type, so a ticket of one type redeems
	// none of the other.
	Secret []byte
	// Key seals what is kept in the grant: 32 bytes that nobody has without the ticket's text.
	Key []byte
}

// NewTicket makes a ticket of the type and gives it with its text.
func NewTicket(t Type, random io.Reader) (Ticket, string, error) {
	raw := make([]byte, idBytes+secretBytes)
	if _, err := io.ReadFull(random, raw); err != nil {
		return Ticket{}, "", fmt.Errorf("grant: new ticket: %w", err)
	}
	return ticket(t, raw), base64.RawURLEncoding.EncodeToString(raw), nil
}

// Renew makes another ticket of the type for the same grant, and gives it with its text.
func (t Ticket) Renew(kind Type, random io.Reader) (Ticket, string, error) {
	raw, ok := decode(t.ID)
	if !ok || len(raw) != idBytes {
		return Ticket{}, "", fmt.Errorf("grant: renew ticket of a malformed grant ID")
	}
	raw = append(raw, make([]byte, secretBytes)...)
	if _, err := io.ReadFull(random, raw[idBytes:]); err != nil {
		return Ticket{}, "", fmt.Errorf("grant: renew ticket: %w", err)
	}
	return ticket(kind, raw), base64.RawURLEncoding.EncodeToString(raw), nil
}

// ParseTicket reads a ticket of the type; ok is false when the text is none.
func ParseTicket(t Type, text string) (made Ticket, ok bool) {
	raw, ok := decode(text)
	if !ok || len(raw) != idBytes+secretBytes {
		return Ticket{}, false
	}
	return ticket(t, raw), true
}

func ticket(t Type, raw []byte) Ticket {
	return Ticket{
		ID:     base64.RawURLEncoding.EncodeToString(raw[:idBytes]),
		Secret: labelled(string(t), raw), Key: labelled("key of "+string(t), raw),
	}
}

// labelled hashes a ticket's text for one use.
func labelled(use string, raw []byte) []byte {
	digest := sha256.New()
	digest.Write([]byte(use))
	digest.Write([]byte{0})
	digest.Write(raw)
	return digest.Sum(nil)
}

// decode reads base64url that is spelt as we spell it: Go's decoder skips line breaks, which we
// never write.
func decode(text string) ([]byte, bool) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(text)
	return raw, err == nil && !strings.ContainsAny(text, "\r\n")
}

// NewID gives the ID of a grant that needs no ticket.
func NewID(random io.Reader) (string, error) {
	raw := make([]byte, idBytes)
	if _, err := io.ReadFull(random, raw); err != nil {
		return "", fmt.Errorf("grant: new id: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(raw), nil
}

// Redeems tells whether the ticket is the one that the grant was made with, whatever has become of
// the grant since.
func (t Ticket) Redeems(g Grant) bool { return g.ID == t.ID && bytes.Equal(g.Secret, t.Secret) }

// Refresh is what a refresh token says: which grant, and of which generation it is. Nothing of it
// is stored: the grant's own generation tells whether it is the newest, and its MAC that we made
// it.
type Refresh struct {
	// ID names the grant.
	ID string
	// Generation counts from 1.
	Generation int
}

const generationBytes = 4

// Text returns the refresh token, authenticated for its client.
func (r Refresh) Text(keys keyring.MAC, client string) (string, error) {
	raw, err := base64.RawURLEncoding.DecodeString(r.ID)
	if err != nil || len(raw) != idBytes {
		return "", fmt.Errorf("grant: refresh token of a malformed grant ID")
	}
	raw = binary.BigEndian.AppendUint32(raw, uint32(r.Generation))
	return base64.RawURLEncoding.EncodeToString(append(raw, keys.Sum(raw, []byte(client))...)), nil
}

// ParseRefresh reads a refresh token that we made for the client; ok is false for any other.
func ParseRefresh(text string, keys keyring.MAC, client string) (r Refresh, ok bool) {
	raw, ok := decode(text)
	if !ok || len(raw) <= idBytes+generationBytes {
		return Refresh{}, false
	}
	body, mac := raw[:idBytes+generationBytes], raw[idBytes+generationBytes:]
	if !keys.Check(mac, body, []byte(client)) {
		return Refresh{}, false
	}
	id := base64.RawURLEncoding.EncodeToString(body[:idBytes])
	return Refresh{ID: id, Generation: int(binary.BigEndian.Uint32(body[idBytes:]))}, true
}
