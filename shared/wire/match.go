package wire

import (
	"maps"
	"slices"
	"strings"
	"sync"
)

// RouteTable finds routes by method and path.
type RouteTable struct {
	paths    map[string]map[string]Route // by path and method
	patterns []string                    // the paths with parameters, the most literal first
}

// declared indexes the declared wires' routes at first use, when all have declared themselves.
var declared = sync.OnceValue(func() RouteTable { return Index(Routes("")) })

// Index returns the table of the routes.
func Index(all []Route) RouteTable {
	t := RouteTable{paths: map[string]map[string]Route{}}
	for _, r := range all {
		if t.paths[r.Path] == nil {
			t.paths[r.Path] = map[string]Route{}
			if strings.Contains(r.Path, "{") {
				t.patterns = append(t.patterns, r.Path)
			}
		}
		t.paths[r.Path][r.Method] = r
	}
	slices.Sort(t.patterns) // a brace sorts after all letters
	return t
}

// Match returns the route of a method and path.
func (t RouteTable) Match(method, path string) (Route, bool) {
	r, ok := t.at(path)[method]
	return r, ok
}

// Allowed returns the methods that the path takes, sorted, and the wire that serves it; none and
// nil for an unknown path.
func (t RouteTable) Allowed(path string) ([]string, *Wire) {
	byMethod := t.at(path)
	for _, r := range byMethod {
		return slices.Sorted(maps.Keys(byMethod)), r.Wire
	}
	return nil, nil
}

// at returns the routes of the path by their methods.
func (t RouteTable) at(path string) map[string]Route { return t.paths[t.pattern(path)] }

// pattern returns the path of routes that takes this path: the most literal one.
func (t RouteTable) pattern(path string) string {
	if t.paths[path] != nil {
		return path
	}
	for _, pattern := range t.patterns {
		if _, ok := Values(pattern, path); ok {
			return pattern
		}
	}
	return ""
}

// Values returns what stands in the path for each parameter of the pattern, in its order, or false
// when the path is not of that form. A parameter stands for one segment, which is not empty.
func Values(pattern, path string) ([]Value, bool) {
	parts, segments := strings.Split(pattern, "/"), strings.Split(path, "/")
	if len(parts) != len(segments) {
		return nil, false
	}
	var values []Value
	for i, part := range parts {
		name, isParameter := parameter(part)
		switch {
		case !isParameter && part != segments[i], isParameter && segments[i] == "":
			return nil, false
		case isParameter:
			values = append(values, Value{name, segments[i]})
		}
	}
	return values, true
}

// Value is what stands in a path for a parameter.
type Value struct{ Name, Text string }

// parameter returns the name of a pattern's part that is a parameter, as {id}.
func parameter(part string) (string, bool) {
	name, open := strings.CutPrefix(part, "{")
	name, closed := strings.CutSuffix(name, "}")
	return name, open && closed
}

// Match returns the declared route of a method and path.
func Match(method, path string) (Route, bool) { return declared().Match(method, path) }

// Allowed returns what RouteTable.Allowed does of the declared routes.
func Allowed(path string) ([]string, *Wire) { return declared().Allowed(path) }

// Takes tells whether no declared route takes the path by a more literal one than the route's. API
// Gateway looks at the method first, and hands such a request to either.
func Takes(r Route, path string) bool {
	literal := declared().pattern(path)
	return literal == "" || literal == r.Path
}

// Nearest returns the wire whose base is the longest that holds path. Bare answers where none does.
func Nearest(path string) *Wire {
	nearest, longest := Bare, 0
	for _, w := range wires {
		for _, base := range w.Bases {
			if len(base) > longest && (path == base || strings.HasPrefix(path, base+"/")) {
				nearest, longest = w, len(base)
			}
		}
	}
	return nearest
}
