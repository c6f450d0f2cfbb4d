package wire

import (
	"bytes"
	"encoding/json"
)

// Codec writes answers in one format.
type Codec struct {
	// ContentType is the header that goes with the format.
	ContentType string
	// Encode gives the bytes of an answer.
	Encode func(answer any) ([]byte, error)
}

// JSON writes compact JSON (RFC 8259) as it is, without escaping it for HTML.
var JSON = Codec{ContentType: "application/json", Encode: encodeJSON}

func encodeJSON(answer any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(answer); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
