package admin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"lineproof/shared/fault"
)

// request is a command with its fields.
type request interface {
	// do carries it out and gives what is answered.
	do(ctx context.Context, a Admin) (any, error)
}

// Command is something that an administrator can ask for.
type Command struct {
	// Name is what the member command holds.
	Name string
	// Summary tells what it does.
	Summary string

	empty func() request
}

// Field is a member of a command's JSON object.
type Field struct {
	// Name is the member's.
	Name string
	// Type is text, list, number, yes-or-no or json.
	Type string
	// Help tells what it holds.
	Help string
}

// of makes a command of a request type.
func of[R any, P interface {
	*R
	request
}](name, summary string) Command {
	return Command{name, summary, func() request { return P(new(R)) }}
}

// commands is a function, so that requests may list commands.
func commands() []Command {
	return slices.Concat(
		accountCommands(), clientCommands(), applicationCommands(), upstreamCommands(),
		otherCommands(),
	)
}

// Commands lists what can be asked for.
func Commands() []Command { return commands() }

// Fields lists the command's fields. Those that end a help with "(optional)" may be left out.
func (c Command) Fields() []Field {
	var fields []Field
	for _, f := range reflect.VisibleFields(reflect.TypeOf(c.empty()).Elem()) {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" {
			fields = append(fields, Field{name, typeOf(f.Type),
				complete(name, f.Tag.Get("help"))})
		}
	}
	return append(fields, Field{byField, "text", byHelp})
}

// typeOf names a type as people read it.
func typeOf(t reflect.Type) string {
	if t == reflect.TypeFor[json.RawMessage]() {
		return "json"
	}
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Bool:
		return "yes-or-no"
	case reflect.Slice:
		return "list"
	case reflect.String:
		return "text"
	default:
		return "number"
	}
}

// read returns the request that the payload holds, and what the log may tell of it.
func read(payload []byte) (asked, request, error) {
	var members map[string]json.RawMessage
	if json.Unmarshal(payload, &members) != nil {
		return asked{}, nil, because(fault.InvalidBody, "", "a command is one JSON object")
	}
	command, err := named(members["command"])
	told := asked{name: command.Name}
	if err != nil {
		return told, nil, err
	}
	delete(members, "command")
	if err := command.know(members); err != nil {
		return told, nil, err
	}
	if told.by, err = readBy(members[byField]); err != nil {
		return told, nil, err
	}
	filled := command.empty()
	if err := mistyped(json.Unmarshal(payload, filled)); err != nil {
		return told, nil, err
	}
	if about, ok := filled.(interface{ subject() string }); ok {
		told.subject = about.subject()
	}
	return told, filled, nil
}

// named returns the command of that name.
func named(member json.RawMessage) (Command, error) {
	var name string
	if json.Unmarshal(member, &name) != nil || name == "" {
		return Command{}, because(fault.MissingField, "command", "it names one of "+names())
	}
	i := slices.IndexFunc(commands(), func(c Command) bool { return c.Name == name })
	if i < 0 {
		return Command{}, wrong("command", "it names one of "+names())
	}
	return commands()[i], nil
}

// byField is the member that every command may have.
const (
	byField = "by"
	byHelp  = "who asks for it, for the log: a name or an IAM ARN, a letter and up to 255 " +
		"letters, digits and any of :/+=,.@_- (optional)"
)

// byText takes IAM's ARNs and no number.
var byText = regexp.MustCompile(`\A([A-Za-z][A-Za-z0-9:/+=,.@_-]{0,255})?\z`)

// readBy returns who is said to ask for a command, "" when nobody is.
func readBy(member json.RawMessage) (string, error) {
	var by string
	if len(member) > 0 && json.Unmarshal(member, &by) != nil || !byText.MatchString(by) {
		return "", wrong(byField, byHelp)
	}
	return by, nil
}

func names() string {
	var all []string
	for _, c := range commands() {
		all = append(all, c.Name)
	}
	return strings.Join(all, ", ")
}

// know refuses members that the command does not have: a misspelt one must not be taken for one
// that is absent.
func (c Command) know(members map[string]json.RawMessage) error {
	var fields []string
	for _, f := range c.Fields() {
		fields = append(fields, f.Name)
	}
	for name := range members {
		if !slices.Contains(fields, name) {
			return because(
				fault.InvalidBody,
				"",
				fmt.Sprintf(
					"%s has a member it does not know; it knows %s",
					c.Name,
					strings.Join(fields, ", "),
				),
			)
		}
	}
	return nil
}

// mistyped gives the decoder's error without the value that it quotes.
func mistyped(err error) error {
	var mismatch *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &mismatch) && mismatch.Field != "":
		path := strings.Split(mismatch.Field, ".") // names Go's embedded structs as well
		return wrong(path[len(path)-1], "it is a "+typeOf(mismatch.Type))
	default:
		return because(fault.InvalidBody, "", "a member is not of its type")
	}
}

// because gives a failure with a text of ours for whoever sent the command.
func because(kind fault.Kind, field, text string) error {
	failure := fault.Wrap(kind, errors.New(text))
	failure.Param = field
	return failure
}

func wrong(field, text string) error { return because(fault.InvalidField, field, text) }

func missing(field string) error { return fault.In(fault.MissingField, field) }

// explain gives the text for a failure: its own when the command is at fault, else what the field
// should hold, and nothing of the cause of a failure that is ours.
func explain(command string, f *fault.Error) string {
	if ours(f) {
		return f.Kind.String()
	}
	if f.Kind == fault.Changed {
		return "somebody else has changed it meanwhile: read it again, and repeat the command " +
			"if it is still right"
	}
	if cause := errors.Unwrap(f); cause != nil {
		return cause.Error()
	}
	for _, c := range commands() {
		for _, field := range c.Fields() {
			if c.Name == command && field.Name == f.Param {
				return f.Kind.String() + ": " + field.Help
			}
		}
	}
	return f.Kind.String()
}
