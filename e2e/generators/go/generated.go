// Package generated is the module in which generated Go clients are compiled. It pins what they
// import.
package generated

import _ "github.com/oapi-codegen/runtime"
