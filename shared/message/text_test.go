package message

import (
	"maps"
	"os"
	"slices"
	"testing"
)

// placeholders gives the names a form has values put in for, sorted.
func placeholders(form string) []string {
	var names []string
	os.Expand(form, func(name string) string {
		names = append(names, name)
		return ""
	})
	slices.Sort(names)
	return names
}

func TestFormsNameWhatTheyMust(t *testing.T) {
	t.Parallel()
	must := map[Product][]string{Verify: {"name", "pin"}, PSD2: {"amount", "name", "pin"}}
	eachLocale(t, func(t *testing.T, p Product, l Locale) {
		_, say := p.wording(l)
		want := slices.Concat(must[p], []string{"minutes"})
		if l != "ar-xa" { // whose wording avoids it
			want = append(want, "unit")
		}
		slices.Sort(want)
		if got := placeholders(say.full); !slices.Equal(got, want) {
			t.Errorf("full has %v, want %v", got, want)
		}
		for _, form := range []string{say.short, p.bare()} {
			if got := placeholders(form); !slices.Equal(got, must[p]) {
				t.Errorf("%q has %v, want %v", form, got, must[p])
			}
		}
		if got := placeholders(say.speech); say.speech != "" && !slices.Equal(got, must[p]) {
			t.Errorf("speech has %v, want %v", got, must[p])
		}
	})
}

// No locale is in two tables, where one would hide the other.
func TestTablesAreDisjoint(t *testing.T) {
	t.Parallel()
	seen := map[Locale]bool{}
	for _, family := range []map[Locale]text{
		english, romance, germanic, nordic, slavic, baltic, celtic, mediterranean, asian,
	} {
		for l := range maps.Keys(family) {
			if seen[l] {
				t.Errorf("%s is in two tables", l)
			}
			seen[l] = true
		}
	}
	if len(seen) != len(texts) || len(seen) != 47 {
		t.Errorf("%d locales in the tables, %d gathered, want 47", len(seen), len(texts))
	}
}
