// Package generators makes clients of the OpenAPI documents with the generators that callers use,
// and compiles them.
package generators

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const (
	root  = "../.."
	tools = root + "/.tools/generators/node_modules"
)

// documents gives the OpenAPI documents by the names that packages of them can have.
func documents(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob(root + "/infra/openapi/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no documents: %v", err)
	}
	named := map[string]string{}
	for _, file := range files {
		absolute, err := filepath.Abs(file)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		named[strings.NewReplacer("-", "", ".", "").Replace(name)] = absolute
	}
	return named
}

func run(t *testing.T, directory, program string, args ...string) {
	t.Helper()
	command := exec.Command(program, args...)
	command.Dir = directory
	if output, err := command.CombinedOutput(); err != nil {
		t.Errorf("%s: %v\n%.2000s", strings.Join(args, " "), err, output)
	}
}

// TestGo makes and compiles clients with oapi-codegen.
func TestGo(t *testing.T) {
	t.Parallel()
	module, err := filepath.Abs("go")
	if err != nil {
		t.Fatal(err)
	}
	made := t.TempDir()
	for _, file := range []string{"go.mod", "go.sum", "generated.go"} {
		text, err := os.ReadFile(filepath.Join(module, file))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(made, file), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, document := range documents(t) {
		if err := os.Mkdir(filepath.Join(made, name), 0o700); err != nil {
			t.Fatal(err)
		}
		client := filepath.Join(made, name, "client.go")
		run(t, module, "go", "tool", "oapi-codegen", "-generate", "types,client", "-package", name, "-o", client, document)
	}
	run(t, made, "go", "vet", "./...")
}

// TestTypeScript makes and compiles types with openapi-typescript and clients with oazapfts.
func TestTypeScript(t *testing.T) {
	t.Parallel()
	packages, err := filepath.Abs(tools)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(packages); err != nil {
		t.Fatal("the generators are not set up: run make tools")
	}
	made := t.TempDir()
	if err := os.Symlink(packages, filepath.Join(made, "node_modules")); err != nil {
		t.Fatal(err)
	}
	bin := func(name string) string { return filepath.Join(packages, ".bin", name) }
	compile := []string{"--noEmit", "--strict", "--skipLibCheck", "--target", "es2022", "--module", "nodenext"}
	for name, document := range documents(t) {
		run(t, made, bin("openapi-typescript"), document, "-o", name+".types.ts")
		run(t, made, bin("oazapfts"), document, name+".client.ts")
		compile = append(compile, name+".types.ts", name+".client.ts")
	}
	run(t, made, bin("tsc"), compile...)
}
