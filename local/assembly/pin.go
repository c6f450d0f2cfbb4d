package assembly

import (
	"log/slog"

	"lineproof/shared/account"
	"lineproof/shared/fallback"
	"lineproof/shared/template"
	"lineproof/shared/verification"
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
func (p Ports) PINKeys() verification.Ring { return p.Keys.PINs }

// RequestIDKeys returns the keys that read request_ids.
func (p Ports) RequestIDKeys() verification.IDRing { return verification.IDKeys(p.Keys.PINs) }

// BeginStore begins verifications.
func (p Ports) BeginStore() verification.BeginStore { return p.Stores.PINs }

// AdmitStore counts what may come to a verification.
func (p Ports) AdmitStore() verification.AdmitStore { return p.Stores.PINs }

// CheckStore counts codes tried.
func (p Ports) CheckStore() verification.CheckStore { return p.Stores.PINs }

// ControlStore changes verifications at their owner's wish.
func (p Ports) ControlStore() verification.ControlStore { return p.Stores.PINs }

// DenialStore keeps the deny list and the blocks of networks.
func (p Ports) DenialStore() verification.DenialStore { return p.Stores.PINs }

// Finder reads verifications.
func (p Ports) Finder() verification.Finder { return p.Stores.PINs }

// DeviceStore keeps verifications for who proves lines.
func (p Ports) DeviceStore() verification.DeviceStore { return p.Stores.PINs }

// DispatchStore keeps verifications for the dispatcher.
func (p Ports) DispatchStore() verification.DispatchStore { return p.Stores.PINs }

// Listener decides the fallbacks whose verification ends.
func (p Ports) Listener() verification.Listener {
	return verification.Listeners{"": fallback.Recorder{Store: p.Stores.Fallbacks}}
}

// Templates looks up message templates.
func (p Ports) Templates() template.Reader { return p.Stores.Templates }

// TemplateStore keeps message templates.
func (p Ports) TemplateStore() template.Store { return p.Stores.Templates }

// NewFallbacks begins fallbacks.
func (p Ports) NewFallbacks() fallback.BeginStore { return p.Stores.Fallbacks }

// Fallbacks reads fallbacks.
func (p Ports) Fallbacks() fallback.Reader { return p.Stores.Fallbacks }

// SilentFallbacks keeps fallbacks for the silent step.
func (p Ports) SilentFallbacks() fallback.SilentStore { return p.Stores.Fallbacks }

// WaitingFallbacks keeps fallbacks for the PIN step.
func (p Ports) WaitingFallbacks() fallback.WaitStore { return p.Stores.Fallbacks }

// EndedFallbacks decides fallbacks.
func (p Ports) EndedFallbacks() fallback.DecideStore { return p.Stores.Fallbacks }

// FallbackKeys returns what seals what is asked of fallbacks.
func (p Ports) FallbackKeys() fallback.Ring { return p.Keys.Fallbacks }

// FallbackNames returns what names fallbacks.
func (p Ports) FallbackNames() fallback.Names { return p.Names }
