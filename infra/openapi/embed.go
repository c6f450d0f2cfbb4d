// Package openapi holds the OpenAPI documents, as served beside the wires themselves: one for each
// wire of number verification and of one-time passwords, and one each for the authorization server,
// the versions of the Verify API, the second one's templates, the fallback and MX Labs' SDK.
package openapi

import "embed"

// Documents holds the documents, each named by its wire: camara-2.yaml.
//
//go:embed *.yaml
var Documents embed.FS
