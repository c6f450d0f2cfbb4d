package webhook_test

import (
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"lineproof/shared/webhook"
)

var whole = webhook.Job{
	ID: strings.Repeat("ab", 16), Key: 3, Kind: webhook.Summary,
	Due:   time.UnixMilli(1_800_000_000_123).UTC(),
	Since: time.UnixMilli(1_799_999_000_456).UTC(), Tries: 2, Posted: true, Published: true,
}

// TestStoredForm holds jobs to the texts that deployed builds write: those of one are read by the
// other while a deployment is under way.
func TestStoredForm(t *testing.T) {
	t.Parallel()
	fresh := whole
	fresh.Since, fresh.Tries, fresh.Posted, fresh.Published = time.Time{}, 0, false, false
	for name, job := range map[string]webhook.Job{"job-v1": whole, "job-fresh-v1": fresh} {
		file, err := os.ReadFile("testdata/" + name + ".json")
		if err != nil {
			t.Fatal(err)
		}
		text := strings.TrimSpace(string(file))
		if written := webhook.Encode(job); written != text {
			t.Errorf("written is %s, not %s", written, text)
		}
		if read, err := webhook.Decode(text); err != nil || read != job {
			t.Errorf("reads as %+v, %v", read, err)
		}
	}
	for field, value := range reflect.ValueOf(whole).Fields() {
		if value.IsZero() {
			t.Errorf("the job has no %s", field.Name)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(webhook.Encode(whole))
	f.Add(`{"id":"x","kind":"step","tries":-1}`)
	f.Add(`{"id":"x","kind":"other"}`)
	f.Add(`[]`)
	f.Fuzz(func(t *testing.T, text string) {
		m, err := webhook.Decode(text)
		if err != nil {
			if !errors.Is(err, webhook.ErrMalformed) || m != (webhook.Job{}) {
				t.Errorf("gave %+v, %v", m, err)
			}
			return
		}
		if again, err := webhook.Decode(webhook.Encode(m)); err != nil || again != m && strings.ToValidUTF8(m.ID, "") == m.ID {
			t.Errorf("%+v became %+v, %v", m, again, err)
		}
	})
}
