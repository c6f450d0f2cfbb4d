package authserver

import (
	"encoding/json"
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	"lineproof/shared/token"
	"lineproof/shared/upstream"
	"lineproof/shared/web"
)

// keySet is the keys that we publish. Tokens are verified by those of tokens alone.
type keySet struct {
	tokens    token.Ring
	upstreams upstream.Directory
	now       func() time.Time
	// last is the keys for upstreams as they were last to be had.
	last atomic.Pointer[token.Ring]
}

// retryAge is how long the keys of tokens alone may be kept, in seconds.
const retryAge = 5

// serve answers with the keys. Where those for upstreams cannot be had, the last ones stand in for
// them; where there never were any, the keys of tokens are served without.
func (k *keySet) serve(r *http.Request) (any, error) {
	all, err := k.upstreams.Upstreams(r.Context())
	if err == nil {
		ring := upstream.Published(all, k.now())
		k.last.Store(&ring)
	} else {
		web.Note(r.Context(), "upstream_keys", "unread")
	}
	last := k.last.Load()
	if last == nil {
		return web.Cached(json.RawMessage(k.tokens.JWKS()), retryAge), nil
	}
	ring := slices.DeleteFunc(slices.Clone(*last), func(of token.Key) bool {
		return k.tokens.Has(of.ID)
	})
	return web.Cached(json.RawMessage(slices.Concat(k.tokens, ring).JWKS()), jwksAge), nil
}
