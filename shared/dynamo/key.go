package dynamo

import (
	"crypto/sha256"
	"unicode/utf8"

	"lineproof/shared/secrets"
)

// The names of key attributes, and of those that several tables share. None is a reserved word of
// DynamoDB's expressions.
const (
	grantID   = "grantID"
	replayID  = "replayKey"
	clientID  = "clientID"
	place     = "place"
	sessionID = "sessionID"
	keySet    = "keySet"

	clientRevision = "clientRevision"

	attemptID       = "attemptID"
	expiresAt       = "expiresAt"
	firstPort       = "firstPort"
	jwks            = "jwks"
	lastPort        = "lastPort"
	msisdn          = "msisdn"
	purgeAt         = "purgeAt"
	refreshLifetime = "refreshLifetime"
	scopes          = "scopes"
	secretHash      = "secretHash"
	singleUse       = "singleUse"
	startsAt        = "startsAt"
	tokenLifetime   = "tokenLifetime"
)

// maxKey is the longest partition key that DynamoDB takes, in bytes.
const maxKey = 2048

// grantKey names a grant: its ID, which a client may have made up.
type grantKey string

func (k grantKey) item() item { return item{grantID: text(k)} }

func (k grantKey) usable() bool { return usable(string(k)) }

// clientKey names a client: its client_id, which a client may have made up.
type clientKey string

func (k clientKey) item() item { return item{clientID: text(k)} }

func (k clientKey) usable() bool { return usable(string(k)) }

// replayKey names a single-use identifier by its hash: its issuer chose it, of any length and
// bytes.
type replayKey [sha256.Size]byte

func newReplayKey(identifier string) replayKey { return sha256.Sum256([]byte(identifier)) }

// keySetKey names a key set.
type keySetKey secrets.Name

func (k keySetKey) item() item { return item{keySet: text(k)} }

// bucketKey names where sessions are looked for: an address, a bucket of its ports, or an IPv6
// prefix (see places).
type bucketKey string

// sessionKey orders the sessions of a place by their start.
type sessionKey string

// usable tells whether an item can stand under the key; DynamoDB calls a request that asks for
// another malformed.
func usable(key string) bool { return key != "" && len(key) <= maxKey && utf8.ValidString(key) }
