package dynamodel

import (
	"math"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// The steps in which units are counted, and the largest item, in bytes.
const (
	writeStep = 1 << 10
	readStep  = 4 << 10
	mostBytes = 400 << 10
)

// sizeOf returns what an item weighs, its names included, in bytes (developer guide, "DynamoDB item
// sizes and formats").
func sizeOf(m item) (size int) {
	for name, v := range m {
		size += len(name) + sizeOfValue(v)
	}
	return size
}

func sizeOfValue(v types.AttributeValue) (size int) {
	const nesting, element = 3, 1
	switch v := v.(type) {
	case *textValue:
		return len(v.Value)
	case *numberValue:
		return sizeOfNumber(v.Value)
	case *bytesValue:
		return len(v.Value)
	case *listValue:
		size = nesting
		for _, e := range v.Value {
			size += element + sizeOfValue(e)
		}
	case *mapValue:
		size = nesting + element*len(v.Value) + sizeOf(v.Value)
	case *textSet, *numberSet, *bytesSet:
		for _, m := range membersOf(v) {
			size += sizeOfValue(m)
		}
	default:
		return 1
	}
	return size
}

// sizeOfNumber is a byte for each two significant digits, one more, and one for a minus.
func sizeOfNumber(n string) int {
	digits := strings.TrimPrefix(n, "-")
	size := 1 + len(n) - len(digits)
	digits = strings.Trim(strings.Replace(digits, ".", "", 1), "0")
	return size + (len(digits)+1)/2
}

// writeUnits are those of a plain write of so many bytes; readUnits those of a read.
func writeUnits(size int) float64 { return steps(size, writeStep) }

func readUnits(size int, consistent bool) float64 {
	units := steps(size, readStep)
	if !consistent {
		units /= 2
	}
	return units
}

func steps(size, step int) float64 { return max(1, math.Ceil(float64(size)/float64(step))) }
