package rotation_test

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/netip"
	"slices"
	"strconv"
	"testing"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/fault"
	"lineproof/shared/grant"
	"lineproof/shared/keyring"
	"lineproof/shared/memory"
	"lineproof/shared/phone"
	"lineproof/shared/secrets"
	"lineproof/shared/sms"
	"lineproof/shared/storetest"
	"lineproof/shared/token"
	"lineproof/shared/verification"
)

// Nobody notices a rotation. There are always two processes: one that has just fetched a secret,
// and one that fetched it just before the rotation and keeps it for its five minutes. What either
// makes, both take, whatever was made when.

// pair is one secret as the two processes hold it.
type pair[T any] struct{ fresh, stale *secrets.Value[T] }

func hold[T any](v *vault, name secrets.Name, parse func([]byte) (T, error)) pair[T] {
	now := func() time.Time { return v.now }
	return pair[T]{secrets.Follow(v, name, parse, 0, now), secrets.Follow(v, name, parse, 5*time.Minute, now)}
}

func current[T any](t *testing.T, value *secrets.Value[T]) T {
	t.Helper()
	got, err := value.Get(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// around runs what before and after do around each of six monthly rotations: the stale process has
// fetched just before.
func around[T any](t *testing.T, v *vault, name secrets.Name, p pair[T], before, after func(fresh, stale T)) {
	t.Helper()
	for range 6 {
		before(current(t, p.fresh), current(t, p.stale))
		v.rotate(t, name)
		after(current(t, p.fresh), current(t, p.stale))
		v.pass(month)
	}
}

func TestRefreshTokensOutliveRotations(t *testing.T) {
	t.Parallel()
	v := newVault()
	type made struct {
		text string
		at   time.Time
	}
	var all []made
	var active []string
	issue := func(r secrets.Ring) {
		id, _ := grant.NewID(rand.Reader)
		text, err := grant.Refresh{ID: id, Generation: 1}.Text(keyring.MAC(r), "client")
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, made{text, v.now})
		active = append(active, r.Active().ID)
	}
	redeem := func(rings ...secrets.Ring) {
		for _, m := range all {
			for i, r := range rings {
				if _, ok := grant.ParseRefresh(m.text, keyring.MAC(r), "client"); !ok && v.now.Sub(m.at) <= month {
					t.Errorf("process %d refuses a token of %v ago", i, v.now.Sub(m.at))
				}
			}
		}
	}
	around(t, v, secrets.Refresh, hold(v, secrets.Refresh, secrets.Parse),
		func(fresh, stale secrets.Ring) { issue(fresh); issue(stale); redeem(fresh, stale) },
		func(fresh, stale secrets.Ring) { issue(fresh); issue(stale); redeem(fresh, stale) })
	if distinct := len(slices.Compact(slices.Sorted(slices.Values(active)))); distinct != 6 {
		t.Errorf("%d keys made the tokens of 6 rotations", distinct)
	}
	now := keyring.MAC(current(t, hold(v, secrets.Refresh, secrets.Parse).fresh))
	if _, ok := grant.ParseRefresh(all[0].text, now, "client"); ok {
		t.Error("a token half a year old is still known")
	}
}

func TestAccessTokensOutliveRotations(t *testing.T) {
	t.Parallel()
	v := newVault()
	v.rotate(t, secrets.Signing) // the stack's first keys
	v.pass(month)
	signers, verifiers := hold(v, secrets.Signing, token.ParsePrivateJWKS), hold(v, secrets.Verification, token.ParseJWKS)
	var kept []string
	sign := func(r token.Ring) {
		text, err := token.Issuer{Ring: r, Name: "https://a.example"}.Access(token.Access{
			ID: "a", Client: "b", Subject: "c", Issued: v.now, Expires: v.now.Add(time.Hour),
		})
		if err != nil {
			t.Fatal(err)
		}
		kept = append(kept, text)
	}
	verify := func() {
		for _, verifier := range []*secrets.Value[token.Ring]{verifiers.fresh, verifiers.stale} {
			issuer := token.Issuer{Ring: current(t, verifier), Name: "https://a.example"}
			for _, text := range kept {
				if _, err := issuer.VerifyAccess(text, v.now); err != nil {
					t.Errorf("a token is refused: %v", err)
				}
			}
		}
	}
	var active []string
	around(t, v, secrets.Signing, signers,
		func(fresh, stale token.Ring) { current(t, verifiers.stale); kept = nil; sign(fresh); sign(stale) },
		func(fresh, stale token.Ring) {
			sign(fresh)
			sign(stale)
			verify()
			active = append(active, fresh[0].ID)
		})
	if distinct := len(slices.Compact(active)); distinct != 6 {
		t.Errorf("%d keys signed in 6 rotations", distinct)
	}
}

// line is PIN verification over memory, by two processes.
type line struct {
	*vault
	store  *memory.Verifications
	outbox *memory.Outbox
	pins   map[string]string // by request_id, as they were sent
}

func newLine(v *vault) *line {
	now := func() time.Time { return v.now }
	return &line{v, memory.NewVerifications(memory.NewAccounts()), memory.NewOutbox(now), map[string]string{}}
}

const owner = 0xabcd1234

func (l *line) at() time.Time { return l.now }

// Send is a verification.Sender that keeps what it sends.
func (l *line) Send(_ context.Context, n verification.OutboundMessage) verification.SendResult {
	l.pins[n.RequestID] = n.PIN.Reveal()
	return verification.SendResult{Outcome: verification.Accepted}
}

func (l *line) request(t *testing.T, with, courier verification.Ring, digits uint64) string {
	t.Helper()
	terms := account.UnlimitedTerms("GB")
	order, err := order(digits)
	if err != nil {
		t.Fatal(err)
	}
	r := verification.Requester{
		Store: l.store, Outbox: l.outbox, Keys: with,
		Routed: sms.Anywhere, Now: l.at,
	}
	nonce, err := verification.NewNonce(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	id, err := r.Request(t.Context(), verification.Caller{Account: owner, Terms: terms}, order, nonce)
	if err != nil {
		t.Fatal(err)
	}
	l.outbox.Advance(t.Context(), time.Second, l.pass, verification.Dispatcher{
		Store: l.store, Outbox: l.outbox, Sender: l, Keys: courier, Now: l.at, Random: rand.Reader,
		Log: slog.New(slog.DiscardHandler),
	}.Deliver)
	if l.pins[id] == "" {
		t.Fatal("the courier of the other process sent nothing")
	}
	return id
}

// order returns what is asked for a number.
func order(digits uint64) (verification.Order, error) {
	number, err := phone.FromUint64(digits)
	if err != nil {
		return verification.Order{}, err
	}
	return storetest.Order(number, "GB"), nil
}

func (l *line) check(t *testing.T, with verification.Ring, id string) error {
	t.Helper()
	_, err := verification.Checker{Store: l.store, Keys: with, Now: l.at, Random: rand.Reader}.
		Check(t.Context(), owner, id, verification.NewPIN(l.pins[id]), netip.Addr{})
	return err
}

func (l *line) search(t *testing.T, with verification.IDRing, id string) verification.State {
	t.Helper()
	s := verification.Searcher{Store: l.store, Keys: with, Now: l.at}
	found, err := s.Search(t.Context(), owner, []string{id})
	if err != nil || len(found) != 1 {
		return "unknown"
	}
	return found[0].State
}

func TestPINsAndRequestIDsOutliveRotations(t *testing.T) {
	t.Parallel()
	v := newVault()
	l := newLine(v)
	readers := hold(v, secrets.RequestIDs, secrets.ParseAs(verification.NewIDKey))
	digits := uint64(447700900000)
	var waiting [4]string // ids whose PIN is entered after the rotation
	type done struct {
		id string
		at time.Time
	}
	var history []done
	var active []uint32
	next := func(with, courier verification.Ring) string {
		digits++
		return l.request(t, with, courier, digits)
	}
	v.rotate(t, secrets.PINs) // the stack's first keys
	v.pass(month)
	around(t, v, secrets.PINs, hold(v, secrets.PINs, secrets.ParseAs(verification.NewKey)),
		func(fresh, stale verification.Ring) {
			current(t, readers.stale)
			waiting[0], waiting[1] = next(fresh, stale), next(stale, fresh)
		},
		func(fresh, stale verification.Ring) {
			waiting[2], waiting[3] = next(fresh, stale), next(stale, fresh)
			for i, with := range []verification.Ring{stale, fresh, stale, fresh} {
				if err := l.check(t, with, waiting[i]); err != nil {
					t.Errorf("the PIN of request %d is refused: %v", i, err)
				}
				history = append(history, done{waiting[i], v.now})
			}
			for _, h := range history {
				for i, held := range []*secrets.Value[verification.IDRing]{readers.fresh, readers.stale} {
					with := current(t, held)
					if state := l.search(t, with, h.id); state != verification.Success && v.now.Sub(h.at) <= month {
						t.Errorf("process %d finds a verification of %v ago as %s", i, v.now.Sub(h.at), state)
					}
				}
			}
			active = append(active, fresh[0].Version())
			if err := l.check(t, fresh[1:], next(fresh, fresh)); !fault.Is(err, fault.UnknownRequest) {
				t.Errorf("what is new does not need the active key: %v", err)
			}
		})
	if distinct := len(slices.Compact(active)); distinct != 6 {
		t.Errorf("%d keys were active in 6 rotations", distinct)
	}
}

func TestSecretsOfClientsAndAccountsOutliveRotations(t *testing.T) {
	t.Parallel()
	v := newVault()
	rings, peppers := hold(v, secrets.Peppers, secrets.Parse), hold(v, secrets.Peppers, secrets.ParseAs(account.NewPepper))
	accounts := memory.NewAccounts()
	var clients []grant.Client
	authenticate := func(ring secrets.Ring, pepper account.Ring, which string) {
		for i, c := range clients {
			if !c.HasSecret(keyring.MAC(ring), "client secret") {
				t.Errorf("client %d is refused by the %s process", i, which)
			}
			auth := account.Authenticator{Accounts: accounts, Peppers: pepper, Now: func() time.Time { return v.now }}
			key := account.Key(i + 1)
			_, errSecret := auth.Authenticate(t.Context(), account.Credentials{Key: key.String(), Secret: "account secret"})
			signed := map[string][]string{"timestamp": {stamp(v.now)}}
			signed["sig"] = []string{account.HMACSHA256.Sign("signature secret", signed)}
			_, errSigned := auth.Authenticate(t.Context(), account.Credentials{Key: key.String(), Params: signed})
			if err := errors.Join(errSecret, errSigned); err != nil {
				t.Errorf("account %d is refused by the %s process: %v", i, which, err)
			}
		}
	}
	register := func(ring secrets.Ring, pepper account.Ring) {
		id := "client" + stamp(v.now)
		clients = append(clients, grant.Client{ID: id, SecretHash: grant.HashSecret(keyring.MAC(ring), id, "client secret")})
		key := account.Key(len(clients))
		sealed, err := pepper.Active().SealSignature(key.String(), "signature secret", rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		a := account.Account{Key: key, Secrets: []account.Hash{pepper.Active().HashSecret("account secret")}, Signature: sealed, Method: account.HMACSHA256}
		if err := accounts.PutAccount(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}
	both := func(fresh, stale secrets.Ring) {
		freshPepper, stalePepper := current(t, peppers.fresh), current(t, peppers.stale)
		register(fresh, freshPepper)
		register(stale, stalePepper)
		authenticate(fresh, freshPepper, "fresh")
		authenticate(stale, stalePepper, "stale")
	}
	around(t, v, secrets.Peppers, rings, both, both)
}

func stamp(at time.Time) string { return strconv.FormatInt(at.Unix(), 10) }
