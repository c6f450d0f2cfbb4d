package token

import "time"

// The lifetimes of Vonage's application JWTs: what its documentation gives one without exp, and the
// longest that it allows.
const (
	applicationLifetime    = 15 * time.Minute
	maxApplicationLifetime = 24 * time.Hour
)

// ApplicationID gives the application_id that an application JWT names, unverified: it serves to
// look up the client and its keys. It gives "" when raw is malformed.
func ApplicationID(raw string) string { return peek(raw).text("application_id") }

// Application verifies Vonage's application JWT, with which its SDKs authenticate: RS256,
// application_id is the application, iat and jti are there, exp is at most 24 h after iat. There is
// neither iss nor aud, and other claims (sub, acl, nbf) may stand beside. The SDKs set exp 1 to 15
// minutes after iat, but the Java one sets none: then 15 minutes count.
//
// Once is to be recorded although the JWT may live for a day: the SDKs (Node, Python, Java, Ruby,
// PHP, .NET) make a new one with a random jti for every request, so only a token that someone kept
// is ever seen twice, and one bound to no audience must not be worth keeping. It fails as a
// credential does: with a fault.ExpiredCredentials when nothing but its time is wrong, else with a
// fault.InvalidCredentials.
func Application(raw string, keys Ring, application string, now time.Time) (Once, error) {
	o, err := verifyApplication(raw, keys, application, now)
	return o, credentials(err)
}

func verifyApplication(raw string, keys Ring, application string, now time.Time) (Once, error) {
	c, err := open(raw, applicationAlgs, func(claims) Ring { return keys }, "", "jwt")
	if err != nil {
		return Once{}, err
	}
	if application == "" || c.text("application_id") != application {
		return Once{}, errApplication
	}
	s, err := c.applicationSpan(now)
	if err != nil {
		return Once{}, err
	}
	return once("application", application, c, s.expires)
}

// applicationSpan is span with the default exp.
func (c claims) applicationSpan(now time.Time) (span, error) {
	iat, ok := c["iat"].(float64)
	if !ok {
		return span{}, errMissing
	}
	if _, ends := c["exp"]; !ends {
		c["exp"] = iat + applicationLifetime.Seconds()
	}
	s, err := c.span(now)
	if err != nil {
		return span{}, err
	}
	return s, s.within(maxApplicationLifetime, now)
}
