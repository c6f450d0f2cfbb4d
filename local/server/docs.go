package server

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"net/http"
	"strings"
	"time"

	"github.com/swaggest/swgui"
	"github.com/swaggest/swgui/v5emb"

	"lineproof/infra/openapi"
)

// Where the OpenAPI documents stand, and where they are browsed.
const (
	documentsPath = "/local/openapi/"
	browserPath   = "/local/docs/"
)

// defaultBase is where the documents' examples have a local server.
const defaultBase = "http://127.0.0.1:8080"

// document serves the OpenAPI document of a wire, with this server in its examples.
func (s *Server) document(w http.ResponseWriter, r *http.Request) {
	text, err := openapi.Documents.ReadFile(r.PathValue("file"))
	if err != nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/yaml") // RFC 9512
	text = bytes.ReplaceAll(text, []byte(defaultBase), []byte(s.issuer))
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(text))
}

// offer is a document that the browser offers.
type offer struct {
	URL  string `json:"url"`
	Name string `json:"name"`
}

// browser shows the documents in Swagger UI, whose assets come with the program.
func browser() (http.Handler, error) {
	names, err := fs.Glob(openapi.Documents, "*.yaml")
	if err != nil {
		return nil, err
	}
	var offered []offer
	for _, name := range names {
		offered = append(offered, offer{documentsPath + name, strings.TrimSuffix(name, ".yaml")})
	}
	urls, err := json.Marshal(offered)
	return v5emb.NewHandlerWithConfig(swgui.Config{
		Title: "Lineproof", BasePath: browserPath, ShowTopBar: true,
		SettingsUI: map[string]string{
			"urls": string(urls), "url": "undefined", "layout": `"StandaloneLayout"`,
			"plugins": formsFromExamples, "onComplete": signedIn,
		},
	}), err
}

// formsFromExamples begins the fields of a form with their examples and defaults alone. Of itself
// Swagger UI sends "string" for each that has neither, which is then a wrong secret, assertion and
// verifier.
const formsFromExamples = `[
	SwaggerUIBundle.plugins.DownloadUrl,
	({ fn: { getSampleSchema } }) => {
		const empty = (schema) => schema.get('type') === 'array' ? '[]' : ''
		const field = (schema) => schema.get('example') ?? schema.get('default') ?? empty(schema)
		return { fn: { getSampleSchema: (schema, type, ...rest) =>
			type === false ? field(schema) : getSampleSchema(schema, type, ...rest) } }
	}
]`

// signedIn authorizes the calls of each document as a sandbox account and a sandbox client.
const signedIn = `() => {
	ui.preauthorizeBasic('basic', 'ace00001', 'sandbox-standard')
	ui.preauthorizeBasic('client', 'sandbox-camara-2-basic', 'sandbox-camara-2-basic-secret')
}`
