package boot

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Need is one thing that a function is wired to.
type Need struct {
	// Variable is the environment variable that configures it.
	Variable string `json:"variable"`
	// Resource is the logical name of the AWS resource that the variable names; empty for a plain
	// setting.
	Resource string `json:"resource,omitempty"`
	// Actions are the IAM actions on the resource that the function calls, sorted.
	Actions []string `json:"actions,omitempty"`
}

// resource gives the need of actions on the resource that a variable names: GRANTS_TABLE is
// GrantsTable.
func resource(variable string, actions ...string) Need {
	var name strings.Builder
	for word := range strings.SplitSeq(variable, "_") {
		name.WriteString(word[:1] + strings.ToLower(word[1:]))
	}
	return Need{variable, name.String(), actions}
}

// needs collects what was asked for, and what is wrong with it.
type needs struct {
	known    map[string]Need // by variable
	problems map[string]error
	sealed   bool // the first wiring is over: the list is complete and may be read by many
}

// record adds a need, and to a need known already what is new about it. err says what is wrong with
// its variable.
func (n *needs) record(need Need, err error) {
	if n.sealed {
		return
	}
	need.Actions = append(slices.Clone(n.known[need.Variable].Actions), need.Actions...)
	slices.Sort(need.Actions)
	need.Actions = slices.Compact(need.Actions)
	n.known[need.Variable] = need
	n.problem(need.Variable, err)
}

func (n *needs) problem(variable string, err error) {
	if err != nil && !n.sealed {
		n.problems[variable] = named(variable, err)
	}
}

func named(variable string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("boot: %s: %w", variable, err)
}

// list gives every need, by variable. Every function has a log level.
func (n *needs) list() []Need {
	all := []Need{{Variable: levelVariable}}
	for _, need := range n.known {
		all = append(all, need)
	}
	slices.SortFunc(all, func(a, b Need) int { return strings.Compare(a.Variable, b.Variable) })
	return all
}

// err gives every problem in one line, those of more among them; nil when there is none.
func (n *needs) err(more ...error) error {
	for _, problem := range n.problems {
		more = append(more, problem)
	}
	var texts []string
	for _, problem := range more {
		if problem != nil {
			texts = append(texts, problem.Error())
		}
	}
	if len(texts) == 0 {
		return nil
	}
	slices.Sort(texts)
	return errors.New(strings.Join(texts, "; "))
}
