package bundle

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"lineproof/shared/admin"
	"lineproof/shared/sms"
)

// manual returns the texts that people read, by file.
func manual(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(Root(), "docs", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	playbooks, err := filepath.Glob(filepath.Join(Root(), "docs", "playbooks", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	files = append(files, filepath.Join(Root(), "README.md"))
	for _, file := range append(files, playbooks...) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		texts[filepath.Base(file)] = string(text)
	}
	return texts
}

var (
	fences = regexp.MustCompile("(?s)```sh\n(.*?)```")
	quoted = regexp.MustCompile("`([^`\n]+)`")
)

// told returns the commands of the manual that begin with the words, each in one line: those of
// scripts, and those within sentences, which may leave out what their reader has to fill in.
func told(t *testing.T, words string) (scripts, sentences []string) {
	t.Helper()
	begin := regexp.MustCompile(`(?:^|\$\()` + regexp.QuoteMeta(words) + ` .*`)
	find := func(line string) []string {
		if command := begin.FindString(line); command != "" {
			return []string{strings.TrimPrefix(command, "$(")}
		}
		return nil
	}
	for _, text := range manual(t) {
		for _, fence := range fences.FindAllStringSubmatch(text, -1) {
			for line := range strings.SplitSeq(strings.ReplaceAll(fence[1], "\\\n", " "), "\n") {
				scripts = append(scripts, find(line)...)
			}
		}
		for _, code := range quoted.FindAllStringSubmatch(fences.ReplaceAllString(text, ""), -1) {
			sentences = append(sentences, find(code[1])...)
		}
	}
	if len(scripts) == 0 {
		t.Fatalf("no command of the manual begins with %s", words)
	}
	return scripts, sentences
}

// call is one of SAM's command line.
type call struct {
	Dir  string   `json:"dir"`
	Args []string `json:"args"`
}

// shell runs a script that calls sam once, beside the template and the files, and returns the call.
func shell(t *testing.T, script string, files map[string]string) call {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	sam := []byte("#!/bin/sh\n" + `printf '%s\0' "$@"` + "\n")
	if err := os.WriteFile(filepath.Join(dir, "sam"), sam, 0o700); err != nil {
		t.Fatal(err)
	}
	const template = "template.yaml"
	if err := os.Symlink(filepath.Join(Root(), template), filepath.Join(dir, template)); err != nil {
		t.Fatal(err)
	}
	command := exec.Command("/bin/sh", "-eu", "-c", script)
	command.Dir = dir
	command.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"), "POOL_ID=pool-0a1b",
		"POOL_ARN=arn:aws:sms-voice:eu-west-1:123456789012:pool/pool-0a1b")
	output, err := command.Output()
	if err != nil || len(output) == 0 {
		t.Fatalf("%s: %v: %s", script, err, output)
	}
	return call{dir, strings.Split(strings.TrimSuffix(string(output), "\x00"), "\x00")}
}

// deployed returns, for each call, the parameters that SAM's own command line would deploy with.
// One process reads all calls, for SAM takes seconds to start.
func deployed(t *testing.T, calls []call) []map[string]string {
	t.Helper()
	text, err := json.Marshal(calls)
	if err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	command := tool(t, "sam/bin/python", "e2e/bundle/deploy.py")
	command.Stdin, command.Stderr = bytes.NewReader(text), &stderr
	output, err := command.Output()
	var parameters []map[string]string
	if err != nil || json.Unmarshal(output, &parameters) != nil || len(parameters) != len(calls) {
		t.Fatalf("%v: %s%s", err, output, stderr.String())
	}
	return parameters
}

// samconfig returns the repository's with other parameters for prod.
func samconfig(t *testing.T, overrides string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(Root(), "samconfig.toml"))
	if err != nil {
		t.Fatal(err)
	}
	const today = `parameter_overrides = "Mode=prod"`
	changed := strings.Replace(string(text), today, "parameter_overrides = "+overrides, 1)
	if !strings.Contains(string(text), today) {
		t.Fatal("samconfig.toml has no such line")
	}
	return changed
}

