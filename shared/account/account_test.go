package account_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/fault"
	"lineproof/shared/seal"
)

var now = time.Unix(1_800_000_000, 0)

func clock() time.Time { return now }

func pepper(t testing.TB, version uint32) account.Pepper {
	t.Helper()
	p, err := account.NewPepper(version, bytes.Repeat([]byte{byte(version)}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// store is an account.Accounts that counts its reads.
type store struct {
	accounts map[account.Key]account.Account
	err      error
	reads    int
}

func (s *store) Account(_ context.Context, k account.Key) (account.Account, error) {
	s.reads++
	a, known := s.accounts[k]
	if !known && s.err == nil {
		return a, account.ErrNotFound
	}
	return a, s.err
}

func TestParseKey(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]account.Key{
		"0a1b2c3d": 0x0a1b2c3d, "ABCDEF01": 0xabcdef01, "": 0, "0a1b2c3": 0, "0a1b2c3d4": 0, "0a1b2c3g": 0,
	} {
		if got := account.ParseKey(text); got != want || want != 0 && got.String() != strings.ToLower(text) {
			t.Errorf("%q is %v, want %v", text, got, want)
		}
	}
}

func TestAuthenticate(t *testing.T) {
	t.Parallel()
	old, both := account.Ring{pepper(t, 1)}, account.Ring{pepper(t, 2), pepper(t, 1)}
	s := &store{accounts: map[account.Key]account.Account{
		0xabcd1234: {Key: 0xabcd1234, Secrets: []account.Hash{both.Active().HashSecret("new secret"), old.Active().HashSecret("old secret")}},
	}}
	a := account.Authenticator{Accounts: s, Peppers: both, Now: clock}
	for _, test := range []struct {
		key, secret string
		want        fault.Kind
		param       string
	}{
		{"", "new secret", fault.MissingParam, "api_key"},
		{"", "", fault.MissingParam, "api_key"},
		{"abcd1234", "", fault.Incomplete, ""},
		{"abcd1234", "wrong", fault.InvalidCredentials, ""},
		{"abcd1234", "number\nnew secret", fault.InvalidCredentials, ""},
		{"abcd1235", "new secret", fault.InvalidCredentials, ""},
		{"nonsense", "new secret", fault.InvalidCredentials, ""},
	} {
		_, err := a.Authenticate(t.Context(), account.Credentials{Key: test.key, Secret: test.secret})
		if failure := fault.As(err); err == nil || failure.Kind != test.want || failure.Param != test.param {
			t.Errorf("%q with %q gave %v", test.key, test.secret, err)
		}
	}
	for _, secret := range []string{"new secret", "old secret"} {
		if who, err := a.Authenticate(t.Context(), account.Credentials{Key: "ABCD1234", Secret: secret}); err != nil || who.Key != 0xabcd1234 {
			t.Errorf("%s gave %v, %v", secret, who.Key, err)
		}
	}
	s.err = fault.New(fault.Unavailable)
	if _, err := a.Authenticate(t.Context(), account.Credentials{Key: "abcd1234", Secret: "new secret"}); fault.Of(err) != fault.Unavailable {
		t.Errorf("with the store away: %v", err)
	}
}

// request gives the parameters of a signed request, some with what the text that is signed
// replaces.
func request(at time.Time) map[string][]string {
	return map[string][]string{
		"api_key": {"abcd1234"}, "brand": {"You & Me = Love"}, "number": {"447700900000"}, "timestamp": {fmt.Sprint(at.Unix())}, "Z": {"1", "0"},
	}
}

// TestSignatures compares with what `printf %s "$text" | openssl dgst` gives for the same text and
// secret.
func TestSignatures(t *testing.T) {
	t.Parallel()
	params := map[string][]string{"b": {"x&y=z"}, "a": {"1"}, "sig": {"ignored"}, "timestamp": {"1461605396"}}
	for method, want := range vectors {
		if got := method.Sign("my_secret", params); got != want {
			t.Errorf("%s signs as %s, want %s", method, got, want)
		}
	}
	if got := account.Method("sha3").Sign("my_secret", params); got != "" {
		t.Errorf("an unknown method signs as %s", got)
	}
}

func TestSignedRequests(t *testing.T) {
	t.Parallel()
	const key, secret = account.Key(0xabcd1234), "signature secret"
	ring := account.Ring{pepper(t, 2), pepper(t, 1)}
	sealed, err := account.Ring{pepper(t, 1)}.Active().SealSignature(key.String(), secret, rand.Reader)
	if err != nil || bytes.Contains(sealed, []byte(secret)) {
		t.Fatal(err, "or sealed in clear")
	}
	for _, method := range []account.Method{"", account.MD5Hash, account.HMACMD5, account.HMACSHA1, account.HMACSHA256, account.HMACSHA512} {
		signs := method
		if method == "" {
			signs = account.MD5Hash
		}
		s := &store{accounts: map[account.Key]account.Account{
			key: {Key: key, Signature: sealed, Method: method}, 1: {Key: 1}, 2: {Key: 2, Signature: sealed, Method: method},
		}}
		a := account.Authenticator{Accounts: s, Peppers: ring, Now: clock}
		try := func(change func(map[string][]string), at time.Time, as string) error {
			params := request(at)
			params["sig"] = []string{strings.ToUpper(signs.Sign(secret, params))}
			change(params)
			_, err := a.Authenticate(t.Context(), account.Credentials{Key: as, Params: params})
			return err
		}
		keep := func(map[string][]string) {}
		for name, test := range map[string]struct {
			change func(map[string][]string)
			skew   time.Duration
			as     string
			good   bool
		}{
			"good":             {keep, 0, "abcd1234", true},
			"fast clock":       {keep, 30 * time.Second, "abcd1234", true},
			"slow clock":       {keep, -30 * time.Second, "abcd1234", true},
			"at the edge":      {keep, -300 * time.Second, "abcd1234", true},
			"too old":          {keep, -301 * time.Second, "abcd1234", false},
			"too new":          {keep, 301 * time.Second, "abcd1234", false},
			"changed":          {func(p map[string][]string) { p["number"] = []string{"447700900001"} }, 0, "abcd1234", false},
			"added":            {func(p map[string][]string) { p["lg"] = []string{"fr-fr"} }, 0, "abcd1234", false},
			"order of values":  {func(p map[string][]string) { p["Z"] = []string{"0", "1"} }, 0, "abcd1234", false},
			"no timestamp":     {func(p map[string][]string) { delete(p, "timestamp"); p["sig"][0] = signs.Sign(secret, p) }, 0, "abcd1234", false},
			"empty secret":     {func(p map[string][]string) { p["sig"][0] = signs.Sign("", p) }, 0, "00000001", false},
			"sealed elsewhere": {keep, 0, "00000002", false},
			"unknown account":  {keep, 0, "00000003", false},
		} {
			err := try(test.change, now.Add(test.skew), test.as)
			if test.good && err != nil || !test.good && fault.Of(err) != fault.InvalidCredentials {
				t.Errorf("%q, %s: gave %v", method, name, err)
			}
		}
	}
}

func TestDemoList(t *testing.T) {
	t.Parallel()
	old, both := account.Ring{pepper(t, 1)}, account.Ring{pepper(t, 2), pepper(t, 1)}
	demo := account.Account{Demo: true, DemoNumbers: []account.Hash{old.Active().HashNumber("447700900000"), both.Active().HashNumber("447700900001")}}
	for digits, want := range map[string]bool{"447700900000": true, "447700900001": true, "447700900002": false, "": false} {
		if demo.DemoList(both).Allows(digits) != want {
			t.Errorf("%q: want %v", digits, want)
		}
	}
	if !(account.Account{}).DemoList(both).Allows("447700900002") {
		t.Error("an account that is not in demo mode is restricted")
	}
}

func TestPeppers(t *testing.T) {
	t.Parallel()
	if _, err := account.NewPepper(1, make([]byte, 31)); !errors.Is(err, seal.ErrShortKey) {
		t.Errorf("31 bytes gave %v", err)
	}
	if got := fmt.Sprintf("%v %+v", pepper(t, 3), account.Ring{pepper(t, 4)}); got != "[pepper 3] [[pepper 4]]" {
		t.Errorf("prints %s", got)
	}
}

func TestCached(t *testing.T) {
	t.Parallel()
	s := &store{accounts: map[account.Key]account.Account{1: {Key: 1}}}
	at := now
	c := account.NewCached(s, time.Minute, func() time.Time { return at })
	ask := func(k account.Key, want error, reads int) {
		t.Helper()
		if got, err := c.Account(t.Context(), k); !errors.Is(err, want) || err == nil && got.Key != k {
			t.Errorf("account %v: %v, want %v", k, err, want)
		}
		if s.reads != reads {
			t.Errorf("%d reads, want %d", s.reads, reads)
		}
	}
	ask(1, nil, 1)
	ask(1, nil, 1)
	ask(2, account.ErrNotFound, 2)
	at = at.Add(time.Minute - 1)
	ask(2, account.ErrNotFound, 2) // a probe finds no key that is read anew sooner than another
	ask(1, nil, 2)
	at = at.Add(1)
	ask(2, account.ErrNotFound, 3)
	ask(1, nil, 4)
	s.err = fault.New(fault.Unavailable)
	ask(3, s.err, 5)
	ask(3, s.err, 6)
}

// Keys that nobody has, however many are tried, cost no more memory than those of accounts.
func TestCachedIsBounded(t *testing.T) {
	t.Parallel()
	s := &store{accounts: map[account.Key]account.Account{}}
	c := account.NewCached(s, time.Minute, func() time.Time { return now })
	const most = 4096
	for k := range account.Key(most + 1) {
		if _, err := c.Account(t.Context(), k); !errors.Is(err, account.ErrNotFound) {
			t.Fatal(err)
		}
	}
	for _, k := range []account.Key{most, 0} {
		_, _ = c.Account(t.Context(), k)
	}
	if s.reads != most+2 {
		t.Errorf("%d reads, want %d: the newest key is kept and the first is not", s.reads, most+2)
	}
}

func FuzzSignature(f *testing.F) {
	f.Add("md5hash", "secret", "brand", "a&b=c", "0123abcd", "1800000000")
	f.Add("sha512", "", "", "", "", "-9223372036854775808")
	ring := account.Ring{pepper(f, 1)}
	sealed, err := ring.Active().SealSignature(account.Key(1).String(), "secret", rand.Reader)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, method, secret, name, value, sig, timestamp string) {
		params := map[string][]string{name: {value}, "sig": {sig}, "timestamp": {timestamp}}
		s := &store{accounts: map[account.Key]account.Account{1: {Key: 1, Signature: sealed, Method: account.Method(method)}}}
		a := account.Authenticator{Accounts: s, Peppers: ring, Now: clock}
		if _, err := a.Authenticate(t.Context(), account.Credentials{Key: "00000001", Params: params}); err == nil {
			t.Errorf("a made-up signature is accepted: %q", params)
		}
		_ = account.Method(method).Sign(secret, params)
	})
}

var vectors = map[account.Method]string{
	account.MD5Hash:    "3b61662d2bc5b73b0795e2bd50010700",
	account.HMACMD5:    "455dd01543f091d483e8b5142b8c73c9",
	account.HMACSHA1:   "ac0e8e8a1d36fb7ce3781421da67680651e46d00",
	account.HMACSHA256: "4f67bb1c89aeb062e1945249dbaeff9f5f9c7db6e3ce12ee759a1d0958d568c2",
	account.HMACSHA512: "63efde84f40215a738e4ed824176d543c6b9db87e137af483b05d6d93bb191c1c5eac2fa91f3739ba90c986fe59bcde65dd934c4cfbaeaedcb8b302e0b9fe0ce",
}
