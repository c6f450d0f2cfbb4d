package rotation

import (
	"time"

	"lineproof/shared/keyring"
	"lineproof/shared/secrets"
	"lineproof/shared/verification"
)

// kind is how one secret rotates.
type kind struct {
	// life is how long what a key made may live after the key was last used; 0 is for ever.
	life time.Duration
	// turn gives the value after a rotation.
	turn func(current []byte, at occasion) ([]byte, error)
	// part is what some hold of it who must not hold it whole; nil when there is nobody.
	part *split
}

// split is of a secret what others need of it: those who verify what it signs, or read what it
// makes. It is shown before the secret makes anything of it.
type split struct {
	// name is where it stands.
	name secrets.Name
	// of returns the part of a value.
	of func(value []byte) ([]byte, error)
	// try tells whether what the value makes is good to who holds the part; nil when that follows.
	try func(value, part []byte, now time.Time) error
}

// How long lives what a key made.
const (
	tokenLife   = time.Hour           // access tokens and id_tokens under the longest policy
	refreshLife = 30 * 24 * time.Hour // a family of refresh tokens
	// A verification ends within 2 h and can be searched for 30 days more.
	pinLife = 31 * 24 * time.Hour
	// fallbackLife is longer than any execution of the state machine.
	fallbackLife = 3 * time.Hour
	// gatewayLife is what an operator has to take over the new key: it is the one who signs.
	gatewayLife = 30 * 24 * time.Hour
)

// kinds holds what rotates. PairwiseSalt does not, because every pairwise subject would change, nor
// does Idempotency, because every key would name another fallback; Verification follows Signing and
// RequestIDs follows PINs; CloudFrontSecret is as much theirs as ours, so a deployment changes it.
var kinds = map[secrets.Name]kind{
	secrets.Signing:  {tokenLife, turnSigning, &split{secrets.Verification, publicHalf, tried}},
	secrets.Refresh:  ringKind(refreshLife, nil),
	secrets.PINs:     ringKind(pinLife, &split{secrets.RequestIDs, idPart, nil}),
	secrets.Fallback: ringKind(fallbackLife, nil),
	secrets.Gateway:  ringKind(gatewayLife, nil),
	// Hashes of secrets live as long as the secrets do.
	secrets.Peppers: ringKind(0, nil),
}

// Names gives the secrets that rotate.
func Names() []secrets.Name {
	return []secrets.Name{
		secrets.Peppers, secrets.Fallback, secrets.Gateway, secrets.PINs, secrets.Refresh,
		secrets.Signing,
	}
}

func ringKind(life time.Duration, part *split) kind {
	turn := func(current []byte, at occasion) ([]byte, error) { return turnRing(current, life, at) }
	return kind{life, turn, part}
}

// idPart returns the ring that reads request_ids.
func idPart(value []byte) ([]byte, error) {
	whole, err := secrets.Parse(value)
	if err != nil {
		return nil, err
	}
	ring, err := secrets.Part(whole, verification.IDMaterial)
	return secrets.Marshal(ring), err
}

// turnRing rotates a secrets.Ring.
func turnRing(current []byte, life time.Duration, at occasion) ([]byte, error) {
	old, err := readRing(current)
	if err != nil {
		return nil, err
	}
	versions, err := rotate(old, func() (version[keyring.Secret], error) {
		k, err := keyring.GenerateSecret(at.random)
		return version[keyring.Secret]{mark{ID: k.ID, Made: at.now}, k}, err
	}, life, at)
	if err != nil {
		return nil, err
	}
	if len(versions) > secrets.MaxKeys {
		return nil, ErrFull
	}
	ring, history := apart(versions)
	value, err := write(secrets.Marshal(ring), history)
	if err != nil {
		return nil, err
	}
	// A ring that nobody could read, because two keys were drawn with one version, must not be
	// stored.
	_, err = secrets.ParseAs(func(number uint32, _ []byte) (keyring.Versioned, error) {
		return keyring.Version("key", number), nil
	})(value)
	return value, err
}

func readRing(text []byte) ([]version[keyring.Secret], error) {
	if blank(text) {
		return nil, nil
	}
	k, err := readKeys(text)
	if err != nil {
		return nil, err
	}
	ring, err := secrets.Parse(text)
	if err != nil {
		return nil, err
	}
	var all []version[keyring.Secret]
	for _, key := range ring {
		all = append(all, version[keyring.Secret]{k.mark(key.ID), key})
	}
	return all, nil
}
