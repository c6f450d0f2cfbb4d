package dynamodel

import (
	"fmt"
	"slices"
	"strings"
)

// The limits of expressions (developer guide, "Service quotas").
const (
	longestExpression = 4096
	mostOperators     = 300
	mostIn            = 100
)

// tokenOf returns the token that a text begins with: a word, a placeholder, digits or an operator;
// "" for none.
func tokenOf(text string) string {
	if len(text) > 1 && slices.Contains([]string{"<=", ">=", "<>"}, text[:2]) {
		return text[:2]
	}
	if strings.IndexByte("=<>()[].,+-", text[0]) >= 0 {
		return text[:1]
	}
	end := 0
	if text[0] == '#' || text[0] == ':' {
		end = 1
	}
	for end < len(text) && isWordByte(text[end]) {
		end++
	}
	if end == 1 && !isWordByte(text[0]) || text[0] == '_' {
		return ""
	}
	return text[:end]
}

func isWordByte(b byte) bool {
	return b == '_' || b >= '0' && b <= '9' || b >= 'A' && b <= 'Z' || b >= 'a' && b <= 'z'
}

// isWord tells whether a token may name an attribute: it begins with a letter.
func isWord(token string) bool {
	return token != "" && (token[0] >= 'A' && token[0] <= 'Z' || token[0] >= 'a' && token[0] <= 'z')
}

// scope is what placeholders of a request stand for.
type scope struct {
	names  map[string]string
	values item
	used   map[string]bool
}

// newScope checks the placeholders. Either map is nil where the request has none.
func newScope(names map[string]string, values item) (*scope, error) {
	if names != nil && len(names) == 0 {
		return nil, invalid("ExpressionAttributeNames must not be empty")
	}
	if values != nil && len(values) == 0 {
		return nil, invalid("ExpressionAttributeValues must not be empty")
	}
	values, err := checkedItem(values)
	return &scope{names: names, values: values, used: map[string]bool{}}, err
}

// unused fails when a placeholder stands in no expression.
func (s *scope) unused() error {
	for name := range s.names {
		if !s.used[name] {
			return invalid("value provided in ExpressionAttributeNames unused in expressions")
		}
	}
	for name := range s.values {
		if !s.used[name] {
			return invalid("value provided in ExpressionAttributeValues unused in expressions")
		}
	}
	return nil
}

// parser reads one expression. After a failure it reads nothing more.
type parser struct {
	*scope
	left      []string
	operators int
	err       error
}

func newParser(s *scope, expression string) *parser {
	p := &parser{scope: s}
	if len(expression) > longestExpression {
		p.fail("expression size has exceeded the maximum allowed size of 4096")
	}
	rest := strings.TrimSpace(expression)
	for rest != "" && p.err == nil {
		t := tokenOf(rest)
		if t == "" {
			p.fail("syntax error")
		}
		p.left, rest = append(p.left, t), strings.TrimSpace(rest[len(t):])
	}
	if len(p.left) == 0 {
		p.fail("the expression can not be empty")
	}
	return p
}

func (p *parser) fail(format string, args ...any) {
	if p.err == nil {
		p.err, p.left = invalid("invalid expression: %s", fmt.Sprintf(format, args...)), nil
	}
}

func (p *parser) peek() string {
	if len(p.left) == 0 {
		return ""
	}
	return p.left[0]
}

func (p *parser) next() string {
	t := p.peek()
	if t != "" {
		p.left = p.left[1:]
	}
	return t
}

// keyword takes one of the words that come next, whatever its case, and returns it as asked for.
func (p *parser) keyword(words ...string) string {
	upper := strings.ToUpper(p.peek())
	if !slices.Contains(words, upper) {
		return ""
	}
	p.next()
	return upper
}

// operator takes one, of which an expression may have so many.
func (p *parser) operator(words ...string) string {
	found := p.keyword(words...)
	if found != "" {
		if p.operators++; p.operators > mostOperators {
			p.fail("the expression contains too many operators")
		}
	}
	return found
}

func (p *parser) expect(t string) {
	if p.next() != t {
		p.fail("syntax error; %q is missing", t)
	}
}

// end wants nothing to be left.
func (p *parser) end() error {
	if p.err == nil && len(p.left) > 0 {
		p.fail("syntax error at %q", p.peek())
	}
	return p.err
}

// value takes a placeholder of a value.
func (p *parser) value() literal {
	name := p.next()
	v, known := p.values[name]
	if !known {
		p.fail("an expression attribute value is not defined: %s", name)
	}
	p.used[name] = true
	return literal{v}
}
