package clients_test

import (
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"lineproof/shared/token"
)

// operator is the authorization server and the number verification of an operator that takes
// temporary tokens (GSMA TS.43), which its entitlement server alone can read.
type operator struct {
	*httptest.Server

	sims   entitlement
	client string // whose assertions it takes
	keys   string // where that client's public keys are

	mu      sync.Mutex
	lines   map[string]string // access tokens, and whose they are
	waiting map[string]string // CIBA requests, and what they were begun with
	asked   int
}

func startOperator(t *testing.T, sims entitlement, client, keys string) *operator {
	t.Helper()
	o := &operator{sims: sims, client: client, keys: keys, lines: map[string]string{}, waiting: map[string]string{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /token", o.token)
	mux.HandleFunc("POST /bc-authorize", o.begin)
	mux.HandleFunc("POST /verify", o.verify)
	o.Server = httptest.NewServer(mux)
	t.Cleanup(o.Close)
	return o
}

// calls returns how often it was asked since it was last asked so.
func (o *operator) calls() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	asked := o.asked
	o.asked = 0
	return asked
}

func (o *operator) count() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.asked++
}

// signed returns the claims of an assertion that the client signed for that endpoint.
func (o *operator) signed(assertion, path string) (jwt.MapClaims, bool) {
	answer, err := http.Get(o.keys)
	if err != nil {
		return nil, false
	}
	defer func() { _ = answer.Body.Close() }()
	text, _ := io.ReadAll(answer.Body)
	ring, err := token.ParseJWKS(text)
	if err != nil {
		return nil, false
	}
	claims := jwt.MapClaims{}
	_, err = jwt.ParseWithClaims(assertion, claims, func(raw *jwt.Token) (any, error) {
		for _, k := range ring {
			if k.ID == raw.Header["kid"] {
				return k.Public, nil
			}
		}
		return nil, jwt.ErrTokenUnverifiable
	}, jwt.WithAudience(o.URL+path), jwt.WithIssuer(o.client), jwt.WithExpirationRequired(), jwt.WithValidMethods([]string{"ES256"}))
	return claims, err == nil
}

func refuse(w http.ResponseWriter, status int, code string) {
	reply(w, status, map[string]any{"error": code})
}

func reply(w http.ResponseWriter, status int, members map[string]any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(members)
}

// token is the token endpoint. The first poll of a CIBA request finds it waiting.
func (o *operator) token(w http.ResponseWriter, r *http.Request) {
	o.count()
	if r.PostFormValue("grant_type") == "urn:openid:params:grant-type:ciba" {
		o.poll(w, r)
		return
	}
	claims, good := o.signed(r.PostFormValue("assertion"), "/token")
	subject, _ := claims["sub"].(string)
	scope, _ := claims["scope"].(string)
	sim, is := strings.CutPrefix(subject, "operatortoken:")
	switch {
	case !good || !is:
		refuse(w, http.StatusUnauthorized, "invalid_client")
	case !strings.Contains(scope, "number-verification:verify"):
		refuse(w, http.StatusBadRequest, "invalid_scope")
	default:
		o.give(w, sim)
	}
}

func (o *operator) begin(w http.ResponseWriter, r *http.Request) {
	o.count()
	if _, good := o.signed(r.PostFormValue("client_assertion"), "/bc-authorize"); !good {
		refuse(w, http.StatusUnauthorized, "invalid_client")
		return
	}
	id := rand.Text()
	o.mu.Lock()
	o.waiting[id] = strings.TrimPrefix(r.PostFormValue("login_hint"), "operatortoken:")
	o.mu.Unlock()
	reply(w, http.StatusOK, map[string]any{"auth_req_id": id, "expires_in": 60, "interval": 1})
}

func (o *operator) poll(w http.ResponseWriter, r *http.Request) {
	if _, good := o.signed(r.PostFormValue("client_assertion"), "/token"); !good {
		refuse(w, http.StatusUnauthorized, "invalid_client")
		return
	}
	id := r.PostFormValue("auth_req_id")
	o.mu.Lock()
	sim, known := o.waiting[id]
	first := strings.HasPrefix(sim, "later.")
	o.waiting[id] = strings.TrimPrefix(sim, "later.")
	o.mu.Unlock()
	switch {
	case !known:
		refuse(w, http.StatusBadRequest, "invalid_grant")
	case first:
		refuse(w, http.StatusBadRequest, "authorization_pending")
	default:
		o.give(w, sim)
	}
}

// give gives an access token for the line of a temporary token.
func (o *operator) give(w http.ResponseWriter, sim string) {
	number, good := o.sims.number(sim)
	if !good {
		refuse(w, http.StatusBadRequest, "invalid_grant")
		return
	}
	access := rand.Text()
	o.mu.Lock()
	o.lines[access] = number
	o.mu.Unlock()
	reply(w, http.StatusOK, map[string]any{"access_token": access, "token_type": "Bearer", "expires_in": 60})
}

// verify tells once whether a number is that of the token's line.
func (o *operator) verify(w http.ResponseWriter, r *http.Request) {
	o.count()
	access := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	o.mu.Lock()
	number, known := o.lines[access]
	delete(o.lines, access)
	o.mu.Unlock()
	var claim struct{ PhoneNumber string }
	if err := json.NewDecoder(r.Body).Decode(&claim); err != nil || !known {
		reply(w, http.StatusUnauthorized, map[string]any{"status": 401, "code": "UNAUTHENTICATED"})
		return
	}
	reply(w, http.StatusOK, map[string]any{"devicePhoneNumberVerified": claim.PhoneNumber == number})
}
