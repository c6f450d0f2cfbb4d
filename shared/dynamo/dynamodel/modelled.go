package dynamodel

import (
	"fmt"
	"reflect"
	"slices"
)

// onlyModelled fails when anything else of a request is set than the named parameters: it would be
// passed over in silence.
func onlyModelled(input any, names ...string) error {
	v := reflect.ValueOf(input)
	for i := range v.NumField() {
		name := v.Type().Field(i).Name
		if !v.Field(i).IsZero() && !slices.Contains(names, name) {
			return notModelled(name)
		}
	}
	return nil
}

func notModelled(what string) error { return fmt.Errorf("dynamodel: %s is not modelled", what) }

func typeName(v any) string { return reflect.TypeOf(v).String() }
