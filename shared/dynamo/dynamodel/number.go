package dynamodel

import (
	"math"
	"math/big"
	"regexp"
	"strconv"
	"strings"
)

// The limits of numbers (developer guide, "Data types").
const (
	mostDigits   = 38
	mostExponent = 126 // 9.99…E+125
	leastPlaces  = 130 // 1E-130
)

var numeral = regexp.MustCompile(`^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$`)

// canonical returns a number in its shortest form, without exponent.
func canonical(s string) (string, error) {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return strconv.FormatInt(n, 10), nil
	}
	if !numeral.MatchString(s) {
		return "", invalid("the parameter cannot be converted to a numeric value")
	}
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		return "", invalid("the parameter cannot be converted to a numeric value")
	}
	return written(r)
}

// written returns a number that is a decimal fraction, or a ValidationException for one that is too
// long, too large or too small.
func written(r *big.Rat) (string, error) {
	text := r.FloatString(leastPlaces)
	text = strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
	whole, places, _ := strings.Cut(strings.TrimPrefix(text, "-"), ".")
	switch significant := strings.Trim(whole+places, "0"); {
	case len(significant) > mostDigits:
		return "", invalid("attempting to store more than 38 significant digits in a number")
	case len(whole) > mostExponent:
		return "", invalid("number overflow")
	case significant == "" && r.Sign() != 0:
		return "", invalid("number underflow")
	}
	return text, nil
}

func rational(s string) *big.Rat {
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		panic("dynamodel: a number stands that is none")
	}
	return r
}

func compareNumbers(a, b string) int {
	x, errX := strconv.ParseInt(a, 10, 64)
	y, errY := strconv.ParseInt(b, 10, 64)
	if errX != nil || errY != nil {
		return rational(a).Cmp(rational(b))
	}
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	default:
		return 0
	}
}

// sum returns a + sign·b, of which sign is 1 or -1.
func sum(a, b string, sign int64) (string, error) {
	x, errX := strconv.ParseInt(a, 10, 64)
	y, errY := strconv.ParseInt(b, 10, 64)
	const safe = math.MaxInt64 / 2
	if errX == nil && errY == nil && x < safe && x > -safe && y < safe && y > -safe {
		return strconv.FormatInt(x+sign*y, 10), nil
	}
	signed := new(big.Rat).Mul(rational(b), big.NewRat(sign, 1))
	return written(signed.Add(rational(a), signed))
}
