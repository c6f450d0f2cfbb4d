package host

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// template is template.yaml, its functions in their long form.
type template struct {
	Parameters map[string]struct{ Default any }
	Mappings   map[string]map[string]map[string]any
	Conditions map[string]any
	Globals    struct{ Function map[string]any }
	Resources  map[string]resource
}

// resource is one of the template's.
type resource struct {
	Type, Condition string
	Properties      map[string]any
}

//go:embed template.py
var convert string

// readTemplate reads template.yaml of this repository.
func readTemplate(ctx context.Context) (template, error) {
	root, err := Root()
	if err != nil {
		return template{}, err
	}
	python := exec.CommandContext(ctx, filepath.Join(root, ".tools/moto/bin/python"), "-c", convert, filepath.Join(root, "template.yaml"))
	text, err := python.Output()
	if err != nil {
		var exit *exec.ExitError
		_ = errors.As(err, &exit)
		return template{}, fmt.Errorf("host: read template (set up by `make tools`): %w %s", err, stderrOf(exit))
	}
	var t template
	if err := json.Unmarshal(text, &t); err != nil {
		return template{}, fmt.Errorf("host: read template: %w", err)
	}
	return t, nil
}

func stderrOf(exit *exec.ExitError) string {
	if exit == nil {
		return ""
	}
	return string(exit.Stderr)
}

// Root gives the directory of this repository, the nearest above the working directory with a go.mod.
func Root() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("host: working directory: %w", err)
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
	}
	return "", errors.New("host: not within the repository")
}

// kebab gives the name of a function's directory: PinCheckFunction is pin-check.
func kebab(logical string) string {
	var name strings.Builder
	for i, c := range strings.TrimSuffix(logical, "Function") {
		if c >= 'A' && c <= 'Z' {
			if i > 0 {
				name.WriteByte('-')
			}
			c += 'a' - 'A'
		}
		name.WriteRune(c)
	}
	return name.String()
}
