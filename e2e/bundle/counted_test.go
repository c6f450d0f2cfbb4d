package bundle

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"lineproof/shared/fallback"
	"lineproof/shared/fault"
	"lineproof/shared/upstream"
	"lineproof/shared/verification"
)

// Every metric filter counts lines that its function writes as this code is, so no alarm waits for
// words that nobody says.
func TestFiltersCountWhatIsLogged(t *testing.T) {
	t.Parallel()
	template, _ := read(t)
	filters, err := template.Filters()
	if err != nil || len(filters) == 0 {
		t.Fatalf("%d filters, %v", len(filters), err)
	}
	all := seen(t, filters)
	for name, want := range map[string][]string{
		"Failures Kind": {
			"invalid credentials", "wrong code", "too many codes", "quota exceeded", "internal",
		},
		"VerificationsEnded Outcome":     {"SUCCESS", "FAILED", "EXPIRED", "CANCELLED"},
		"SilentVerifications Outcome":    {"not_tried", "unknown"},
		"Upstreams Upstream":             {"codes", "steps"},
		"MessagesNotSentByReason Reason": append(providers(), "blocked"),
		"UpstreamsTold Told": {
			"sent", "match", "burned", "malformed", "misconfigured", "other-network", "resting",
		},
	} {
		for _, value := range want {
			if !all[name][value] {
				t.Errorf("no line is counted as %s of %s, only as %v", value, name, all[name])
			}
		}
	}
}

// providers are the reasons of providers.
func providers() []string {
	var all []string
	for _, reason := range verification.Reasons() {
		all = append(all, string(reason))
	}
	return all
}

// Whatever an operator alone can mend rings by itself, however few messages it holds back.
func TestReasonsForOperatorsRing(t *testing.T) {
	t.Parallel()
	template, _ := read(t)
	rings := map[string]string{}
	for _, name := range template.OfType(typeAlarm) {
		p := template.Resources[name].Properties
		metrics := []any{p}
		for _, m := range list(p["Metrics"]) {
			metrics = append(metrics, dig(m, "MetricStat", "Metric"))
		}
		for _, metric := range metrics {
			if dig(metric, "MetricName") == "MessagesNotSentByReason" && p["Threshold"] == 1 {
				for _, d := range list(dig(metric, "Dimensions")) {
					rings[asText(object(d)["Value"])] = name
				}
			}
		}
	}
	for reason, alarm := range map[verification.Reason]string{
		verification.SpendLimit:   "SpendLimitAlarm",
		verification.Unverified:   "MessagingSandboxAlarm",
		verification.Missing:      "MessagingMisconfiguredAlarm",
		verification.Inactive:     "MessagingMisconfiguredAlarm",
		verification.Forbidden:    "MessagingMisconfiguredAlarm",
		verification.Disabled:     "MessagingMisconfiguredAlarm",
		verification.Unregistered: "SenderUnregisteredAlarm",
		verification.Unusable:     "SenderUnregisteredAlarm",
	} {
		if rings[string(reason)] != alarm {
			t.Errorf("for %q rings %q, not %s", reason, rings[string(reason)], alarm)
		}
	}
}

// The reasons that a filter asks for are some that a silent way can end for.
func TestFiltersAskForReasonsThatExist(t *testing.T) {
	t.Parallel()
	template, _ := read(t)
	asked, reasons := 0, regexp.MustCompile(`\$\.reason = "([^"]*)"`)
	for _, name := range template.OfType(typeFilter) {
		pattern := asText(template.Resources[name].Properties["FilterPattern"])
		for _, reason := range reasons.FindAllStringSubmatch(pattern, -1) {
			asked++
			if !slices.Contains(fallback.SilentReasons(), fallback.Reason(reason[1])) {
				t.Errorf("%s asks for %s, which is no reason", name, reason[1])
			}
		}
	}
	if asked == 0 {
		t.Error("no filter asks for reasons")
	}
}

// values are all that a dimension of ours can have.
func values() map[string]map[string]bool {
	all := map[string]map[string]bool{"Kind": {}, "Outcome": {}, "Told": {}, "Reason": {}}
	for _, reason := range providers() {
		all["Reason"][reason] = true
	}
	for _, word := range upstream.Words() {
		all["Told"][word] = true
	}
	for _, kind := range fault.Kinds() {
		all["Kind"][kind.String()] = true
		all["Reason"][kind.String()] = true // for which there is no leave
	}
	for _, state := range []verification.State{verification.Success, verification.Failed, verification.Expired, verification.Cancelled} {
		all["Outcome"][string(state)] = true
	}
	for _, outcome := range fallback.Outcomes() {
		all["Outcome"][string(outcome)] = true
	}
	return all
}

