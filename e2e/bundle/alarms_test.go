package bundle

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"lineproof/shared/fault"
	"lineproof/shared/wire"
)

var playbook = regexp.MustCompile(`Playbook - (docs/playbooks/[a-z-]+\.md)$`)

// Whoever is woken by an alarm finds in its text the one playbook that says what to do, and no
// playbook waits for an alarm that is gone.
func TestEachAlarmHasAPlaybook(t *testing.T) {
	t.Parallel()
	template, _ := read(t)
	named, written := map[string]bool{}, map[string]bool{}
	for _, name := range template.OfType(typeAlarm) {
		p := template.Resources[name].Properties
		text, _ := p["AlarmDescription"].(string)
		match := playbook.FindStringSubmatch(text)
		if match == nil {
			t.Errorf("%s names no playbook: %q", name, text)
			continue
		}
		named[match[1]] = true
		if len(list(p["AlarmActions"])) == 0 || p["TreatMissingData"] != "notBreaching" {
			t.Errorf("%s tells nobody, or rings when there is nothing to measure", name)
		}
		text = document(t, match[1])
		if !strings.Contains(text, "`"+name+"`") && !strings.HasSuffix(name, "ErrorsAlarm") {
			t.Errorf("%s does not speak of %s", match[1], name)
		}
	}
	files, err := filepath.Glob(filepath.Join(Root(), "docs", "playbooks", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		written["docs/playbooks/"+filepath.Base(file)] = true
	}
	equal(t, "template.yaml", "docs/playbooks", named, written)
}

// What is in docs/operations.md leads to every playbook.
func TestOperationsLeadsToEachPlaybook(t *testing.T) {
	t.Parallel()
	operations := document(t, "docs/operations.md")
	files, err := filepath.Glob(filepath.Join(Root(), "docs", "playbooks", "*.md"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no playbooks: %v", err)
	}
	for _, file := range files {
		if !strings.Contains(operations, "(playbooks/"+filepath.Base(file)+")") {
			t.Errorf("docs/operations.md does not lead to %s", filepath.Base(file))
		}
	}
}

// Alarms are paid for by the metrics that they watch, and docs/operations.md reckons with the right
// number of both.
func TestOperationsCountsAlarms(t *testing.T) {
	t.Parallel()
	template, _ := read(t)
	alarms, metrics := template.OfType(typeAlarm), 0
	for _, name := range alarms {
		p := template.Resources[name].Properties
		if p["MetricName"] != nil {
			metrics++
		}
		for _, m := range list(p["Metrics"]) {
			if dig(m, "MetricStat") != nil {
				metrics++
			}
		}
	}
	if want := fmt.Sprintf("%d alarms at $0.10 for each of the %d metrics", len(alarms), metrics); !strings.Contains(document(t, "docs/operations.md"), want) {
		t.Errorf("docs/operations.md does not reckon with %s", want)
	}
}

// The alarm for guessed PINs sets the wrong codes of all functions that check codes against the
// checks of all of them.
func TestGuessingIsMeasuredWhereCodesAreChecked(t *testing.T) {
	t.Parallel()
	template, functions := read(t)
	measured, checking := map[string]bool{}, map[string]bool{}
	for _, m := range list(template.Resources["PinGuessingAlarm"].Properties["Metrics"]) {
		for _, d := range list(dig(m, "MetricStat", "Metric", "Dimensions")) {
			if object(d)["Name"] == "FunctionName" {
				measured[referred(object(d)["Value"])] = true
			}
		}
		if of := filtered(template, asText(dig(m, "MetricStat", "Metric", "MetricName"))); of != "" {
			measured[of] = true
		}
	}
	for name := range functions {
		if checks(name) {
			checking[Camel(name)+"Function"] = true
		}
	}
	equal(t, "functions", "PinGuessingAlarm", checking, measured)
}

// filtered returns the function whose log alone is filtered for the codes that it checks, in a
// metric of that name; "" for any other metric.
func filtered(t *Template, metric string) (function string) {
	for _, r := range t.Resources {
		for _, m := range list(r.Properties["MetricTransformations"]) {
			if metric != "" && object(m)["MetricName"] == metric &&
				r.Properties["FilterPattern"] == `{ $.checked = "code" }` {
				function = strings.TrimSuffix(referred(r.Properties["LogGroupName"]), "Logs") + "Function"
			}
		}
	}
	return function
}

// checks tells whether a route of the function answers that a code is wrong.
func checks(function string) bool {
	for _, r := range wire.Routes(wire.Operation(function)) {
		if r.Operation == wire.MXLabsVerify {
			return true
		}
		if strings.HasSuffix(function, "-check") || strings.HasSuffix(function, "-validate") {
			_, told := r.Wire.Failures[fault.WrongCode]
			return told
		}
	}
	return false
}

func document(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(Root(), path))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Every function has an alarm of its own that stops a deployment, and a log group whose lines are
// not kept for ever.
func TestFunctionsAreWatched(t *testing.T) {
	t.Parallel()
	template, functions := read(t)
	for name, f := range functions {
		alarm, group := Camel(name)+"ErrorsAlarm", Camel(name)+"Logs"
		watched := false
		for _, named := range list(dig(f.Properties, "DeploymentPreference", "Alarms")) {
			watched = watched || referred(named) == alarm
		}
		if !watched || template.Resources[alarm] == nil || !strings.HasPrefix(asText(template.Resources[alarm].Properties["AlarmDescription"]), name+" ") {
			t.Errorf("%s has no alarm of its own that stops its deployment", name)
		}
		if dig(f.Properties, "LoggingConfig", "LogGroup", "Ref") != group || template.Resources[group] == nil {
			t.Errorf("%s has no log group of its own", name)
			continue
		}
		called := dig(template.Resources[group].Properties, "LogGroupName", "Fn::Sub")
		if called != "/aws/lambda/${AWS::StackName}-"+name {
			t.Errorf("the log group of %s is called %v", name, called)
		}
	}
	if template.Globals.Function["AutoPublishAliasAllProperties"] != true {
		t.Error("a change of a function's environment would not be deployed")
	}
	for _, name := range template.OfType(typeLogGroup) {
		if dig(template.Resources[name].Properties, "RetentionInDays", "Ref") != "LogRetentionDays" {
			t.Errorf("%s is kept for ever", name)
		}
	}
	if template.Globals.Function["Tracing"] != "Active" {
		t.Error("functions are not traced")
	}
}

func asText(value any) string { text, _ := value.(string); return text }

// Every queue is encrypted and has somewhere to put what cannot be worked off, or is that place.
func TestQueuesHaveDeadLetters(t *testing.T) {
	t.Parallel()
	template, _ := read(t)
	for _, name := range template.OfType(typeQueue) {
		p := template.Resources[name].Properties
		behind := referred(dig(p, "RedrivePolicy", "deadLetterTargetArn"))
		if p["SqsManagedSseEnabled"] != true || !strings.HasSuffix(name, "DeadLetters") && template.Resources[behind] == nil {
			t.Errorf("%s is not encrypted, or loses what fails", name)
		}
	}
	for _, name := range template.OfType(typeTrigger) {
		p := template.Resources[name].Properties
		if reports := list(p["FunctionResponseTypes"]); len(reports) != 1 || reports[0] != "ReportBatchItemFailures" {
			t.Errorf("%s gives a whole batch back for one bad message", name)
		}
	}
}

// The access log tells how the service fares, and nothing of who calls or what was asked.
func TestAccessLogTellsOfNobody(t *testing.T) {
	t.Parallel()
	template, _ := read(t)
	for _, name := range template.OfType(typeAPI) {
		settings := template.Resources[name].Properties
		format := asText(dig(settings, "AccessLogSettings", "Format"))
		if !strings.Contains(format, "$context.routeKey") || strings.Contains(strings.ToLower(format), "path") ||
			strings.Contains(strings.ToLower(format), "query") || strings.Contains(format, "identity") {
			t.Errorf("%s logs %s", name, format)
		}
		if dig(settings, "DefaultRouteSettings", "ThrottlingRateLimit") == nil || dig(settings, "DefaultRouteSettings", "ThrottlingBurstLimit") == nil {
			t.Errorf("%s serves without limit", name)
		}
	}
}

// Whoever fills in a parameter is told what it means, and need fill in none.
func TestParametersExplainThemselves(t *testing.T) {
	t.Parallel()
	template, _ := read(t)
	for name, p := range template.Parameters {
		if len(asText(p["Description"])) < 20 || p["Default"] == nil {
			t.Errorf("%s has no description or no default", name)
		}
	}
	for _, output := range []string{"Issuer", "Discovery", "TryDiscovery", "TryVerify", "TryPin", "TryFallback", "SessionsQueueUrl", "AlarmTopic"} {
		if template.Outputs[output] == nil {
			t.Errorf("the stack does not print %s", output)
		}
	}
}
