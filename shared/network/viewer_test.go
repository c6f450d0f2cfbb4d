package network_test

import (
	"net/http"
	"net/netip"
	"testing"

	"lineproof/shared/network"
)

const originSecret = "the origin's secret"

func fromCloudFront(viewer string) http.Header {
	return header(network.OriginHeader, originSecret, network.ViewerHeader, viewer)
}

func TestClientAddress(t *testing.T) {
	t.Parallel()
	const direct = "198.51.100.1:5000"
	for name, test := range map[string]struct {
		remote string
		header http.Header
		want   string // invalid when empty
	}{
		"net/http, IPv4":                  {"203.0.113.7:4711", nil, "203.0.113.7:4711"},
		"net/http, IPv6":                  {"[2001:db8::7]:4711", nil, "[2001:db8::7]:4711"},
		"net/http, mapped":                {"[::ffff:203.0.113.7]:4711", nil, "203.0.113.7:4711"},
		"net/http, zone":                  {"[fe80::7%eth0]:4711", nil, "[fe80::7]:4711"},
		"API Gateway, IPv4":               {"203.0.113.7", nil, "203.0.113.7:0"},
		"API Gateway, IPv6":               {"2001:db8::7", nil, "[2001:db8::7]:0"},
		"API Gateway, mapped":             {"::ffff:203.0.113.7", nil, "203.0.113.7:0"},
		"nobody":                          {"", nil, ""},
		"a name":                          {"localhost:80", nil, ""},
		"a socket":                        {"@", nil, ""},
		"no port after all":               {"203.0.113.7:", nil, ""},
		"a port too far":                  {"203.0.113.7:65536", nil, ""},
		"CloudFront, IPv4":                {direct, fromCloudFront("203.0.113.7:46532"), "203.0.113.7:46532"},
		"CloudFront, IPv6":                {direct, fromCloudFront("2001:db8::1:46532"), "[2001:db8::1]:46532"},
		"CloudFront, whole IPv6":          {direct, fromCloudFront("2001:db8:1:2:3:4:5:6:46532"), "[2001:db8:1:2:3:4:5:6]:46532"},
		"CloudFront, IPv6 in brackets":    {direct, fromCloudFront("[2001:db8::1]:46532"), "[2001:db8::1]:46532"},
		"CloudFront, mapped":              {direct, fromCloudFront("::ffff:203.0.113.7:46532"), "203.0.113.7:46532"},
		"CloudFront, no port":             {direct, fromCloudFront("203.0.113.7"), ""},
		"CloudFront, IPv6 without port":   {direct, fromCloudFront("2001:db8:1:2:3:4:5:6"), ""},
		"CloudFront, IPv6 ends in colons": {direct, fromCloudFront("2001:db8::1"), ""},
		"CloudFront, malformed":           {direct, fromCloudFront("viewer:1"), ""},
		"CloudFront, port alone":          {direct, fromCloudFront(":1"), ""},
		"CloudFront, no viewer":           {direct, header(network.OriginHeader, originSecret), ""},
		"CloudFront, two viewers":         {direct, with(fromCloudFront("203.0.113.7:1"), network.ViewerHeader, "203.0.113.8:1"), ""},
		"CloudFront, older secret":        {direct, header(network.OriginHeader, "older", network.ViewerHeader, "203.0.113.7:1"), "203.0.113.7:1"},
		"viewer without secret":           {direct, header(network.ViewerHeader, "203.0.113.7:1"), direct},
		"viewer with an empty secret":     {direct, header(network.OriginHeader, "", network.ViewerHeader, "203.0.113.7:1"), direct},
		"viewer with another secret":      {direct, header(network.OriginHeader, "guess", network.ViewerHeader, "203.0.113.7:1"), direct},
		"viewer with half the secret":     {direct, header(network.OriginHeader, originSecret[:5], network.ViewerHeader, "203.0.113.7:1"), direct},
		"secret twice":                    {direct, with(fromCloudFront("203.0.113.7:1"), network.OriginHeader, originSecret), direct},
		"X-Forwarded-For":                 {direct, header("X-Forwarded-For", "203.0.113.7", "Forwarded", "for=203.0.113.7", "X-Real-Ip", "203.0.113.7"), direct},
		"X-Forwarded-For and no viewer":   {direct, header(network.OriginHeader, originSecret, "X-Forwarded-For", "203.0.113.7"), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := network.ClientAddress(test.remote, test.header, keys("", originSecret, "older"))
			if test.want == "" && got.IsValid() || test.want != "" && got != netip.MustParseAddrPort(test.want) {
				t.Errorf("got %v, want %s", got, test.want)
			}
		})
	}
}

func TestNoOriginSecretMeansNoCloudFront(t *testing.T) {
	t.Parallel()
	for _, origin := range []network.Keys{nil, keys(), keys("")} {
		for _, secret := range []string{"", originSecret} {
			spoof := header(network.OriginHeader, secret, network.ViewerHeader, "203.0.113.7:1")
			if got := network.ClientAddress("198.51.100.1", spoof, origin); got != address("198.51.100.1:0") {
				t.Errorf("got %v", got)
			}
		}
	}
}

func FuzzClientAddress(f *testing.F) {
	f.Add("203.0.113.7:1", "2001:db8::1:46532", originSecret)
	f.Add("2001:db8::7", "[::ffff:203.0.113.7]:1", "")
	f.Add("", "::", originSecret)
	f.Fuzz(func(t *testing.T, remote, viewer, secret string) {
		spoof := header(network.OriginHeader, secret, network.ViewerHeader, viewer)
		got := network.ClientAddress(remote, spoof, keys(originSecret))
		if addr := got.Addr(); addr.Is4In6() || addr.Zone() != "" {
			t.Errorf("%v is not plain", got)
		}
		if secret != originSecret && got != network.ClientAddress(remote, nil, nil) {
			t.Errorf("%q was believed without the secret", viewer)
		}
		if got.IsValid() && network.ClientAddress(got.String(), nil, nil) != got {
			t.Errorf("%v does not come back", got)
		}
	})
}
