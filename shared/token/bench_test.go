package token_test

import (
	"testing"

	"lineproof/shared/phone"
	"lineproof/shared/token"
)

func BenchmarkSign(b *testing.B) {
	i := token.Issuer{Ring: ring(b, ourEC(), ourRSA()), Name: us}
	a := token.Access{ID: "0123456789abcdefABCDEF", Client: client, Subject: "sub", Scope: "openid number-verification:verify", Issued: start, Expires: at(300), SingleUse: true}
	b.Run("access ES256", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := i.Access(a); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("id RS256", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := i.ID(token.IDClaims{Client: client, Subject: "sub", Issued: start, Expires: at(300)}, token.RS256); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	for _, p := range parties(b) {
		raw := p.good(b)
		b.Run(p.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := p.verify(raw, start); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkParse(b *testing.B) {
	public, private := ring(b, ourEC(), ourRSA()).JWKS(), ring(b, ourEC(), ourRSA()).PrivateJWKS()
	b.Run("JWKS", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := token.ParseJWKS(public); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("private JWKS", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := token.ParsePrivateJWKS(private); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkPairwiseSubject(b *testing.B) {
	n, _ := phone.Parse(number)
	salt := make([]byte, 32)
	b.ReportAllocs()
	for b.Loop() {
		token.PairwiseSubject(salt, "sector.example", n)
	}
}
