package message

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write the golden files anew")

// One file per product and channel shows every text as it is sent, for reading
// by people who know the language.
func TestGolden(t *testing.T) {
	t.Parallel()
	channels := map[string]func(Locale, Content) string{"sms": smsLine, "speech": speechLine}
	for p, product := range products {
		for channel, show := range channels {
			t.Run(product+"-"+channel, func(t *testing.T) {
				t.Parallel()
				var b strings.Builder
				for _, l := range p.Locales() {
					fmt.Fprintf(&b, "%s:%s\n", l, show(l, plain(p)))
				}
				golden(t, product+"-"+channel, b.String())
			})
		}
	}
}

// smsLine shows the forms an SMS takes, with their size.
func smsLine(l Locale, c Content) string {
	short := c.named(strings.Repeat("😀", MaxName))
	c.Validity = time.Minute
	one := SMS(l, c)
	c.Validity = 5 * time.Minute
	lines := []string{""}
	for _, text := range []string{SMS(l, c), one, SMS(l, short)} {
		enc, units, _ := Segments(text)
		lines = append(lines, fmt.Sprintf("%v %3d | %s", enc, units, text))
	}
	return strings.Join(lines, "\n    ")
}

func speechLine(l Locale, c Content) string {
	s := Speech(l, c)
	return fmt.Sprintf(" %s in %s\n    %s", s.Voice, s.Locale, s.SSML)
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; run with -update and read the diff.\ngot:\n%s", path, got)
	}
}
