package wire

import (
	"slices"
	"strings"
	"sync"
)

// routeTable finds routes by path and method.
type routeTable map[string]map[string]Route

// declared indexes the declared wires' routes at first use, when all have declared themselves.
var declared = sync.OnceValue(func() routeTable { return index(Routes("")) })

func index(all []Route) routeTable {
	table := routeTable{}
	for _, r := range all {
		if table[r.Path] == nil {
			table[r.Path] = map[string]Route{}
		}
		table[r.Path][r.Method] = r
	}
	return table
}

// Match gives the declared route of a method and path.
func Match(method, path string) (Route, bool) {
	r, ok := declared()[path][method]
	return r, ok
}

// Allowed gives the methods that the path takes, sorted, and the wire that serves it; none and nil
// for an unknown path.
func Allowed(path string) ([]string, *Wire) {
	var methods []string
	var wire *Wire
	for method, r := range declared()[path] {
		methods = append(methods, method)
		wire = r.Wire
	}
	slices.Sort(methods)
	return methods, wire
}

// Nearest gives the wire whose base is the longest that holds path. Bare answers where none does.
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
