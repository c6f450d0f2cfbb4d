package server

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"io/fs"
	"net/http"
	"strings"
	"time"

	"github.com/swaggest/swgui/v5/static"
	"github.com/vearutop/statigz"

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

//go:embed docs.html
var docs []byte

// browser shows the documents in Swagger UI, whose assets come with the program. The page is our
// own: what swgui makes one with compiles the template packages.
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
	page := bytes.Replace(docs, []byte("$documents"), urls, 1)
	assets := http.StripPrefix(browserPath, statigz.FileServer(static.FS))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != browserPath {
			assets.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write(page)
	}), err
}
