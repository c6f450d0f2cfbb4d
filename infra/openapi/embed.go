// Package openapi holds the OpenAPI document of every wire, as served beside the wires themselves: one file for each wire of
// number verification, and one for the authorization server.
package openapi

import "embed"

// Documents holds the documents, each named by its wire: camara-2.yaml.
//
//go:embed *.yaml
var Documents embed.FS
