package bundle

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// Pattern is a metric filter's pattern for JSON lines: comparisons of selectors with strings,
// joined by && and ||, of which the first binds tighter, in parentheses as needed (CloudWatch Logs,
// "Filter pattern syntax", of which this is what our template uses).
type Pattern func(line map[string]any) bool

var tokens = regexp.MustCompile(`\s*(\$(?:\.[A-Za-z]+)+|"[^"]*"|!=|=|&&|\|\||[{}()]|\S)`)

// ParsePattern reads a pattern. It fails with what it does not understand.
func ParsePattern(text string) (Pattern, error) {
	p := &patternReader{}
	for _, match := range tokens.FindAllStringSubmatch(text, -1) {
		p.tokens = append(p.tokens, match[1])
	}
	p.want("{")
	read := p.either()
	p.want("}")
	if p.bad == "" && len(p.tokens) > 0 {
		p.bad = p.tokens[0]
	}
	if p.bad != "" {
		return nil, fmt.Errorf("bundle: pattern %s: not understood at %q", text, p.bad)
	}
	return read, nil
}

// patternReader takes tokens from the front, and remembers the first that it did not expect.
type patternReader struct {
	tokens []string
	bad    string
}

func (p *patternReader) next() string {
	if len(p.tokens) == 0 {
		return ""
	}
	token := p.tokens[0]
	p.tokens = p.tokens[1:]
	return token
}

func (p *patternReader) want(token string) {
	if got := p.next(); got != token && p.bad == "" {
		p.bad = got + " (want " + token + ")"
	}
}

func (p *patternReader) follows(token string) bool {
	if len(p.tokens) == 0 || p.tokens[0] != token {
		return false
	}
	p.next()
	return true
}

func (p *patternReader) either() Pattern {
	left := p.both()
	for p.follows("||") {
		before, right := left, p.both()
		left = func(line map[string]any) bool { return before(line) || right(line) }
	}
	return left
}

func (p *patternReader) both() Pattern {
	left := p.comparison()
	for p.follows("&&") {
		before, right := left, p.comparison()
		left = func(line map[string]any) bool { return before(line) && right(line) }
	}
	return left
}

func (p *patternReader) comparison() Pattern {
	if p.follows("(") {
		inner := p.either()
		p.want(")")
		return inner
	}
	selector, operator, value := p.next(), p.next(), p.next()
	compares := strings.HasPrefix(selector, "$.") && strings.HasPrefix(value, `"`)
	if !compares || operator != "=" && operator != "!=" {
		p.want("a comparison")
	}
	value = strings.Trim(value, `"`)
	return func(line map[string]any) bool {
		got, there := Select(line, selector)
		return there && (got == value || value == "*") == (operator == "=")
	}
}

// Select returns the string that a selector, as $.failure.kind, names in a line; false when there
// is none.
func Select(line map[string]any, selector string) (string, bool) {
	text, there := dig(line, strings.Split(strings.TrimPrefix(selector, "$."), ".")...).(string)
	return text, there
}

// Filter is a metric filter of the template.
type Filter struct {
	// Name is its logical name, Group that of the log group whose lines it counts.
	Name, Group string
	// Metric is what it counts them as, in the stack's own namespace.
	Metric string
	// Dimensions are the selectors of the metric's dimensions by their names.
	Dimensions map[string]string
	// Default tells whether 0 is published where no line matches.
	Default bool

	pattern Pattern
}

// Filters returns the metric filters.
func (t *Template) Filters() ([]Filter, error) {
	var all []Filter
	for _, name := range t.OfType(typeFilter) {
		p := t.Resources[name].Properties
		text, _ := p["FilterPattern"].(string)
		pattern, err := ParsePattern(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		for _, made := range list(p["MetricTransformations"]) {
			f := Filter{Name: name, Group: referred(p["LogGroupName"]), pattern: pattern}
			f.Dimensions = map[string]string{}
			f.Metric, _ = dig(made, "MetricName").(string)
			f.Default = object(made)["DefaultValue"] == 0
			for _, d := range list(dig(made, "Dimensions")) {
				key, _ := dig(d, "Key").(string)
				f.Dimensions[key], _ = dig(d, "Value").(string)
			}
			all = append(all, f)
		}
	}
	return all, nil
}

// Counts tells whether a line of JSON is counted, and under which values of the dimensions: a line
// that lacks one, or has it empty, is not.
func (f Filter) Counts(line []byte) (values map[string]string, counted bool) {
	var members map[string]any
	if json.Unmarshal(line, &members) != nil || !f.pattern(members) {
		return nil, false
	}
	values = map[string]string{}
	for name, selector := range f.Dimensions {
		value, _ := Select(members, selector)
		if value == "" {
			return nil, false
		}
		values[name] = value
	}
	return values, true
}
