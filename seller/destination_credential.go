package seller

import (
	"context"

	"parley"
	"parley/activation"
	"parley/storage"
	"parley/vault"
)

// vault answers what opens credentials.
func (s *Service) vault() *vault.Vault {
	if s.parts.Vault == nil {
		return &vault.Vault{}
	}
	return s.parts.Vault
}

// account is what a call to a destination needs, with its credential opened, or why that cannot be had.
func (s *Service) account(d parley.Destination) (activation.Account, *activation.Error) {
	credential, err := s.vault().Open(d.ID, d.Credential)
	if err != nil {
		return activation.Account{}, &activation.Error{
			Class: parley.ClassCredentials, Code: "credential", Field: "credential", Text: "the credential cannot be had: " + err.Error(),
		}
	}
	return activation.Account{Settings: d.Settings, Credential: credential, TimeZone: s.settings.TimeZone.String()}, nil
}

// SetDestinationCredential sets what a destination is used with: a credential, which is sealed, or a reference to where this
// machine has it. Neither is in the answer, an event or the audit trail; its mark is.
func (s *Service) SetDestinationCredential(ctx context.Context, call Call, id, credential string, encode Encode[parley.Destination]) (Answer, error) {
	return s.destination(ctx, call, id, encode, func(w *work, d parley.Destination) (parley.Destination, error) {
		stored, mark, err := s.vault().Keep(d.ID, credential)
		if err != nil {
			return d, parley.Invalid("credential", "cannot be kept: %v", err)
		}
		if opened, err := s.vault().Open(d.ID, stored); err == nil { // what a reference names may come later
			adapter, _ := s.adapter(d.Kind)
			if reader, is := adapter.(activation.CredentialReader); is {
				for _, p := range reader.ValidateCredential(opened) {
					return d, parley.Invalid(p.Field, "%s", p.Text)
				}
			}
		}
		return w.setCredential(d, stored, mark)
	})
}

// RemoveDestinationCredential forgets what a destination is used with.
func (s *Service) RemoveDestinationCredential(ctx context.Context, call Call, id string, encode Encode[parley.Destination]) (Answer, error) {
	return s.destination(ctx, call, id, encode, func(w *work, d parley.Destination) (parley.Destination, error) {
		if d.Credential == "" {
			return d, nil
		}
		return w.setCredential(d, "", "")
	})
}

func (w *work) setCredential(d parley.Destination, stored, mark string) (parley.Destination, error) {
	before := d
	d.Credential, d.CredentialMark, d.UpdatedAt = stored, mark, w.now
	d.Version++
	w.UpdateDestination(d)
	return d, w.recordDestination(parley.EventDestinationChanged, "destination.credential", before, d)
}

// ResealCredentials seals anew, under the present key, all credentials, and addresses of chats, that were sealed under another, or none of
// them, and answers how many those were. References stay as they are.
func (s *Service) ResealCredentials(ctx context.Context, call Call, other *vault.Vault) (int, error) {
	resealed := 0
	_, err := write(ctx, s, call, nothing[int], func(w *work) (int, error) {
		resealed = 0
		if _, err := w.authorize(ctx, needScope(parley.ScopeAdmin)); err != nil {
			return 0, err
		}
		present, err := w.Destinations(storage.DestinationFilter{Page: storage.Page{Limit: maxDestinations}}).Get(ctx)
		if err != nil {
			return 0, err
		}
		for _, seen := range present.Items {
			if !vault.IsSealed(seen.Credential) {
				continue
			}
			d, err := w.DestinationForUpdate(seen.ID).Get(ctx)
			if err != nil {
				return 0, err
			}
			if _, err := s.vault().Open(d.ID, d.Credential); err == nil {
				continue // under the present key already
			}
			credential, err := other.Open(d.ID, d.Credential)
			if err != nil {
				return 0, parley.Errorf(parley.CodeConflict, "The credential of %q cannot be opened with the former key: %v.", d.Name, err)
			}
			stored, mark, err := s.vault().Keep(d.ID, string(credential))
			if err != nil {
				return 0, parley.Errorf(parley.CodeConflict, "The credential of %q cannot be sealed: %v.", d.Name, err)
			}
			if _, err := w.setCredential(d, stored, mark); err != nil {
				return 0, err
			}
			resealed++
		}
		addresses, err := w.resealNotices(ctx, other)
		resealed += addresses
		return resealed, err
	})
	return resealed, err
}
