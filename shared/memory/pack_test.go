package memory

import (
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"lineproof/shared/phone"
	"lineproof/shared/verification"
)

// TestEveryFieldIsKept fills every field there is, at random, so that none is forgotten.
func TestEveryFieldIsKept(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	kept, all := newPacked(), map[verification.Ref]verification.Verification{}
	for range 300 {
		var v verification.Verification
		fill(r, reflect.ValueOf(&v).Elem())
		all[v.Ref] = v
		kept.put(v.Ref, v)
	}
	for ref, want := range all {
		if got := kept.get(ref); !reflect.DeepEqual(got, want) {
			t.Errorf("kept\n%+v, got\n%+v", want, got)
		}
	}
	if got := kept.get(verification.Ref{Nonce: 1 << 50}); !reflect.DeepEqual(got, verification.Verification{}) {
		t.Errorf("in an empty place there is %+v", got)
	}
}

// fill sets a value at random, in one of four cases to zero.
func fill(r *rand.Rand, v reflect.Value) {
	if v.Kind() != reflect.Struct && r.IntN(4) == 0 {
		return
	}
	n := []uint64{1, 127, 128, math.MaxUint64, r.Uint64(), r.Uint64() % 1000}[r.IntN(6)]
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(n))
	case reflect.Uint8, reflect.Uint32, reflect.Uint64:
		v.SetUint(n & (math.MaxUint64 >> (64 - v.Type().Bits())))
	case reflect.String:
		v.SetString(string(make([]byte, n%300)) + "é")
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), int(1+n%5), int(1+n%5)))
		for i := range v.Len() {
			fill(r, v.Index(i))
		}
	case reflect.Struct:
		fillStruct(r, v, n)
	default:
		panic(v.Kind())
	}
}

func fillStruct(r *rand.Rand, v reflect.Value, n uint64) {
	switch p := v.Addr().Interface().(type) {
	case *time.Time:
		*p = time.Unix(int64(n%4e9), int64(n%1e9)).UTC()
	case *verification.Text:
		*p = verification.StoredText(string(make([]byte, n%300)))
	case *phone.Number:
		*p, _ = phone.FromUint64(447700900000 + n%1000)
	default:
		for i := range v.NumField() {
			fill(r, v.Field(i))
		}
	}
}
