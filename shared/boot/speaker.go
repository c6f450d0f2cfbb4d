package boot

import (
	"encoding/json"
	"errors"
	"strings"

	"lineproof/shared/network"
	"lineproof/shared/phone"
	"lineproof/shared/token"
)

// Whoever vouches for numbers alone vouches for all. As soon as there are two, each names the
// numbers that it speaks for, or one could speak for the other's subscribers.
var errNoPrefixes = errors.New("more than one vouches for numbers, and not all name their" +
	" prefixes")

var errFingerprints = errors.New(
	"not a list of SHA-256 fingerprints, each with the prefixes of its" +
		" numbers: FINGERPRINT=4477/4478",
)

// gateways are those whose word for a number counts.
type gateways struct {
	certificates map[network.Fingerprint]phone.Prefixes
	signing      phone.Prefixes
}

// gateways reads who may vouch for numbers.
func (e *Env) gateways() gateways {
	g := gateways{
		certificates: setting(e, certificatesVariable, parseCertificates),
		signing:      setting(e, prefixesVariable, parsePrefixes),
	}
	if len(g.signing) == 0 && len(g.certificates) <= 1 && !g.named() {
		return g.every()
	}
	if len(g.signing) == 0 {
		e.plan.problem(prefixesVariable, errNoPrefixes)
	}
	for _, prefixes := range g.certificates {
		if len(prefixes) == 0 {
			e.plan.problem(certificatesVariable, errNoPrefixes)
		}
	}
	return g
}

// named tells whether a certificate names prefixes.
func (g gateways) named() bool {
	for _, prefixes := range g.certificates {
		if len(prefixes) > 0 {
			return true
		}
	}
	return false
}

// every returns the gateways, all of one operator, as they speak for every number.
func (g gateways) every() gateways {
	for fingerprint := range g.certificates {
		g.certificates[fingerprint] = phone.Every
	}
	g.signing = phone.Every
	return g
}

func parsePrefixes(text string) (phone.Prefixes, error) {
	if text == "" {
		return nil, nil
	}
	return phone.ParsePrefixes(split(text))
}

func parseCertificates(text string) (map[network.Fingerprint]phone.Prefixes, error) {
	certificates := map[network.Fingerprint]phone.Prefixes{}
	if text == "" {
		return certificates, nil
	}
	for _, part := range split(text) {
		digits, list, named := strings.Cut(part, "=")
		fingerprint, err := network.ParseFingerprint(digits)
		var prefixes phone.Prefixes
		if named && err == nil {
			prefixes, err = phone.ParsePrefixes(strings.Split(list, "/"))
		}
		if err != nil {
			return nil, errFingerprints
		}
		certificates[fingerprint] = prefixes
	}
	return certificates, nil
}

func parseOperators(text string) (token.Operators, error) {
	var sets map[string]json.RawMessage
	if text == "" {
		return nil, nil
	}
	if err := json.Unmarshal([]byte(text), &sets); err != nil {
		return nil, errors.New("not a JSON object of key sets")
	}
	operators := token.Operators{}
	for issuer, set := range sets {
		operator, err := parseOperator(set)
		switch {
		case err != nil || issuer == "":
			return nil, errors.New("not a JSON object of key sets, each with its prefixes")
		case len(operator.Prefixes) == 0 && len(sets) > 1:
			return nil, errNoPrefixes
		case len(operator.Prefixes) == 0:
			operator.Prefixes = phone.Every
		}
		operators[issuer] = operator
	}
	return operators, nil
}

// parseOperator reads a JSON Web Key Set with a member of ours (RFC 7517 §5 lets further ones stand
// there).
func parseOperator(set json.RawMessage) (token.Operator, error) {
	var beside struct {
		Prefixes []string `json:"prefixes"`
	}
	if err := json.Unmarshal(set, &beside); err != nil {
		return token.Operator{}, err
	}
	prefixes, err := phone.ParsePrefixes(beside.Prefixes)
	if err != nil {
		return token.Operator{}, err
	}
	ring, err := token.ParseJWKS(set)
	if err == nil && len(ring) == 0 {
		err = errors.New("no key")
	}
	return token.Operator{Keys: ring, Prefixes: prefixes}, err
}
