package grant_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"testing/iotest"

	"lineproof/shared/grant"
	"lineproof/shared/keyring"
)

// mac authenticates under one key, which the name stands for.
func mac(name string) keyring.MAC {
	return keyring.MAC{keyring.NewSecret(name, []byte("the key named "+name))}
}

func random() *strings.Reader { return strings.NewReader(strings.Repeat("0123456789abcdef", 8)) }

func TestTicket(t *testing.T) {
	t.Parallel()
	made, text, err := grant.NewTicket(grant.AuthorizationCode, random())
	if err != nil {
		t.Fatal(err)
	}
	if len(text) != 64 || strings.Contains(text, made.ID+"=") {
		t.Errorf("the text is %q", text)
	}
	read, ok := grant.ParseTicket(grant.AuthorizationCode, text)
	if !ok || read.ID != made.ID || !bytes.Equal(read.Secret, made.Secret) {
		t.Errorf("read as %v, %v", read, ok)
	}
	stored := grant.Grant{ID: made.ID, Secret: made.Secret}
	if !read.Redeems(stored) {
		t.Error("it does not redeem its grant")
	}
	if raw, _ := base64.RawURLEncoding.DecodeString(text); bytes.Contains(made.Secret, raw[16:24]) || bytes.Equal(made.Secret, raw[16:]) {
		t.Error("the grant keeps the secret itself")
	}
	if ciba, ok := grant.ParseTicket(grant.CIBA, text); !ok || ciba.Redeems(stored) {
		t.Error("a code redeems as an auth_req_id")
	}
	if read.Redeems(grant.Grant{ID: made.ID}) || read.Redeems(grant.Grant{ID: "x", Secret: made.Secret}) || read.Redeems(grant.Grant{}) {
		t.Error("it redeems another grant")
	}
}

func TestTicketsDifferInEveryBit(t *testing.T) {
	t.Parallel()
	made, text, _ := grant.NewTicket(grant.AuthorizationCode, random())
	raw, _ := base64.RawURLEncoding.DecodeString(text)
	stored := grant.Grant{ID: made.ID, Secret: made.Secret}
	for i := range raw {
		changed := bytes.Clone(raw)
		changed[i] ^= 1
		other, ok := grant.ParseTicket(grant.AuthorizationCode, base64.RawURLEncoding.EncodeToString(changed))
		if !ok || other.Redeems(stored) {
			t.Errorf("byte %d does not matter", i)
		}
	}
}

func TestParseTicketRefuses(t *testing.T) {
	t.Parallel()
	_, text, _ := grant.NewTicket(grant.CIBA, random())
	for _, other := range []string{"", text[:63], text + "A", text + "=", text[:63] + "+", text[:63] + " ", text + "\n", strings.Repeat("A", 4096), "é" + text[2:]} {
		if got, ok := grant.ParseTicket(grant.CIBA, other); ok || got.ID != "" {
			t.Errorf("%q read as %v", other, got)
		}
	}
}

func TestRandomnessThatFails(t *testing.T) {
	t.Parallel()
	away := iotest.ErrReader(errors.New("no entropy"))
	if _, text, err := grant.NewTicket(grant.CIBA, away); err == nil || text != "" {
		t.Errorf("a ticket %q, %v", text, err)
	}
	if _, text, err := grant.NewTicket(grant.CIBA, strings.NewReader("short")); err == nil || text != "" {
		t.Errorf("a ticket of too little %q, %v", text, err)
	}
	if id, err := grant.NewID(away); err == nil || id != "" {
		t.Errorf("an id %q, %v", id, err)
	}
}

func TestRefresh(t *testing.T) {
	t.Parallel()
	id, err := grant.NewID(random())
	if err != nil || len(id) != 22 {
		t.Fatalf("id %q, %v", id, err)
	}
	for _, generation := range []int{1, 2, 1 << 20} {
		text, err := grant.Refresh{ID: id, Generation: generation}.Text(mac("k"), "client")
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := grant.ParseRefresh(text, mac("k"), "client"); !ok || got.ID != id || got.Generation != generation {
			t.Errorf("generation %d read as %+v, %v", generation, got, ok)
		}
		if got, ok := grant.ParseRefresh(text, mac("k"), "other"); ok {
			t.Errorf("another client's: %+v", got)
		}
		if got, ok := grant.ParseRefresh(text, mac("other"), "client"); ok {
			t.Errorf("another key's: %+v", got)
		}
		checkForged(t, text)
	}
	if _, err := (grant.Refresh{ID: "short", Generation: 1}).Text(mac("k"), "client"); err == nil {
		t.Error("a malformed ID got a token")
	}
}

// checkForged checks that no other text passes for a refresh token.
func checkForged(t *testing.T, text string) {
	t.Helper()
	raw, _ := base64.RawURLEncoding.DecodeString(text)
	for i := range raw {
		changed := bytes.Clone(raw)
		changed[i] ^= 0x80
		if got, ok := grant.ParseRefresh(base64.RawURLEncoding.EncodeToString(changed), mac("k"), "client"); ok {
			t.Errorf("byte %d changed gave %+v", i, got)
		}
	}
	for _, other := range []string{"", "A", text + "A", text[:len(text)-4], text + "=", "+" + text[1:], base64.RawURLEncoding.EncodeToString(raw[:20])} {
		if got, ok := grant.ParseRefresh(other, mac("k"), "client"); ok {
			t.Errorf("%q gave %+v", other, got)
		}
	}
}

func FuzzParseTicket(f *testing.F) {
	_, text, _ := grant.NewTicket(grant.CIBA, random())
	f.Add(text)
	f.Fuzz(func(t *testing.T, text string) {
		ticket, ok := grant.ParseTicket(grant.AuthorizationCode, text)
		if ok && (len(text) != 64 || ticket.ID != text[:21]+ticket.ID[21:] || !ticket.Redeems(grant.Grant{ID: ticket.ID, Secret: ticket.Secret})) {
			t.Errorf("%q gave %v", text, ticket)
		}
	})
}

func FuzzParseRefresh(f *testing.F) {
	id, _ := grant.NewID(random())
	text, _ := grant.Refresh{ID: id, Generation: 1}.Text(mac("k"), "client")
	f.Add(text)
	f.Fuzz(func(t *testing.T, text string) {
		got, ok := grant.ParseRefresh(text, mac("k"), "client")
		if !ok {
			return
		}
		if again, err := got.Text(mac("k"), "client"); err != nil || again != text {
			t.Errorf("%q was not made by us: %q, %v", text, again, err)
		}
	})
}
