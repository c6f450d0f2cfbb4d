package bundle

import (
	"debug/buildinfo"
	"debug/elf"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// tool gives a program that is set up under .tools/, with an account that does not exist and no
// network to tell of it.
func tool(t *testing.T, name string, args ...string) *exec.Cmd {
	t.Helper()
	path := filepath.Join(Root(), ".tools", name)
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("%s is not set up: run make tools", name)
	}
	command := exec.Command(path, args...)
	command.Dir = Root()
	command.Env = append(os.Environ(), "SAM_CLI_TELEMETRY=0", "AWS_ACCESS_KEY_ID=none", "AWS_SECRET_ACCESS_KEY=none",
		"AWS_DEFAULT_REGION=eu-central-1", "AWS_EC2_METADATA_DISABLED=true", "GOTOOLCHAIN=local")
	return command
}

func mustRun(t *testing.T, command *exec.Cmd) {
	t.Helper()
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", filepath.Base(command.Path), err, output)
	}
}

func TestSAMValidates(t *testing.T) {
	t.Parallel()
	mustRun(t, tool(t, "sam/bin/sam", "validate", "--lint"))
}

func TestCFNLint(t *testing.T) {
	t.Parallel()
	mustRun(t, tool(t, "sam/bin/cfn-lint", "template.yaml", "infra/observability.yaml"))
}

// A linter that lets everything pass proves nothing: this one sees a resource that is not there.
func TestCFNLintSeesMistakes(t *testing.T) {
	t.Parallel()
	broken := filepath.Join(t.TempDir(), "template.yaml")
	text := "Resources:\n  Queue:\n    Type: AWS::SQS::Queue\n    Properties: {RedrivePolicy: {deadLetterTargetArn: !GetAtt Missing.Arn, maxReceiveCount: 5}}\n"
	if err := os.WriteFile(broken, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if output, err := tool(t, "sam/bin/cfn-lint", broken).CombinedOutput(); err == nil {
		t.Errorf("cfn-lint finds nothing wrong: %s", output)
	}
}

// sam build makes what is deployed: for each function its own program for Lambda's processors,
// called bootstrap.
func TestSAMBuilds(t *testing.T) {
	t.Parallel()
	_, functions := read(t)
	built := t.TempDir()
	mustRun(t, tool(t, "sam/bin/sam", "build", "--build-dir", built))
	for name := range functions {
		if err := checkBootstrap(filepath.Join(built, LogicalName(name), "bootstrap"), name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := ReadTemplateFile(filepath.Join(built, "template.yaml")); err != nil {
		t.Errorf("what sam built: %v", err)
	}
}

// checkBootstrap wants an executable of that function for Linux on arm64, which needs no library.
func checkBootstrap(path, function string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	source, err := buildinfo.ReadFile(path)
	if err != nil || source.Path != "lineproof/functions/"+function {
		return fmt.Errorf("made of %v, %w", source, err)
	}
	program, err := elf.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = program.Close() }()
	libraries, err := program.ImportedLibraries()
	if err != nil {
		return err
	}
	if program.Machine != elf.EM_AARCH64 || len(libraries) > 0 || info.Mode()&0o111 == 0 {
		return fmt.Errorf("%v, needs %v, mode %v", program.Machine, libraries, info.Mode())
	}
	return nil
}

// The documents are OpenAPI, as a validator of others' making reads it.
func TestDocumentsAreValid(t *testing.T) {
	t.Parallel()
	const validate = `
import glob, yaml
from openapi_spec_validator import validate
files = sorted(glob.glob("infra/openapi/*.yaml"))
assert files
for file in files:
    validate(yaml.safe_load(open(file)))
`
	mustRun(t, tool(t, "moto/bin/python", "-c", validate))
}