// wantMeasured fails the test unless a filter writes the metric of ours with just these dimensions,
// whose values exist.
func wantMeasured(
	t *testing.T, by string, filters []Filter, metric string, dimensions map[string]string,
) {
	t.Helper()
	for _, f := range filters {
		if f.Metric != metric {
			continue
		}
		if !slices.Equal(slices.Sorted(maps.Keys(f.Dimensions)), slices.Sorted(maps.Keys(dimensions))) {
			t.Errorf("%s looks at %s by %v, and %s writes it by %v", by, metric, dimensions, f.Name,
				f.Dimensions)
		}
		for name, value := range dimensions {
			if value != "" && !values()[name][value] {
				t.Errorf("%s looks at %s where %s is %q, which it never is", by, metric, name, value)
			}
		}
		return
	}
	t.Errorf("%s looks at %s, which nobody measures", by, metric)
}

// namespaceOf gives the namespace of a metric, "ours" for the stack's own.
func namespaceOf(metric any) string {
	if asText(dig(metric, "Namespace", "Fn::Sub")) == "Lineproof/${AWS::StackName}" {
		return "ours"
	}
	return asText(dig(metric, "Namespace"))
}

// selection is a query of ours, of each upstream by itself.
var selection = regexp.MustCompile(
	`^SELECT SUM\((\w+)\) FROM SCHEMA\("Lineproof/\$\{AWS::StackName\}", ([\w, ]+)\)( WHERE (\w+) = '([^']*)')? GROUP BY Upstream ORDER BY SUM\(\) DESC$`,
)

// selected returns the metric that a query looks at, by dimensions of which the value is one that
// exists, or false for what is no query of ours.
func selected(query string) (metric string, dimensions map[string]string, is bool) {
	found := selection.FindStringSubmatch(query)
	if found == nil {
		return "", nil, false
	}
	dimensions = map[string]string{}
	for _, name := range strings.Split(found[2], ", ") {
		dimensions[name] = "" // any
	}
	if found[4] != "" {
		dimensions[found[4]] = found[5]
	}
	return found[1], dimensions, true
}

// Every alarm on a metric of ours looks at one that a filter writes, under a value that exists.
func TestAlarmsLookAtWhatIsMeasured(t *testing.T) {
	t.Parallel()
	template, _ := read(t)
	filters, err := template.Filters()
	if err != nil {
		t.Fatal(err)
	}
	looked := map[string]bool{}
	for _, name := range template.OfType(typeAlarm) {
		p := template.Resources[name].Properties
		metrics := []any{p}
		for _, m := range list(p["Metrics"]) {
			metrics = append(metrics, dig(m, "MetricStat", "Metric"))
			if metric, of, is := selected(asText(dig(m, "Expression", "Fn::Sub"))); is {
				looked[metric] = true
				wantMeasured(t, name, filters, metric, of)
			}
		}
		for _, metric := range metrics {
			if namespaceOf(metric) != "ours" {
				continue
			}
			dimensions := map[string]string{}
			for _, d := range list(dig(metric, "Dimensions")) {
				dimensions[asText(object(d)["Name"])] = asText(object(d)["Value"])
			}
			measured := asText(dig(metric, "MetricName"))
			looked[measured] = true
			wantMeasured(t, name, filters, measured, dimensions)
		}
	}
	for _, f := range filters {
		if !looked[f.Metric] && f.Metric != "SilentVerifications" { // on the dashboard alone
			t.Errorf("no alarm looks at what %s counts", f.Name)
		}
	}
}

// The dashboard is JSON, and shows of our metrics such as are measured.
func TestDashboardShowsWhatIsMeasured(t *testing.T) {
	t.Parallel()
	template, _ := read(t)
	filters, err := template.Filters()
	if err != nil {
		t.Fatal(err)
	}
	references := regexp.MustCompile(`\$\{([A-Za-z]+)[.}]`)
	for _, name := range template.OfType(typeDashboard) {
		text := asText(dig(template.Resources[name].Properties, "DashboardBody", "Fn::Sub"))
		for _, reference := range references.FindAllStringSubmatch(text, -1) {
			if template.Resources[reference[1]] == nil {
				t.Errorf("%s refers to %s, which does not exist", name, reference[1])
			}
		}
		var body struct {
			Widgets []struct {
				Properties struct {
					Title   string
					Metrics [][]any
				}
			}
		}
		if err := json.Unmarshal([]byte(text), &body); err != nil || len(body.Widgets) == 0 {
			t.Fatalf("%s: %v", name, err)
		}
		for _, widget := range body.Widgets {
			var before []string
			for _, row := range widget.Properties.Metrics {
				before = spelled(row, before)
				if len(before) < 2 || before[0] != "Lineproof/${AWS::StackName}" {
					continue
				}
				dimensions := map[string]string{}
				for i := 2; i+1 < len(before); i += 2 {
					dimensions[before[i]] = before[i+1]
				}
				wantMeasured(t, widget.Properties.Title, filters, before[1], dimensions)
			}
		}
	}
}

// spelled gives a row of a widget's metrics in full: "." repeats the field above, "..." all but the
// last.
func spelled(row []any, before []string) []string {
	var all []string
	for i, field := range row {
		switch text, _ := field.(string); text {
		case "": // how it is drawn
		case ".":
			all = append(all, before[i])
		case "...":
			all = append(all, before[:len(before)-1]...)
		default:
			all = append(all, text)
		}
	}
	return all
}
