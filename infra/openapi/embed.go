// Package openapi holds the OpenAPI document of every wire, as served beside the wires themselves:
// one file for each wire of number verification, one for the authorization server and one for each
// version of the Verify API.
package openapi

import "embed"

// Documents holds the documents, each named by its wire: camara-2.yaml.
//
//go:embed *.yaml
var Documents embed.FS
