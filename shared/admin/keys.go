package admin

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"lineproof/shared/grant"
)

// keySource is the fields of commands that give an application a key.
type keySource struct {
	PublicKey string          `json:"public_key" help:"its own public key, RSA of at least 2048 bits, in PEM (BEGIN PUBLIC KEY); without it and jwks a pair is made, whose private half is in the answer, once (optional)"`
	JWKS      json.RawMessage `json:"jwks" help:"the same as a JSON Web Key Set of this one key (optional)"`
}

// add makes the source's key the newest of an application, and returns the private half if it was
// made here. The newest so far stays good.
func (s keySource) add(a Admin, c *grant.Client) (secret, error) {
	private, public, field, err := s.read(a)
	if err != nil {
		return secret{}, err
	}
	if len(c.JWKS) > 0 {
		if public, err = newest(2, public, c.JWKS); err != nil {
			return secret{}, err
		}
	}
	if _, err := a.Algorithms(public); err != nil {
		return secret{}, wrong(field, "the application has this key already, or one of its kid")
	}
	c.JWKS = public
	return private, nil
}

// read returns a key as a key set, its private half if it is made here, and the field that named
// it.
func (s keySource) read(a Admin) (private secret, public []byte, field string, err error) {
	hasSet := len(s.JWKS) > 0 && string(s.JWKS) != "null"
	switch {
	case hasSet && s.PublicKey != "":
		return secret{}, nil, "", wrong("jwks", "there is public_key or jwks, not both")
	case hasSet:
		public, err = s.fromSet(a)
		return secret{}, public, "jwks", err
	case s.PublicKey != "":
		public, err = s.fromPEM(a)
		return secret{}, public, "public_key", err
	}
	text, public, err := a.KeyPair()
	return newlyMade(string(text)), public, "", err
}

// lostKey refuses private keys: whoever sends us one has lost it.
const lostKey = "it holds a private key; register the public half of a new one"

func (s keySource) fromSet(a Admin) ([]byte, error) {
	algorithms, err := verifying(a, s.JWKS)
	if err != nil {
		return nil, err
	}
	if keys, err := split(s.JWKS); err != nil || len(keys) != 1 ||
		!slices.Equal(algorithms, []string{rs256}) {
		return nil, wrong("jwks", "it holds one key, for RS256")
	}
	return s.JWKS, nil
}

func (s keySource) fromPEM(a Admin) ([]byte, error) {
	if strings.Contains(s.PublicKey, "PRIVATE") {
		return nil, wrong("public_key", lostKey)
	}
	set, err := a.PublicKey([]byte(s.PublicKey))
	if err != nil {
		return nil, wrong("public_key", "it is an RSA key of at least 2048 bits in PEM, "+
			"from -----BEGIN PUBLIC KEY----- to -----END PUBLIC KEY-----")
	}
	return set, nil
}

// verifying returns the algorithms of the keys of a set, which may hold no private ones.
func verifying(a Admin, jwks []byte) ([]string, error) {
	if hasPrivate(jwks) {
		return nil, wrong("jwks", lostKey)
	}
	algorithms, err := a.Algorithms(jwks)
	if err != nil {
		return nil, wrong(
			"jwks",
			"it is a JSON Web Key Set of EC P-256 and RSA keys of at least 2048 bits, each with a kid of its own",
		)
	}
	return algorithms, nil
}

// keySet is a JSON Web Key Set (RFC 7517 §5).
type keySet struct {
	Keys []json.RawMessage `json:"keys"`
}

func split(jwks []byte) ([]json.RawMessage, error) {
	var set keySet
	if err := json.Unmarshal(jwks, &set); err != nil {
		return nil, fmt.Errorf("admin: read key set: %w", err)
	}
	return set.Keys, nil
}

// newest returns the set of the first n keys of the sets, in their order.
func newest(n int, sets ...[]byte) ([]byte, error) {
	var all keySet
	for _, set := range sets {
		keys, err := split(set)
		if err != nil {
			return nil, err
		}
		all.Keys = append(all.Keys, keys...)
	}
	all.Keys = all.Keys[:min(n, len(all.Keys))]
	return json.Marshal(all)
}

// privateMembers are those of RFC 7518 §6 that nobody else may see.
var privateMembers = []string{"d", "p", "q", "dp", "dq", "qi", "oth", "k"}

func hasPrivate(jwks []byte) bool {
	var set struct {
		Keys []map[string]json.RawMessage `json:"keys"`
	}
	if json.Unmarshal(jwks, &set) != nil {
		return false // and no key set, as will be told
	}
	for _, key := range set.Keys {
		for _, member := range privateMembers {
			if _, there := key[member]; there {
				return true
			}
		}
	}
	return false
}
