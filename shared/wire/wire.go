// Package wire owns the wire formats: which paths a wire serves, which scopes, headers and bodies
// it takes, and what it answers, for successes and for every kind of failure.
//
// A wire is a Go literal in a file of its own that names its source document and declares itself.
// Endpoints are written once against the fields of [Wire] and never ask which wire they serve, so a
// new wire changes no code of theirs; what it needs around the literal, CONTRIBUTING.md lists.
package wire

import (
	"slices"
	"strings"
)

// Wire is one operator's or standard's way of writing the calls that it serves.
type Wire struct {
	// Name is how people, tests and client registrations call the wire, as "camara-2".
	Name string
	// Source names the document that the wire follows.
	Source string
	// Bases are path prefixes: a request that no route takes and that lies under one is answered in
	// this wire.
	Bases []string
	// Routes are the calls that the wire serves.
	Routes []Route
	// Correlation is the header that a caller may tag its requests with; its zero value is none.
	Correlation Correlation
	// Media are the content types of bodies that are read; empty means that bodies are told apart
	// by what they hold.
	Media []string
	// Accept is what an Accept header must allow, or the answer is a fault.NotAcceptable; empty
	// ignores the header.
	Accept string
	// Codec writes answers.
	Codec Codec
	// Failures says what each kind of failure is answered with.
	Failures Table
	// Shape makes the body of a failure's answer.
	Shape Shape
	// ErrorType is the content type of failures' bodies where it is not the codec's.
	ErrorType string
	// RetryAfter is after how many seconds a request may be repeated that we failed or that came
	// too often, by a Retry-After header (RFC 9110 §10.2.3); 0 sends none.
	RetryAfter int
	// Challenge is the scheme of the WWW-Authenticate header that goes with failed authentication
	// (RFC 9110 §11.6.1); empty sends none.
	Challenge string
	// Number says how number verification reads and answers in this wire.
	Number Number
	// OneTime says how one-time passwords are asked for in this wire.
	OneTime OneTime
	// Payment makes a PIN request one that confirms a payment (PSD2).
	Payment bool
}

// Operation is what a route does; it is also the name of the function that serves it.
type Operation string

// Unmatched answers what no route takes. All other operations stand with their wires.
const Unmatched Operation = "unmatched"

// Route is one method and path, and the operation behind them.
type Route struct {
	// Operation is what is done.
	Operation Operation
	// Method is the HTTP method.
	Method string
	// Path is the whole path. A segment in braces is a parameter, as in /v2/verify/{id}, which an
	// endpoint reads by http.Request.PathValue.
	Path string
	// Wire is the one wire that the route belongs to; declaring the wire sets it.
	Wire *Wire
}

// wires holds every wire that declared itself.
var wires []*Wire

// declare makes a wire known and its routes its own.
func declare(w Wire) *Wire {
	declared := New(w)
	wires = append(wires, declared)
	return declared
}

// New gives the wire with its routes pointing at it.
func New(w Wire) *Wire {
	for i := range w.Routes {
		w.Routes[i].Wire = &w
	}
	return &w
}

// Wires gives every declared wire, by name.
func Wires() []*Wire {
	return slices.SortedFunc(
		slices.Values(wires), func(a, b *Wire) int { return strings.Compare(a.Name, b.Name) },
	)
}

// Routes gives every route of the declared wires, or of one operation when it is not empty.
func Routes(of Operation) []Route {
	var routes []Route
	for _, w := range Wires() {
		for _, r := range w.Routes {
			if of == "" || r.Operation == of {
				routes = append(routes, r)
			}
		}
	}
	return routes
}

// routes gives one route per method and path.
func routes(op Operation, method string, paths ...string) []Route {
	made := make([]Route, len(paths))
	for i, path := range paths {
		made[i] = Route{Operation: op, Method: method, Path: path}
	}
	return made
}
