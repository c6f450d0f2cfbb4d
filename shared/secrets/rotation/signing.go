package rotation

import (
	"time"

	"lineproof/shared/token"
)

// algorithms are those that we sign with; each has keys of its own.
var algorithms = []string{token.ES256, token.RS256}

// turnSigning rotates the keys of tokens, those of each algorithm by themselves.
func turnSigning(current []byte, at occasion) ([]byte, error) {
	old, err := readSigning(current)
	if err != nil {
		return nil, err
	}
	var keys []token.Key
	var history []mark
	for _, alg := range algorithms {
		versions, err := rotate(old[alg], func() (version[token.Key], error) {
			k, err := token.Generate(alg)
			return version[token.Key]{mark{ID: k.ID, Made: at.now}, k}, err
		}, tokenLife, at)
		if err != nil {
			return nil, err
		}
		of, marks := apart(versions)
		keys, history = append(keys, of...), append(history, marks...)
	}
	ring, err := token.NewRing(keys...)
	if err != nil {
		return nil, err
	}
	return write(ring.PrivateJWKS(), history)
}

// readSigning gives the keys by algorithm.
func readSigning(text []byte) (map[string][]version[token.Key], error) {
	if blank(text) {
		return nil, nil
	}
	k, err := readKeys(text)
	if err != nil {
		return nil, err
	}
	ring, err := token.ParsePrivateJWKS(text)
	if err != nil {
		return nil, err
	}
	if len(ring) != len(k.ids()) {
		return nil, errUnreadable // a key of a kind that we have not made
	}
	all := map[string][]version[token.Key]{}
	for _, key := range ring {
		all[key.Alg] = append(all[key.Alg], version[token.Key]{k.mark(key.ID), key})
	}
	return all, nil
}

// publicHalf gives the JSON Web Key Set of public keys.
func publicHalf(pending []byte) ([]byte, error) {
	ring, err := token.ParsePrivateJWKS(pending)
	if err != nil {
		return nil, err
	}
	return ring.JWKS(), nil
}

// tried signs with each algorithm of a private set and verifies by the public one what can be:
// id_tokens are for others to open.
func tried(private, public []byte, now time.Time) error {
	signer, err := token.ParsePrivateJWKS(private)
	if err != nil {
		return err
	}
	verifier, err := token.ParseJWKS(public)
	if err != nil {
		return err
	}
	const self = "https://rotation.invalid"
	issuer := token.Issuer{Ring: signer, Name: self}
	for _, alg := range algorithms {
		claims := token.IDClaims{Client: self, Subject: self, Issued: now, Expires: now}
		if _, err := issuer.ID(claims, alg); err != nil {
			return err
		}
	}
	access := token.Access{
		ID:      "test",
		Client:  "test",
		Subject: "test",
		Issued:  now,
		Expires: now.Add(time.Minute),
	}
	text, err := issuer.Access(access)
	if err != nil {
		return err
	}
	_, err = token.Issuer{Ring: verifier, Name: self}.VerifyAccess(text, now)
	return err
}
