package boot

import (
	"errors"
	"log/slog"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"lineproof/shared/network"
)

// The environment variables that are neither a table's nor a secret's name.
const (
	// issuerVariable holds our issuer identifier, the URL that the service is reached at.
	issuerVariable = "ISSUER"
	// levelVariable holds the lowest level that is logged; empty is INFO.
	levelVariable = "LOG_LEVEL"
	// resolversVariable holds the ways of identifying a connection, in order, separated by commas;
	// empty is "header,session".
	resolversVariable = "RESOLVERS"
	// certificatesVariable holds the SHA-256 fingerprints of gateways that reach us by mutual TLS,
	// separated by commas, each with the prefixes of its numbers: FINGERPRINT=4477/4478.
	certificatesVariable = "GATEWAY_CERTIFICATES"
	// prefixesVariable holds the prefixes of the numbers that what is signed with the Gateway
	// secret is believed of, separated by commas.
	prefixesVariable = "GATEWAY_PREFIXES"
	// coverageVariable holds the countries of whose lines silent verification knows, separated by
	// commas, or * for all; empty is none.
	coverageVariable = "SILENT_COUNTRIES"
	// operatorsVariable holds the issuers of operator tokens: a JSON object of JSON Web Key Sets by
	// iss, each with the member prefixes beside its keys; empty is none.
	operatorsVariable = "OPERATORS"
	// sessionMinutesVariable holds for how many minutes a mobile session lasts without a new
	// record; empty is network.DefaultSession.
	sessionMinutesVariable = "SESSION_MINUTES"
	// regionVariable and the three below it are set by Lambda.
	regionVariable  = "AWS_REGION"
	keyVariable     = "AWS_ACCESS_KEY_ID"
	secretVariable  = "AWS_SECRET_ACCESS_KEY"
	sessionVariable = "AWS_SESSION_TOKEN"
	// databaseEndpoint and secretsEndpoint hold URLs that take the place of AWS's own, as every AWS
	// SDK reads them.
	databaseEndpoint = "AWS_ENDPOINT_URL_DYNAMODB"
	secretsEndpoint  = "AWS_ENDPOINT_URL_SECRETS_MANAGER"
)

var errNotSet = errors.New("not set")

// The errors of these parsers never hold what they could not read: a secret put into the wrong
// variable must not reach a log.

// parseIssuer reads an issuer identifier (RFC 8414 §2): an https URL without query, fragment or
// trailing slash; http for loopback.
func parseIssuer(text string) (string, error) {
	if text == "" {
		return "", errNotSet
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil || strings.ContainsAny(text, "?#") ||
		strings.HasSuffix(text, "/") {
		return "", errors.New("not a URL without user, query, fragment and trailing slash")
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !isLoopback(u.Hostname())) {
		return "", errors.New("not an https URL")
	}
	return text, nil
}

func isLoopback(host string) bool {
	address, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && address.IsLoopback()
}

// parseTable reads the name of a DynamoDB table.
func parseTable(text string) (string, error) {
	switch {
	case text == "":
		return "", errNotSet
	case len(text) < 3 || len(text) > 255 || strings.ContainsFunc(text, isForeign):
		return "", errors.New("not the name of a table")
	}
	return text, nil
}

// isForeign tells whether a table's name cannot hold the character.
func isForeign(c rune) bool {
	return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') &&
		!strings.ContainsRune("_.-", c)
}

// parseARN reads the ARN of a secret: arn:partition:secretsmanager:region:account:secret:name.
func parseARN(text string) (string, error) {
	parts := strings.Split(text, ":")
	switch {
	case text == "":
		return "", errNotSet
	case len(parts) != 7 || slices.Contains(parts, ""),
		parts[0] != "arn" || parts[2] != "secretsmanager" || parts[5] != "secret":
		return "", errors.New("not the ARN of a secret")
	}
	return text, nil
}

// parsePresent reads what only has to be there.
func parsePresent(text string) (string, error) {
	if text == "" {
		return "", errNotSet
	}
	return text, nil
}

// parseEndpoint reads an optional http or https URL.
func parseEndpoint(text string) (string, error) {
	u, err := url.Parse(text)
	if text != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
		return "", errors.New("not a URL")
	}
	return text, nil
}

func parseLevel(text string) (slog.Level, error) {
	var level slog.Level
	if text == "" {
		return level, nil
	}
	if level.UnmarshalText([]byte(text)) != nil {
		return slog.LevelInfo, errors.New("not one of DEBUG, INFO, WARN, ERROR")
	}
	return level, nil
}

// The names of resolvers.
const (
	byHeader  = "header"
	bySession = "session"
)

func parseResolvers(text string) ([]string, error) {
	if text == "" {
		return []string{byHeader, bySession}, nil
	}
	names := split(text)
	for i, name := range names {
		if name != byHeader && name != bySession || slices.Contains(names[:i], name) {
			return nil, errors.New("not a list of header and session")
		}
	}
	return names, nil
}

// parseSession reads minutes, from 1 to those of network.MaxSession.
func parseSession(text string) (time.Duration, error) {
	if text == "" {
		return network.DefaultSession, nil
	}
	minutes, err := strconv.Atoi(text)
	if err != nil || minutes < 1 || minutes > int(network.MaxSession/time.Minute) {
		return 0, errors.New("not a number of minutes from 1 to 10080")
	}
	return time.Duration(minutes) * time.Minute, nil
}

func split(list string) []string {
	parts := strings.Split(list, ",")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return parts
}
