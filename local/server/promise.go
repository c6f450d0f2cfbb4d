package server

import "lineproof/shared/token"

// promise is a key that is being made. Those of RSA take their time, so all are made side by side.
type promise struct {
	made chan struct{}
	key  token.Key
	err  error
}

// promised begins to make a key.
func promised(alg string) *promise {
	p := &promise{made: make(chan struct{})}
	go func() {
		defer close(p.made)
		p.key, p.err = token.Generate(alg)
	}()
	return p
}

// kept waits for the key.
func (p *promise) kept() (token.Key, error) {
	<-p.made
	return p.key, p.err
}

// ringOf waits for the keys of a ring.
func ringOf(promises ...*promise) (token.Ring, error) {
	var ring token.Ring
	for _, p := range promises {
		key, err := p.kept()
		if err != nil {
			return nil, err
		}
		ring = append(ring, key)
	}
	return ring, nil
}
