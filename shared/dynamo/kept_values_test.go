package dynamo_test

import (
	"errors"
	"net/netip"
	"testing"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/grant"
	"lineproof/shared/network"
	"lineproof/shared/phone"
	"lineproof/shared/secrets"
)

// keptNow is when stored values begin. Its odd nanoseconds show a form that rounds.
var keptNow = time.Date(2126, 3, 14, 15, 9, 26, 535897932, time.UTC)

// keptItems returns every kind of item that the tables keep, under the name of its files.
func keptItems() map[string]kept {
	return map[string]kept{
		"grant":         {"Grants", "", keptGrants, writeGrants, readGrants},
		"upstream":      {"Upstreams", "", keptUpstreams, writeUpstreams, readUpstreams},
		"breaker":       {"Breakers", "operation", keptBreakers, writeBreakers, readBreakers},
		"day":           {"Breakers", "day", keptDays, writeDays, readDays},
		"client":        {"Clients", "", keptClients, writeClients, readClients},
		"account":       {"Accounts", "", keptAccounts, writeAccounts, readAccounts},
		"ledger":        {"Ledgers", "", keptLedgers, writeLedger, readLedger},
		"replay":        {"Replays", "", keptReplays, writeReplay, readReplay},
		"session":       {"Sessions", "", keptSessions, writeSessions, readSessions},
		"key-set":       {"KeySets", "", keptKeySets, writeKeySet, readKeySet},
		"fallback":      {"Fallbacks", "", keptFallbacks, writeFallbacks, readFallbacks},
		"pin-live":      {"Pins", "live", keptLive, writeLive, readLive},
		"pin-displaced": {"Pins", "000000000001", keptDisplaced, writeDisplaced, readDisplaced},
		"pin-superseded": {
			"Pins", "000000000001", keptSuperseded, writeSuperseded, readSuperseded,
		},
		"pin-overtaken": {"Pins", "", keptOvertaken, writeOvertaken, readOvertaken},
		"ledger-stale":  {"Ledgers", "", keptStale, writeStale, readLedger},
		"till":          {"Pins", "till", keptTills, writeTills, readTills},
		"denial":        {"Pins", "live", keptDenials, writeDenial, readDenial},
		"network":       {"Pins", "network", keptNetworks, writeNetworks, readNetworks},
		"line":          {"Pins", "line", keptLines, count, readLines},
		"address":       {"Pins", "address", keptAddresses, count, readAddresses},
		"cost":          {"Pins", "cost", keptCosts, count, readCosts},
		"template":      {"Templates", "templates", keptBooks, writeFragments, readBook},
		"fragment": {
			"Templates", "8f35a1a7-eb2f-4552-8fdf-fffdaee41bc9#", keptFragments, writeFragments,
			readFragments,
		},
	}
}

// as returns the values of one type.
func as[V any](values []any) []V {
	all := make([]V, len(values))
	for i, v := range values {
		all[i], _ = v.(V)
	}
	return all
}

// anys returns values of one type as those of any.
func anys[V any](values ...V) []any {
	all := make([]any, len(values))
	for i, v := range values {
		all[i] = v
	}
	return all
}

// readEach returns what get reads for each of the latest values.
func readEach[V any](t *testing.T, values func(version int) []any, get func(V) (V, error)) (read []any) {
	t.Helper()
	for _, v := range as[V](values(latest)) {
		got, err := get(v)
		noError(t, err)
		read = append(read, got)
	}
	return read
}

