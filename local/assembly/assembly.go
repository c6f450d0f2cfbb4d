package assembly

import (
	"lineproof/shared/api/authserver"
	"lineproof/shared/api/number"
	"lineproof/shared/dialect"
	"lineproof/shared/web"
)

// Silent returns the operations of silent verification: those of number verification and of the
// authorization server.
func Silent(p Ports) map[dialect.Operation]web.Endpoint {
	return map[dialect.Operation]web.Endpoint{
		dialect.Verify:      number.Verify(p),
		dialect.Share:       number.Share(p),
		dialect.Discovery:   authserver.Discovery(p),
		dialect.Authorize:   authserver.Authorize(p),
		dialect.Backchannel: authserver.Backchannel(p),
		dialect.Token:       authserver.Token(p),
		dialect.Revoke:      authserver.Revoke(p),
	}
}
