package bundle

import "testing"

func TestPatterns(t *testing.T) {
	t.Parallel()
	const line = `{"message": "m", "failure": {"kind": "wrong code", "n": 1}, "empty": "", "a": "x"}`
	for text, want := range map[string]bool{
		`{ $.message = "m" }`:                             true,
		`{ $.message = "n" }`:                             false,
		`{ $.message != "n" }`:                            true,
		`{ $.message != "m" }`:                            false,
		`{ $.failure.kind = "wrong code" }`:               true,
		`{ $.failure.kind = "*" }`:                        true,
		`{ $.failure.n = "*" }`:                           false,
		`{ $.failure = "*" }`:                             false,
		`{ $.missing.kind = "*" }`:                        false,
		`{ $.missing != "x" }`:                            false,
		`{ $.message = "m" && $.a = "y" }`:                false,
		`{ $.message = "n" || $.a = "x" }`:                true,
		`{ $.message = "m" || $.a = "x" && $.a = "y" }`:   true,
		`{ ($.message = "m" || $.a = "x") && $.a = "y" }`: false,
		`{$.message="m"&&($.a="z"||$.a="x")}`:             true,
	} {
		p, err := ParsePattern(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if _, counted := (Filter{pattern: p}).Counts([]byte(line)); counted != want {
			t.Errorf("%s: %v, want %v", text, counted, want)
		}
	}
	for _, bad := range []string{
		``, `message`, `{ }`, `{ $.a = x }`, `{ $.a "x" }`, `{ $.a = "x" `, `{ $.a = "x" } }`,
		`{ $.a = "x" && }`,
		`{ ($.a = "x" }`, `{ a = "x" }`, `{ $.a > "x" }`, `{ $.a = "x" $.b = "y" }`,
	} {
		if _, err := ParsePattern(bad); err == nil {
			t.Errorf("%s is understood", bad)
		}
	}
	p, err := ParsePattern(`{ $.message = "m" }`)
	if err != nil {
		t.Fatal(err)
	}
	for selector, want := range map[string]string{
		"$.failure.kind": "wrong code", "$.empty": "", "$.missing": "",
	} {
		f := Filter{Dimensions: map[string]string{"D": selector}, pattern: p}
		values, counted := f.Counts([]byte(line))
		if counted != (want != "") || values["D"] != want {
			t.Errorf("by %s: %v, %v", selector, values, counted)
		}
	}
}
