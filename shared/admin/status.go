package admin

import (
	"context"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"lineproof/shared/account"
	"lineproof/shared/outbound"
)

// maxStatusURL is the length of the longest status URL, in bytes.
const maxStatusURL = 2048

const statusBounds = "it is an https URL of at most 2048 bytes, without user and fragment, " +
	"whose host is a name or a public address"

// none takes away what a field sets.
const none = "none"

// statusURL reads where verifications are reported to; "" for none. What a name resolves to is
// checked when it is called.
func (a Admin) statusURL(text string) (string, error) {
	if text == none {
		return "", nil
	}
	u, err := url.Parse(text)
	if err != nil || len(text) > maxStatusURL || !printable(text) ||
		strings.ContainsAny(text, `#\`) || u.User != nil || !isPort(u.Port()) || !a.reaches(u) {
		return "", wrong("status_url", statusBounds)
	}
	return text, nil
}

// reaches tells whether reports may go to the URL's host, over its scheme.
func (a Admin) reaches(u *url.URL) bool {
	address, err := netip.ParseAddr(u.Hostname())
	switch {
	case err != nil:
		return u.Scheme == "https" && isName(u.Hostname())
	case a.Loopback && address.IsLoopback():
		return u.Scheme == "https" || u.Scheme == "http"
	}
	return u.Scheme == "https" && address.Zone() == "" && outbound.Guard{}.Allows(address)
}

// isName tells whether a host is a name in the public DNS: it has a dot, is not below localhost
// (RFC 6761 §6.3), and does not end in a number, as addresses in other spellings do: 127.1, 0x7f.1.
func isName(host string) bool {
	name := strings.TrimSuffix(strings.ToLower(host), ".")
	last := name[strings.LastIndexByte(name, '.')+1:]
	digits, isHex := strings.CutPrefix(last, "0x")
	isNumber := isHex && strings.Trim(digits, "0123456789abcdef") == "" ||
		strings.Trim(last, "0123456789") == ""
	return isHost(name) && !isNumber && last != "localhost"
}

// isPort tells whether text is a port, or none.
func isPort(text string) bool {
	n, err := strconv.ParseUint(text, 10, 16)
	return text == "" || err == nil && n > 0
}

type setStatusURL struct {
	accountRef
	StatusURL string `json:"status_url" help:"the https address that its verifications by the Verify API (v1) are reported to; none takes it away"`
}

func (c *setStatusURL) do(ctx context.Context, a Admin) (any, error) {
	if c.StatusURL == "" {
		return nil, missing("status_url")
	}
	text, err := a.statusURL(c.StatusURL)
	if err != nil {
		return nil, err
	}
	return c.change(ctx, a, func(of *account.Account) error { of.StatusURL = text; return nil })
}
