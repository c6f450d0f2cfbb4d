package plan_test

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/nyaruka/phonenumbers"

	"lineproof/shared/numbering/plan"
)

var kinds = map[phonenumbers.PhoneNumberType]plan.Kind{
	phonenumbers.UNKNOWN: plan.Unknown, phonenumbers.PREMIUM_RATE: plan.PremiumRate, phonenumbers.TOLL_FREE: plan.TollFree,
	phonenumbers.SHARED_COST: plan.SharedCost, phonenumbers.VOIP: plan.VoIP, phonenumbers.PAGER: plan.Pager,
	phonenumbers.PERSONAL_NUMBER: plan.PersonalNumber, phonenumbers.UAN: plan.UAN, phonenumbers.VOICEMAIL: plan.Voicemail,
	phonenumbers.FIXED_LINE: plan.FixedLine, phonenumbers.FIXED_LINE_OR_MOBILE: plan.FixedLineOrMobile,
	phonenumbers.MOBILE: plan.Mobile,
}

var lengths = map[phonenumbers.ValidationResult]plan.Length{
	phonenumbers.IS_POSSIBLE: plan.Possible, phonenumbers.IS_POSSIBLE_LOCAL_ONLY: plan.LocalOnly,
	phonenumbers.TOO_SHORT: plan.TooShort, phonenumbers.TOO_LONG: plan.TooLong, phonenumbers.INVALID_LENGTH: plan.Between,
}

// answer is all that is told of a number.
type answer struct {
	e164    string
	code    int
	length  plan.Length
	country string
	kind    plan.Kind
}

// ours asks the plan of a country, of the world if that is empty. It is false for what is no
// number.
func ours(digits, country string) (answer, bool) {
	n, ok := plan.Parse(digits)
	if country != "" {
		n, ok = plan.Of(country).Parse(digits)
	}
	if !ok {
		return answer{}, false
	}
	region, kind := n.Kind()
	return answer{n.E164(), n.Code(), n.Length(), region.Country(), kind}, true
}

// theirs asks libphonenumber the same.
func theirs(digits, country string) (answer, bool) {
	if country == "" {
		digits = "+" + digits
	}
	n, err := phonenumbers.Parse(digits, country)
	if err != nil {
		return answer{}, false
	}
	code := int(n.GetCountryCode())
	region := phonenumbers.GetRegionCodeForNumber(n)
	if region == "" {
		region = phonenumbers.GetRegionCodeForCountryCode(code)
	}
	if region == "001" {
		region = ""
	}
	length := lengths[phonenumbers.IsPossibleNumberWithReason(n)]
	return answer{phonenumbers.Format(n, phonenumbers.E164), code, length, region, kinds[phonenumbers.GetNumberType(n)]}, true
}

// same asks both, and tells whether it is a number.
func same(t *testing.T, digits, country string) bool {
	got, ok := ours(digits, country)
	if want, is := theirs(digits, country); got != want || ok != is {
		t.Errorf("%s in %q is %+v, %v; libphonenumber: %+v, %v", digits, country, got, ok, want, is)
	}
	return ok
}

func TestCountriesAreLibphonenumbers(t *testing.T) {
	t.Parallel()
	if got, want := plan.Countries(), slices.Sorted(maps.Keys(phonenumbers.GetSupportedRegions())); !slices.Equal(got, want) {
		t.Errorf("countries are %v, want %v", got, want)
	}
	for _, country := range plan.Countries() {
		if got, want := plan.Of(country).Code(), phonenumbers.GetCountryCodeForRegion(country); got != want {
			t.Errorf("%s has code %d, want %d", country, got, want)
		}
	}
	for _, country := range []string{"", "001", "XX", "gb", "USA"} {
		if plan.Of(country) != nil {
			t.Errorf("%q is a country", country)
		}
	}
}

// origin is a plan to make numbers of: its country, if it is one's, and its calling code.
type origin struct{ country, code string }

func origins() []origin {
	var all []origin
	for _, country := range plan.Countries() {
		all = append(all, origin{country, strconv.Itoa(plan.Of(country).Code())})
	}
	for code := range phonenumbers.GetSupportedGlobalNetworkCallingCodes() {
		all = append(all, origin{"", strconv.Itoa(code)})
	}
	return all
}

// examples are the example numbers of a plan, without their calling code.
func (o origin) examples() []string {
	var all []string
	if o.country == "" {
		code, _ := strconv.Atoi(o.code)
		return []string{phonenumbers.GetNationalSignificantNumber(phonenumbers.GetExampleNumberForNonGeoEntity(code))}
	}
	for kind := range kinds {
		if n := phonenumbers.GetExampleNumberForType(o.country, kind); n != nil {
			all = append(all, phonenumbers.GetNationalSignificantNumber(n))
		}
	}
	slices.Sort(all)
	return all
}

// prefixes are what may stand before a national number, right or wrong.
var prefixes = []string{"", "", "0", "1", "8", "00", "011", "810", "15", "0014", "180020", "003768", "9", "01"}

// number makes digits that may mean something in a plan: an example, changed from some digit on, or
// none of an example's; longer or shorter at times; behind something.
func (o origin) number(r *rand.Rand, examples []string) string {
	var digits []byte
	if len(examples) > 0 {
		digits = []byte(examples[r.IntN(len(examples))])
	}
	from := r.IntN(len(digits) + 1)
	switch r.IntN(8) {
	case 0:
		digits, from = make([]byte, r.IntN(20)), 0
	case 1:
		digits = append(digits, "00000"[:r.IntN(5)]...)
	case 2:
		digits = digits[:r.IntN(len(digits)+1)]
	}
	for i := from; i < len(digits); i++ {
		digits[i] = byte('0' + r.IntN(10))
	}
	text := prefixes[r.IntN(len(prefixes))] + string(digits)
	if r.IntN(4) == 0 {
		return o.code + text
	}
	return text
}

// TestReadsAsLibphonenumber asks both for the examples of every plan and for numbers at random, of
// which as many are tried as the machine is given time for.
func TestReadsAsLibphonenumber(t *testing.T) {
	t.Parallel()
	var tried, numbers atomic.Int64
	t.Run("plans", func(t *testing.T) {
		for seed, o := range origins() {
			t.Run(o.country+o.code, func(t *testing.T) {
				t.Parallel()
				r := rand.New(rand.NewPCG(uint64(seed), 0))
				try := func(digits, country string) {
					tried.Add(1)
					if same(t, digits, country) {
						numbers.Add(1)
					}
				}
				examples := o.examples()
				for _, e := range examples {
					try(o.code+e, "")
					if o.country != "" {
						try(e, o.country)
						try(o.code+e, o.country)
					}
				}
				for range each {
					digits := o.number(r, examples)
					if o.country == "" || r.IntN(2) == 0 {
						try(o.code+digits, "")
					} else {
						try(digits, o.country)
					}
				}
			})
		}
	})
	t.Logf("%d readings, %d of them of numbers, as libphonenumber's", tried.Load(), numbers.Load())
}

func FuzzReadsAsLibphonenumber(f *testing.F) {
	f.Add("447700900000", "")
	f.Add("07700900000", "GB")
	f.Add("0111 15 2345 6789", "AR")
	f.Fuzz(func(t *testing.T, text, country string) {
		digits := make([]byte, 0, len(text))
		for _, c := range []byte(text) {
			if c >= '0' && c <= '9' {
				digits = append(digits, c)
			}
		}
		const longest = 64
		if country != "" && plan.Of(country) == nil || len(digits) > longest {
			t.Skip()
		}
		same(t, string(digits), country)
	})
}
