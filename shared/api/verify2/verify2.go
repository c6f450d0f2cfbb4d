// Package verify2 owns the wire of Vonage's Verify API, version 2.
package verify2
