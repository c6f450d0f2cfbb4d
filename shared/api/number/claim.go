package number

import (
	"encoding/json"
	"net/http"
	"net/netip"

	"lineproof/shared/fault"
	"lineproof/shared/phone"
	"lineproof/shared/web"
	"lineproof/shared/wire"
)

// The members that bodies of number verification may have.
const (
	fieldNumber = "phoneNumber"
	fieldHashed = "hashedPhoneNumber"
	fieldDevice = "device"
)

// claim is what a client says the number is: itself or its hash.
type claim struct {
	number phone.Number
	hash   phone.Hash
	hashed bool
}

// matches compares in constant time, a hash with that of the number with '+' and, where the wire
// leaves it open, without.
func (c claim) matches(number phone.Number, plusOptional bool) bool {
	if !c.hashed {
		return c.number.Equal(number)
	}
	with := c.hash.Equal(number.Hash())
	without := c.hash.Equal(number.HashDigits())
	return with || plusOptional && without
}

// readClaim reads the body of verify by the wire's rules.
func readClaim(r *http.Request, rules wire.Number) (claim, error) {
	members, err := web.Object(r)
	if err != nil {
		return claim{}, err
	}
	if rules.IgnoreEmpty {
		dropEmpty(members)
	}
	if err := checkMembers(members, rules); err != nil {
		return claim{}, err
	}
	if rules.Hashed && members.Has(fieldHashed) {
		return readHash(members)
	}
	return readNumber(members, rules.PlusOptional)
}

func dropEmpty(members web.Members) {
	for name, raw := range members {
		if text := string(raw); text == "null" || text == `""` {
			delete(members, name)
		}
	}
}

// checkMembers checks which members the body has, and the device that identifies nobody.
func checkMembers(members web.Members, rules wire.Number) error {
	number, hashed := members.Has(fieldNumber), rules.Hashed && members.Has(fieldHashed)
	switch {
	case number && hashed:
		return fault.In(fault.InvalidField, fieldHashed)
	case !number && !hashed:
		return fault.In(fault.MissingField, fieldNumber)
	case rules.OnlyKnown && len(members) > 1:
		return fault.New(fault.InvalidBody)
	}
	return checkDevice(members, rules)
}

func readNumber(members web.Members, plusOptional bool) (claim, error) {
	text, err := members.Text(fieldNumber)
	if err != nil {
		return claim{}, err
	}
	parse := phone.Parse
	if plusOptional {
		parse = phone.ParseOptionalPlus
	}
	number, err := parse(text)
	if err != nil {
		return claim{}, fault.In(fault.InvalidField, fieldNumber)
	}
	return claim{number: number}, nil
}

func readHash(members web.Members) (claim, error) {
	text, err := members.Text(fieldHashed)
	if err != nil {
		return claim{}, err
	}
	hash, err := phone.ParseHash(text)
	if err != nil {
		return claim{}, fault.In(fault.InvalidField, fieldHashed)
	}
	return claim{hash: hash, hashed: true}, nil
}

// device is Telefónica's Device, whose document requires no member of it. It is checked and then
// forgotten, for what a client says of its device proves nothing.
type device struct {
	PhoneNumber             *string `json:"phoneNumber"`
	NetworkAccessIdentifier *string `json:"networkAccessIdentifier"`
	IPv4Address             *struct {
		PublicAddress *string `json:"publicAddress"`
		PublicPort    *uint16 `json:"publicPort"`
	} `json:"ipv4Address"`
	IPv6Address *string `json:"ipv6Address"`
}

// checkDevice checks a device member where the wire has one.
func checkDevice(members web.Members, rules wire.Number) error {
	if !rules.Device || !members.Has(fieldDevice) {
		return nil
	}
	var d *device
	if json.Unmarshal(members[fieldDevice], &d) != nil || d == nil || !d.valid() {
		return fault.In(fault.InvalidField, fieldDevice)
	}
	return nil
}

func (d *device) valid() bool {
	if d.PhoneNumber != nil {
		if _, err := phone.Parse(*d.PhoneNumber); err != nil {
			return false
		}
	}
	if d.NetworkAccessIdentifier != nil && *d.NetworkAccessIdentifier == "" {
		return false
	}
	if v4 := d.IPv4Address; v4 != nil && v4.PublicAddress != nil &&
		!isAddress(*v4.PublicAddress, netip.Addr.Is4) {
		return false
	}
	return d.IPv6Address == nil || isAddress(*d.IPv6Address, netip.Addr.Is6)
}

func isAddress(text string, family func(netip.Addr) bool) bool {
	address, err := netip.ParseAddr(text)
	return err == nil && family(address)
}
