package assembly

import (
	"log/slog"

	"lineproof/shared/account"
	"lineproof/shared/fallback"
	"lineproof/shared/pin"
)

// Log takes what someone should see.
func (p Ports) Log() *slog.Logger { return p.Settings.Log }

// Accounts tells whose a call is.
func (p Ports) Accounts() account.Authenticator {
	return account.Authenticator{
		Accounts: p.Stores.Accounts, Peppers: p.AccountPeppers, Now: p.Now,
	}
}

// PINKeys returns the keys from which PINs and request_ids come.
func (p Ports) PINKeys() pin.Ring { return p.Keys.PINs }

// RequestIDKeys returns the keys that read request_ids.
func (p Ports) RequestIDKeys() pin.IDRing { return pin.IDKeys(p.Keys.PINs) }

// Beginnings begins verifications.
func (p Ports) Beginnings() pin.Beginnings { return p.Stores.PINs }

// Admissions counts what may come to a verification.
func (p Ports) Admissions() pin.Admissions { return p.Stores.PINs }

// Checks counts codes tried.
func (p Ports) Checks() pin.Checks { return p.Stores.PINs }

// Controls changes verifications at their owner's wish.
func (p Ports) Controls() pin.Controls { return p.Stores.PINs }

// Denials keeps the deny list and the blocks of networks.
func (p Ports) Denials() pin.Denials { return p.Stores.PINs }

// Finder reads verifications.
func (p Ports) Finder() pin.Finder { return p.Stores.PINs }

// Deliveries keeps verifications for the courier.
func (p Ports) Deliveries() pin.Deliveries { return p.Stores.PINs }

// Listener decides the fallbacks whose verification ends.
func (p Ports) Listener() pin.Listener { return fallback.Recorder{Store: p.Stores.Fallbacks} }

// NewFallbacks begins fallbacks.
func (p Ports) NewFallbacks() fallback.Beginnings { return p.Stores.Fallbacks }

// Fallbacks reads fallbacks.
func (p Ports) Fallbacks() fallback.Reader { return p.Stores.Fallbacks }

// SilentFallbacks keeps fallbacks for the silent step.
func (p Ports) SilentFallbacks() fallback.Silences { return p.Stores.Fallbacks }

// WaitingFallbacks keeps fallbacks for the PIN step.
func (p Ports) WaitingFallbacks() fallback.Waits { return p.Stores.Fallbacks }

// EndedFallbacks decides fallbacks.
func (p Ports) EndedFallbacks() fallback.Decisions { return p.Stores.Fallbacks }

// FallbackKeys returns what seals what is asked of fallbacks.
func (p Ports) FallbackKeys() fallback.Ring { return p.Keys.Fallbacks }

// FallbackNames returns what names fallbacks.
func (p Ports) FallbackNames() fallback.Names { return p.Names }
