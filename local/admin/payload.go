package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"lineproof/shared/admin"
)

// payload gives the command that the arguments describe, as JSON.
func (p program) payload() ([]byte, error) {
	all := admin.Commands()
	i := slices.IndexFunc(all, func(c admin.Command) bool { return c.Name == p.args[0] })
	if i < 0 {
		return nil, fmt.Errorf(
			"no command is called %q; without arguments all are listed", p.args[0],
		)
	}
	command := all[i]
	members := map[string]any{"command": command.Name}
	flags := flag.NewFlagSet(command.Name+": "+command.Summary, flag.ContinueOnError)
	flags.SetOutput(p.stderr)
	for _, f := range command.Fields() {
		flags.Func(f.Name, "`"+f.Type+"`: "+f.Help, func(text string) error {
			value, err := p.value(f.Type, text)
			members[f.Name] = value
			return err
		})
	}
	if err := flags.Parse(p.args[1:]); err != nil {
		return nil, err
	}
	if flags.NArg() > 0 {
		return nil, fmt.Errorf(
			"%q belongs to no field; fields are written -name value", flags.Arg(0),
		)
	}
	return json.Marshal(members)
}

// value reads the text of a field of that type: a list has commas between its items, JSON may stand
// in a file, written @file.
func (p program) value(kind, text string) (any, error) {
	switch kind {
	case "number":
		return strconv.ParseInt(text, 10, 64)
	case "yes-or-no":
		return yes(text)
	case "list":
		return split(text), nil
	case "json":
		return p.document(text)
	default:
		return text, nil
	}
}

func yes(text string) (bool, error) {
	switch text {
	case "yes", "true":
		return true, nil
	case "no", "false":
		return false, nil
	}
	return false, fmt.Errorf("it is yes or no")
}

func split(text string) []string {
	items := []string{}
	for item := range strings.SplitSeq(text, ",") {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}

func (p program) document(text string) (any, error) {
	data := []byte(text)
	if file, is := strings.CutPrefix(text, "@"); is {
		var err error
		if data, err = p.readFile(file); err != nil {
			return nil, err
		}
	}
	if !json.Valid(data) {
		return nil, fmt.Errorf("it is not JSON; a file is written @file")
	}
	return json.RawMessage(data), nil
}

// show writes an answer, indented, and tells whether it was an error.
func (p program) show(text []byte) error {
	var answer struct {
		Error json.RawMessage `json:"error"`
	}
	var pretty bytes.Buffer
	if json.Unmarshal(text, &answer) != nil || json.Indent(&pretty, text, "", "  ") != nil {
		return fmt.Errorf("the answer is not JSON")
	}
	_, _ = fmt.Fprintln(p.stdout, pretty.String())
	if answer.Error != nil {
		return errRefused
	}
	return nil
}