// Each example of routes, of the manual and the template, reaches CloudFormation as it is written,
// from a POSIX shell without quotes and in each spelling that SAM has for parameters.
func TestRoutesSurviveSAM(t *testing.T) {
	t.Parallel()
	template, _ := read(t)
	texts := manual(t)
	texts["template.yaml"] = fmt.Sprint(template.Parameters["SmsRoutes"]["Description"])
	const letters = `[0-9A-Za-z_+:=/,-]`
	example := regexp.MustCompile(`\b(?:[A-Z]{2}|default)=(?:SMS|Voice):` + letters + `*[0-9A-Za-z]`)
	var calls []call
	var want []string
	for file, text := range texts {
		for _, routes := range example.FindAllString(text, -1) {
			if _, err := sms.ParseRoutes(routes); err != nil {
				t.Errorf("%s: %s: %v", file, routes, err)
			}
			for _, spelling := range spellings(routes) {
				files := map[string]string{"samconfig.toml": samconfig(t, spelling.overrides)}
				calls = append(calls, shell(t, spelling.script, files))
				want = append(want, routes)
			}
		}
	}
	for i, parameters := range deployed(t, calls) {
		if got := parameters["SmsRoutes"]; got != want[i] {
			t.Errorf("%q gives %s, want %s", calls[i].Args, got, want[i])
		}
	}
}

// spelling is one of a deployment's parameters: in the command, or in samconfig.toml.
type spelling struct{ script, overrides string }

func spellings(routes string) []spelling {
	const deploy = "sam deploy --config-env prod"
	return []spelling{
		{deploy + " --parameter-overrides Mode=prod SmsRoutes=" + routes, `""`},
		{deploy + " --parameter-overrides ParameterKey=SmsRoutes,ParameterValue=" + routes, `""`},
		{deploy, `"Mode=prod SmsRoutes=` + routes + ` LogLevel=INFO"`},
		{deploy, `["Mode=prod", "SmsRoutes=` + routes + `"]`},
		{deploy, `"ParameterKey=LogLevel,ParameterValue=INFO ParameterKey=SmsRoutes,ParameterValue=` +
			routes + `"`},
	}
}

// The parameters of each deployment that the manual tells arrive, and CloudFormation takes them.
func TestDeploymentsOfTheManual(t *testing.T) {
	t.Parallel()
	files := map[string]string{
		"samconfig.toml": samconfig(t, `"Mode=prod"`),
		"operators.json": `{"https://idp.example":` + "\n" + ` {"keys":[{"kty":"EC"}]}}` + "\n",
	}
	template, _ := read(t)
	arrived := map[string]string{}
	scripts, sentences := told(t, "sam deploy")
	var calls []call
	for _, command := range append(scripts, sentences...) {
		calls = append(calls, shell(t, command, files))
	}
	for i, parameters := range deployed(t, calls) {
		for name, value := range parameters {
			if template.Parameters[name] == nil {
				t.Errorf("%q: no parameter is called %s", calls[i].Args, name)
			}
			if name != "Mode" {
				arrived[name] = value
			}
		}
	}
	for name, want := range map[string]string{
		"SmsRoutes":     "default=SMS:pool-0a1b/Voice:pool-0a1b",
		"SmsRoutesArns": "arn:aws:sms-voice:eu-west-1:123456789012:pool/pool-0a1b",
		"Operators":     strings.TrimSpace(files["operators.json"]),
	} {
		if got := arrived[name]; got != want || !allowedValues(t, name, []string{flat(got)})[0] {
			t.Errorf("%s arrives as %q, want %q", name, got, want)
		}
	}
}

// flat writes a value in one line.
func flat(value string) string { return strings.ReplaceAll(value, "\n", " ") }

// Each aws command of the manual is one that the AWS CLI has, with options that it has.
func TestAWSCommandsOfTheManual(t *testing.T) {
	t.Parallel()
	scripts, sentences := told(t, "aws")
	text, err := json.Marshal(map[string][]string{"scripts": scripts, "sentences": sentences})
	if err != nil {
		t.Fatal(err)
	}
	check := tool(t, "sam/bin/python", "e2e/bundle/aws.py")
	check.Stdin = bytes.NewReader(text)
	if output, err := check.CombinedOutput(); err != nil || len(output) > 0 {
		t.Errorf("%v\n%s", err, output)
	}
}

// Each command for administrators is one, with fields that it has.
func TestAdminCommandsOfTheManual(t *testing.T) {
	t.Parallel()
	scripts, sentences := told(t, "go run ./local/admin")
	for _, line := range append(scripts, sentences...) {
		words := strings.Fields(line)[3:]
		i := slices.IndexFunc(admin.Commands(), func(c admin.Command) bool { return c.Name == words[0] })
		if i < 0 {
			t.Errorf("%s: no such command", line)
			continue
		}
		for _, word := range words[1:] {
			name, is := strings.CutPrefix(word, "-")
			has := func(f admin.Field) bool { return f.Name == name || name == "h" }
			if is && !slices.ContainsFunc(admin.Commands()[i].Fields(), has) {
				t.Errorf("%s: no field %s", line, name)
			}
		}
	}
}
