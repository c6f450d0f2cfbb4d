package server

import (
	"encoding/json"
	"io/fs"
	"net/http"
	"strings"

	"github.com/swaggest/swgui"
	"github.com/swaggest/swgui/v5emb"

	"lineproof/infra/openapi"
)

// Where the OpenAPI documents stand, and where they are browsed.
const (
	documentsPath = "/local/openapi/"
	browserPath   = "/local/docs/"
)

// documents serves the OpenAPI document of each wire as it is.
func documents() http.Handler {
	return http.StripPrefix(documentsPath, http.FileServerFS(openapi.Documents))
}

// document is one that the browser offers.
type document struct {
	URL  string `json:"url"`
	Name string `json:"name"`
}

// browser shows the documents in Swagger UI, whose assets come with the program.
func browser() (http.Handler, error) {
	names, err := fs.Glob(openapi.Documents, "*.yaml")
	if err != nil {
		return nil, err
	}
	var offered []document
	for _, name := range names {
		offered = append(offered, document{documentsPath + name, strings.TrimSuffix(name, ".yaml")})
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

// formsFromExamples begins the fields of a form with their examples and defaults alone. Of itself Swagger
// UI sends "string" for each that has neither, which is then a wrong secret, assertion and verifier.
const formsFromExamples = `[
	SwaggerUIBundle.plugins.DownloadUrl,
	({ fn }) => ({ fn: { getSampleSchema: (schema, type, ...rest) => type === false
		? (schema.toJS?.() ?? schema).example ?? (schema.toJS?.() ?? schema).default ?? ''
		: fn.getSampleSchema(schema, type, ...rest) } })
]`

// signedIn authorizes the calls of each document as a sandbox account and a sandbox client.
const signedIn = `() => {
	ui.preauthorizeBasic('basic', 'ace00001', 'sandbox-standard')
	ui.preauthorizeBasic('client', 'sandbox-camara-2-basic', 'sandbox-camara-2-basic-secret')
}`
