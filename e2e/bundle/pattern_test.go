package bundle

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lineproof/shared/sms"
)

// matcher prints for each line of standard input whether the first argument matches it.
const matcher = `
import java.io.*;
import java.util.regex.Pattern;

class Matcher {
    public static void main(String[] a) throws IOException {
        Pattern pattern = Pattern.compile(a[0]);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        for (String line; (line = in.readLine()) != null; )
            System.out.println(pattern.matcher(line).matches());
    }
}
`

// allowed tells of each value whether CloudFormation takes it for the parameter. Its patterns are
// Java's (user guide, "Using regular expressions in CloudFormation templates"), and match the
// whole.
func allowedValues(t *testing.T, parameter string, values []string) []bool {
	t.Helper()
	template, _ := read(t)
	pattern, _ := template.Parameters[parameter]["AllowedPattern"].(string)
	if pattern == "" {
		t.Fatalf("%s has no pattern", parameter)
	}
	source := filepath.Join(t.TempDir(), "Matcher.java")
	if err := os.WriteFile(source, []byte(matcher), 0o600); err != nil {
		t.Fatal(err)
	}
	java := exec.Command("java", source, pattern)
	java.Stdin = strings.NewReader(strings.Join(values, "\n") + "\n")
	java.Stderr = os.Stderr
	output, err := java.Output()
	lines := strings.Fields(string(output))
	if err != nil || len(lines) != len(values) {
		t.Fatalf("%s: %d answers to %d values: %v", parameter, len(lines), len(values), err)
	}
	taken := make([]bool, len(values))
	for i, line := range lines {
		taken[i] = line == "true"
	}
	return taken
}

// routeParts are what routes are made of, right and wrong.
var routeParts = []string{
	"default", "GB", "IN", "US", "XK", "UK", "gb", "*", "=", ",", "/", ":", "+", "SMS:", "SenderIDs:",
	"Voice:", "IN_ENTITY_ID:", "IN_TEMPLATE_ID:",
	"IN_ENTITY_ID:1101/IN_TEMPLATE_ID:1107", "ACME", "IN_", "A-b_9", "1101",
	"72975", "pool-0a", "phone-0a", "pool-", "+441632960000", "441632960000", "+0", "{", "\"", " ", "é", "",
	"default=SMS:pool-0a/Voice:+441632960000", "GB=SMS:ACME/SenderIDs:VERIFY+SHOP",
	"IN=SMS:ACME/IN_ENTITY_ID:1101/IN_TEMPLATE_ID:1107", "US=Voice:phone-0a", "ACMEACMEACME",
}

// mutant returns what becomes of a list of routes by a few mistakes.
func mutant(r *rand.Rand) string {
	var parts []string
	for range 1 + r.IntN(3) {
		parts = append(parts, routeParts[len(routeParts)-5+r.IntN(4)], ",")
	}
	text := strings.Join(parts[:len(parts)-1], "")
	for range r.IntN(3) {
		from := r.IntN(len(text) + 1)
		to := min(len(text), from+r.IntN(6))
		text = text[:from] + routeParts[r.IntN(len(routeParts))] + text[to:]
	}
	return text
}

// What CloudFormation lets through the functions can read, and the other way round: a mistake stops
// the deployment and no function.
func TestRoutesAreRefusedAtDeployment(t *testing.T) {
	t.Parallel()
	values := []string{
		"", ",GB=SMS:ACME", "GB=SMS:ACME,", "GB=SMS:ACME,,US=SMS:ACME", "GB=SMS:12065550100", "GB=SMS:-_9",
		"GB=SMS:ACME/SenderIDs:SHOP+12345678901", "GB=Voice:72975", "GB=Voice:ACME",
		"GB=SMS:ACME/Voice:ACME", "{", `{"*":{"SMS":"pool-abc"}}`, "GB=SMS:ACME", "GB=SMS:ACME,GB=SMS:SHOP", "IN=SMS:IN_ACME",
		"GB=SMS:ACME/SenderIDs:IN_ACME", "GB=SMS:ACME/IN_ENTITY_ID:1/IN_TEMPLATE_ID:1",
		"IN=SMS:ACME,GB=SMS:ACME/IN_ENTITY_ID:1/IN_TEMPLATE_ID:1", "GB=SMS:ACME/SenderIDs:GB,US=SMS:GB",
	}
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			values = append(values, fmt.Sprintf("%c%c=SMS:ACME", a, b))
		}
	}
	r := rand.New(rand.NewPCG(1, 2)) // the same mistakes in every run
	for range 20000 {
		values = append(values, mutant(r))
	}
	taken := allowedValues(t, "SmsRoutes", values)
	right := 0
	for i, value := range values {
		_, err := sms.ParseRoutes(value)
		if (err == nil) != taken[i] {
			t.Errorf("%q: the pattern says %v, the functions %v", value, taken[i], err)
		}
		if err == nil {
			right++
		}
	}
	if right < len(values)/10 {
		t.Errorf("only %d of %d values are right", right, len(values))
	}
}

// A parameter that SAM's parser has cut short at a quote is refused, and so are ARNs of nothing.
func TestValuesThatCloudFormationRefuses(t *testing.T) {
	t.Parallel()
	arn := "arn:aws:sms-voice:eu-west-1:123456789012:"
	for parameter, test := range map[string]struct{ right, wrong []string }{
		"SmsRoutesArns": {
			[]string{
				"", arn + "pool/pool-0a", arn + "phone-number/phone-0a," + arn + "sender-id/ACME/GB",
				arn + "configuration-set/events",
			},
			[]string{
				",", arn, arn + "pool/pool-0a,", arn + "pool/*", "pool-0a",
				arn + "pool/pool-0a " + arn + "pool/pool-0b",
			},
		},
		"Operators": {
			[]string{"", `{"https://idp.example":{"prefixes":["4477"],"keys":[{"kty":"EC"}]}}`},
			[]string{
				"{", "{}", "[]", `{"https://idp.example"}`, `{"https://idp.example":{}}`, `"{`, `{"keys":[]}`,
			},
		},
	} {
		taken := allowedValues(t, parameter, slices.Concat(test.right, test.wrong))
		for i, value := range slices.Concat(test.right, test.wrong) {
			if want := i < len(test.right); taken[i] != want {
				t.Errorf("%s %q: taken %v, want %v", parameter, value, taken[i], want)
			}
		}
	}
}
