package token

import (
	"encoding/json"
	"fmt"
)

// sign writes header and claims and signs them with the ring's active key for alg.
func (i Issuer) sign(alg, typ string, wire any) (string, error) {
	k, err := i.Ring.active(alg)
	if err != nil {
		return "", err
	}
	return k.sign(typ, wire)
}

// sign gives the compact form (RFC 7515 §7.1) of wire as JSON.
func (k Key) sign(typ string, wire any) (string, error) {
	header, err := json.Marshal(struct {
		Alg string `json:"alg"`
		Typ string `json:"typ"`
		Kid string `json:"kid"`
	}{k.Alg, typ, k.ID})
	if err != nil {
		return "", fmt.Errorf("token: write header: %w", err)
	}
	payload, err := json.Marshal(wire)
	if err != nil {
		return "", fmt.Errorf("token: write claims: %w", err)
	}
	text := encode(header) + "." + encode(payload)
	signature, err := k.method().Sign(text, k.Private())
	if err != nil {
		return "", fmt.Errorf("token: sign: %w", err)
	}
	return text + "." + encode(signature), nil
}