func noError(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func keptNumber(digits string) phone.Number {
	n, err := phone.ParseDigits(digits)
	if err != nil {
		panic(err)
	}
	return n
}

func keptGrants(version int) []any {
	authorized := grant.Grant{
		ID: "authorized", Client: "client", State: grant.Authorized, Type: grant.AuthorizationCode,
		Scope: "openid number-verification:verify", Number: number, AMR: grant.NetworkBased,
		Policy: grant.Policy{Lifetime: 5 * time.Minute, SingleUse: true, RefreshLifetime: time.Hour},
		Secret: []byte{1, 2, 3}, RedirectURI: "https://client.example/cb?a=1&b=2", Challenge: "challenge",
		Nonce: "<nonce>", AuthTime: keptNow.Add(-time.Second), Expires: keptNow.Add(time.Minute),
	}
	pending := grant.Grant{
		ID: "pending", Client: "client", State: grant.Pending, Type: grant.CIBA, Scope: "openid",
		Policy: grant.StandardPolicy, Secret: []byte{4}, Hint: "198.51.100.7:4711",
		Interval: 7 * time.Second, NextPoll: keptNow.Add(7 * time.Second),
		Expires: keptNow.Add(time.Minute),
	}
	issued := authorized
	issued.ID, issued.State, issued.Generation = "issued", grant.Issued, 1
	issued.Expires = keptNow.Add(time.Hour)
	rotated := issued
	rotated.ID, rotated.Generation = "rotated", 2
	brought := pending
	brought.ID, brought.State, brought.Expires = "brought", grant.Issued, issued.Expires
	brought.Number, brought.AMR = number, grant.SIMBased
	used, revoked := issued, issued
	used.ID, used.State = "used", grant.Used
	revoked.ID, revoked.State = "revoked", grant.Revoked
	minimal := grant.Grant{ID: "minimal", State: grant.Pending, Expires: keptNow}
	all := anys(minimal, pending, authorized, issued, rotated, brought, used, revoked)
	if version >= 2 {
		all = append(all, anys(keptLegs(authorized)...)...)
	}
	return all
}

// keptLegs returns the grants of subscribers who are at an upstream, on their way back, and back.
func keptLegs(authorized grant.Grant) []grant.Grant {
	sent := authorized
	sent.ID, sent.State, sent.Number, sent.AMR = "sent", grant.Sent, phone.Number{}, ""
	sent.AuthTime, sent.Upstream = time.Time{}, "operator"
	sent.Leg = grant.Leg{
		State: "<state>", Origin: "198.51.0.0/16",
	}
	sent.Kept = []byte{3, 254}
	landed := sent
	landed.ID, landed.State = "landed", grant.Landed
	back := sent
	back.ID, back.State, back.Leg, back.AMR = "back", grant.Authorized, grant.Leg{}, grant.NetworkBased
	back.Secret, back.Kept, back.AuthTime = []byte{5, 6}, []byte{7, 255}, keptNow
	return []grant.Grant{sent, landed, back}
}

// writeLegs brings those grants to their states.
func writeLegs(t *testing.T, s *stores, legs []grant.Grant) {
	t.Helper()
	sent := legs[0]
	for _, g := range legs {
		sent.ID = g.ID
		noError(t, s.grants.Put(t.Context(), sent))
		if g.State == grant.Sent {
			continue
		}
		_, err := s.grants.Land(t.Context(), grant.Landing{
			ID: g.ID, Secret: sent.Secret, Upstream: sent.Upstream, Now: keptNow,
		})
		noError(t, err)
		if g.State == grant.Landed {
			continue
		}
		_, err = s.grants.Authorize(t.Context(), grant.Authorization{
			ID: g.ID, Secret: g.Secret, Kept: g.Kept, AMR: g.AMR, Now: keptNow, Expires: g.Expires,
		})
		noError(t, err)
	}
}

// writeGrants brings each grant to its state as its life does.
func writeGrants(t *testing.T, s *stores) {
	t.Helper()
	ctx := t.Context()
	all := as[grant.Grant](keptGrants(latest))
	pending, authorized, issued := all[1], all[2], all[3]
	all, legs := all[:len(all)-3], all[len(all)-3:]
	for _, g := range all {
		first := authorized
		switch g.ID {
		case "minimal":
			first = g
		case "pending":
			first = pending
			first.NextPoll, first.Interval = keptNow, 0
		case "brought":
			first = pending
		}
		first.ID = g.ID
		noError(t, s.grants.Put(ctx, first))
		redemption := grant.Redemption{
			ID: g.ID, From: first.State, Client: first.Client, Secret: first.Secret,
			RedirectURI: first.RedirectURI, Challenge: first.Challenge, Number: g.Number, AMR: g.AMR,
			Now: keptNow, Expires: issued.Expires, Generation: min(g.Generation, 1),
		}
		var err error
		switch g.State {
		case grant.Issued, grant.Used, grant.Revoked:
			_, err = s.grants.Redeem(ctx, redemption)
		}
		noError(t, err)
		switch g.ID {
		case "pending":
			_, err = s.grants.Poll(ctx, grant.Poll{ID: g.ID, Was: first.NextPoll, Interval: g.Interval,
				NextPoll: g.NextPoll})
		case "rotated":
			_, err = s.grants.Rotate(ctx, g.ID, g.Client, 1, keptNow)
		case "used":
			_, err = s.grants.Use(ctx, g.ID, keptNow)
		case "revoked":
			err = s.grants.Revoke(ctx, g.ID)
		}
		noError(t, err)
	}
	writeLegs(t, s, legs)
}

func readGrants(t *testing.T, s *stores) (read []any) {
	t.Helper()
	for _, g := range as[grant.Grant](keptGrants(latest)) {
		got, err := s.grants.Grant(t.Context(), g.ID)
		if errors.Is(err, grant.ErrNotFound) { // of a later version
			continue
		}
		noError(t, err)
		read = append(read, got)
	}
	return read
}

func keptClients(version int) []any {
	payer := ""
	if version >= 2 {
		payer = "abcd0001"
	}
	application := grant.Client{ID: "application", Method: grant.ApplicationJWT, Revision: 1}
	if version >= 3 {
		application.StatusURL, application.Signature = "https://a.example/status?a&b", []byte{0, 255}
		application.Outcomes = grant.VonageOutcomes
	}
	abroad := ""
	if version >= 4 {
		abroad = "operator"
	}
	return anys(
		grant.Client{
			ID: "client", Wire: "camara", Method: grant.PrivateKeyJWT, SecretHash: []byte{1},
			JWKS:         []byte(`{"keys":[]}`),
			RedirectURIs: []string{"https://a.example/cb", "https://b.example/"},
			Scopes:       []string{"openid", "dpv:FraudPreventionAndDetection"},
			Types: []grant.Type{
				grant.AuthorizationCode, grant.CIBA, grant.JWTBearer, grant.RefreshToken,
			},
			RequirePKCE: true, RequirePurpose: true, Sector: "a.example", IDTokenAlg: "ES256",
			Policy:  grant.Policy{Lifetime: time.Minute, SingleUse: true, RefreshLifetime: time.Hour},
			Sandbox: true, AddressLookups: 9, Disabled: true, Revision: 1,
			Account: payer, Upstream: abroad,
		},
		grant.Client{ID: "basic", Method: grant.SecretBasic, Revision: 2},
		grant.Client{ID: "post", Method: grant.SecretPost, Revision: 1},
		application,
	)
}

func writeClients(t *testing.T, s *stores) {
	t.Helper()
	for _, c := range as[grant.Client](keptClients(latest)) {
		last := c.Revision
		for c.Revision = range last {
			noError(t, s.clients.Put(t.Context(), c))
		}
	}
}

func readClients(t *testing.T, s *stores) []any {
	t.Helper()
	return readEach(t, keptClients, func(c grant.Client) (grant.Client, error) {
		return s.clients.Client(t.Context(), c.ID)
	})
}

func keptAccounts(version int) []any {
	status, brand, later := "", "", false
	if version >= 2 {
		status, later = "https://a.example/status?a&b", true
	}
	if version >= 3 {
		brand = "Läden & Co"
	}
	return anys(
		account.Account{
			StatusURL: status,
			Key:       0xabcd1234,
			Secrets:   []account.Hash{{Version: 1, Sum: []byte{1, 2}}, {Version: 1 << 31, Sum: []byte{3}}},
			Signature: []byte{0, 0, 0, 1, 9}, Method: account.HMACSHA512, Barred: true, Demo: true,
			DemoNumbers: []account.Hash{{Version: 2, Sum: []byte{4, 255}}},
			Terms: account.Terms{
				PerSecond: 30, PerDay: 1, PerNumber: 2, PerNetwork: 3, PerAddress: 4, NumberRequests: 5,
				NumberMessages: 6, NumberMessagesPerDay: 7, NumberPause: 8, NumberFailures: 9,
				SpendPerDay: 10_000_000_000, MessageCostPerDay: 11, NetworkCostPerDay: 12,
				Price: 100_000, SMSPrice: 33_300, VoicePrice: 33_301, Prepaid: true, Conversion: 13,
				Sample: 14, Strict: true, Countries: []string{"DE", "ZZ"}, LineTypes: []string{"voip"},
				Domain: "a&b.example", AppHash: "abcdefghijk", PlainBrand: true,
				Templates: later, NoFraudCheck: later, Brand: brand, Codeless: version >= 3,
			},
			Revision: 2,
		},
		account.Account{Key: 1, Revision: 1},
		account.Account{Key: 2, Method: account.MD5Hash, Terms: account.StandardTerms("GB"), Revision: 1},
		account.Account{Key: 3, Method: account.HMACMD5, Secrets: []account.Hash{}, Revision: 1},
		account.Account{Key: 4, Method: account.HMACSHA1, Revision: 1},
		account.Account{Key: 5, Method: account.HMACSHA256, Revision: 1},
	)
}

func writeAccounts(t *testing.T, s *stores) {
	t.Helper()
	for _, a := range as[account.Account](keptAccounts(latest)) {
		last := a.Revision
		for a.Revision = range last {
			noError(t, s.accounts.PutAccount(t.Context(), a))
		}
	}
}

func readAccounts(t *testing.T, s *stores) []any {
	t.Helper()
	return readEach(t, keptAccounts, func(a account.Account) (account.Account, error) {
		return s.accounts.Account(t.Context(), a.Key)
	})
}

const (
	keptReplay = "issuer\x00jti"
	keptBy     = "\xffrequest"
)

// keptReplays are what another request that brings the identifier is answered, and the one that
// took it, which no version before the second knew.
func keptReplays(version int) []any {
	if version < 2 {
		return anys(error(grant.ErrReplayed), grant.ErrReplayed)
	}
	return anys(error(grant.ErrReplayed), grant.ErrRepeated)
}

func writeReplay(t *testing.T, s *stores) {
	t.Helper()
	noError(t, s.replays.Once(t.Context(), keptReplay, keptBy, keptNow, keptNow.Add(time.Minute)))
}

func readReplay(t *testing.T, s *stores) []any {
	t.Helper()
	now := keptNow.Add(time.Minute - 1)
	return anys(
		s.replays.Once(t.Context(), keptReplay, "", now, now.Add(time.Hour)),
		s.replays.Once(t.Context(), keptReplay, keptBy, now, now.Add(time.Hour)),
	)
}

func keptSessions(int) []any {
	at := func(prefix string, first, last uint16) network.Session {
		return network.Session{
			Prefix: netip.MustParsePrefix(prefix), FirstPort: first, LastPort: last, Number: number,
			Start: keptNow, End: keptNow.Add(time.Hour),
		}
	}
	return anys(
		at("198.51.100.7/32", 0, 65535), at("198.51.100.8/32", 1000, 3000),
		at("198.51.100.9/32", 1, 60000), at("2001:db8:0:1::/64", 0, 65535),
		at("2001:db8:1:100::/56", 0, 65535), at("2001:db8:2::7/128", 0, 65535),
	)
}

func writeSessions(t *testing.T, s *stores) {
	t.Helper()
	for _, session := range as[network.Session](keptSessions(latest)) {
		noError(t, s.sessions.PutSession(t.Context(), session))
	}
}

func readSessions(t *testing.T, s *stores) (read []any) {
	t.Helper()
	for _, session := range as[network.Session](keptSessions(latest)) {
		at := netip.AddrPortFrom(session.Prefix.Addr(), max(session.FirstPort, 1))
		got, err := s.sessions.Session(t.Context(), at, keptNow)
		noError(t, err)
		read = append(read, got)
	}
	return read
}

func keptKeySets(int) []any { return anys(`{"keys":[{"kid":"<1>"}]}`) }

func writeKeySet(t *testing.T, s *stores) {
	t.Helper()
	set := as[string](keptKeySets(latest))[0]
	noError(t, s.keySets.Publish(t.Context(), secrets.Verification, []byte(set)))
}

func readKeySet(t *testing.T, s *stores) []any {
	t.Helper()
	set, err := s.keySets.Get(t.Context(), secrets.Verification)
	noError(t, err)
	return anys(string(set))
}
