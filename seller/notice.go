package seller

import (
	"context"
	"net/mail"
	"net/url"
	"slices"
	"strings"
	"time"

	"parley"
	"parley/storage"
	"parley/vault"
)

// NoticeSettings are what this process can tell people by.
type NoticeSettings struct {
	// Pages is where people reach the server, such as https://seller.example.com: messages link to its pages. Empty: nobody is told.
	Pages string
	Mail  bool // whether there is a server that takes mail
}

const (
	longestMailAddress = 254 // characters, by RFC 5321 with its erratum 1690
	longestChatAddress = 500
	// Bounds on how long two messages are apart, and on how long before its timeout a question's time is soon over.
	leastEvery, mostEvery   = 5 * time.Minute, 7 * 24 * time.Hour
	leastWithin, mostWithin = 15 * time.Minute, 7 * 24 * time.Hour
)

// NoticeInput is what a person chooses to be told by a way.
type NoticeInput struct {
	Way     parley.NoticeWay
	Address string // an e-mail address, or the URL that a chat takes messages at; empty: the one that is kept stays
	Kinds   []parley.NoticeKind
	Every   time.Duration
	Within  time.Duration
	Version *int64 // that the caller has seen, 0 of nothing chosen; nil: whatever is there is replaced
}

func (in *NoticeInput) check(s Settings) error {
	var problems parley.Problems
	if !slices.Contains(parley.NoticeWays[:], in.Way) {
		problems.Add("way", "must be email or chat")
	}
	in.Address = strings.TrimSpace(in.Address)
	if in.Address != "" {
		if wrong := addressProblem(in.Way, in.Address, s.PrivateWebhooks); wrong != "" {
			problems.Add("address", "%s", wrong)
		}
	}
	for _, kind := range in.Kinds {
		if !slices.Contains(parley.NoticeKinds[:], kind) {
			problems.Add("kinds", "must be of waiting, expiring and failing")
		}
	}
	if in.Kinds = slices.Compact(slices.Sorted(slices.Values(in.Kinds))); len(in.Kinds) == 0 {
		problems.Add("kinds", "must be one at least")
	}
	if in.Every < leastEvery || in.Every > mostEvery {
		problems.Add("every", "must be from 5 minutes to 7 days")
	}
	if in.Within < leastWithin || in.Within > mostWithin {
		problems.Add("within", "must be from 15 minutes to 7 days")
	}
	return problems.Err()
}

// addressProblem says what is wrong with where a person is to be told; empty: nothing.
func addressProblem(way parley.NoticeWay, address string, private bool) string {
	if way == parley.NoticeByMail {
		read, err := mail.ParseAddress(address)
		plain := strings.IndexFunc(address, func(r rune) bool { return r <= ' ' || r > '~' }) < 0
		if err != nil || read.Address != address || !plain || len(address) > longestMailAddress {
			return "must be an e-mail address such as noa@example.com, and nothing else"
		}
		return ""
	}
	if len(address) > longestChatAddress {
		return "must have at most 500 characters"
	}
	_, problem := receivingAddress(address, "https://hooks.slack.com/services/...", private)
	return problem
}

// CanTell refuses a way that this process has not been set up for.
func (s Settings) CanTell(way parley.NoticeWay) error {
	switch {
	case s.Notices.Pages == "":
		return parley.Errorf(parley.CodeUnsupportedCapability, "Nobody can be told yet: messages link to the server, whose address the setting public-url has to name.")
	case way == parley.NoticeByMail && !s.Notices.Mail:
		return parley.Errorf(parley.CodeUnsupportedCapability, "Nobody can be told by e-mail yet: the setting smtp-server has to name a server that takes mail.")
	}
	return nil
}

// myself answers the first of the caller's keys, by which what a person has chosen is kept over rotations.
func myself(ctx context.Context, first *storage.Pending[string], who parley.Principal) (string, error) {
	id, err := first.Get(ctx)
	if parley.Is(err, parley.CodeNotFound) || who.KeyID == "" {
		return "", parley.Errorf(parley.CodeForbidden, "This is a person's own, and needs the key of one.")
	}
	return id, err
}

// SetNotice chooses what the caller is told by a way. A message that says so is sent, and what waits then is told by the next. A choice of
// another version than the one named is CodePreconditionFailed.
func (s *Service) SetNotice(ctx context.Context, call Call, in NoticeInput, encode Encode[parley.NoticeChoice]) (Answer, error) {
	if err := in.check(s.settings); err != nil {
		return Answer{}, err
	}
	return s.notice(ctx, call, in.Way, in.Version, encode, func(w *work, before parley.NoticeChoice) (parley.NoticeChoice, error) {
		if err := s.settings.CanTell(in.Way); err != nil {
			return before, err
		}
		after := before
		after.Kinds, after.Every, after.Within = in.Kinds, in.Every, in.Within
		if err := s.address(&after, in.Address); err != nil {
			return before, err
		}
		after.Version, after.UpdatedAt, after.GreetedAt, after.DueAt = before.Version+1, w.now, nil, &w.now
		after.Claim, after.ClaimedUntil = before.Claim+1, nil // whoever sends what was chosen before has no say any more
		after.Failures, after.FailingSince, after.LastError = 0, nil, ""
		w.PutNotice(after)
		return after, w.audit("notice.set", "key", after.KeyID, chosen(before), chosen(after))
	})
}

// address sets where the person is told; a chat's address is a secret, and sealed.
func (s *Service) address(c *parley.NoticeChoice, address string) (err error) {
	switch {
	case address == "" && c.Address == "":
		return parley.Invalid("address", "is needed")
	case address == "":
		return nil
	case c.Way == parley.NoticeByMail:
		c.Address, c.Shown = address, address
		return nil
	}
	target, err := url.Parse(address)
	if err != nil {
		return parley.Internal(err)
	}
	c.Shown = target.Host
	if c.Address, _, err = s.vault().Keep(sealedFor(*c), address); err != nil {
		return parley.Invalid("address", "cannot be kept: %v", err)
	}
	return nil
}

// sealedFor names what the address of a choice is sealed for: it opens for no other.
func sealedFor(c parley.NoticeChoice) string { return "notice:" + c.KeyID + ":" + string(c.Way) }

// RemoveNotice has the caller told nothing more by a way, and forgets the address.
func (s *Service) RemoveNotice(ctx context.Context, call Call, way parley.NoticeWay, version *int64, encode Encode[parley.NoticeChoice]) (Answer, error) {
	return s.notice(ctx, call, way, version, encode, func(w *work, before parley.NoticeChoice) (parley.NoticeChoice, error) {
		none := parley.NoticeChoice{KeyID: before.KeyID, Way: way}
		if before.Version == 0 {
			return none, nil
		}
		w.DeleteNotice(before.KeyID, way)
		return none, w.audit("notice.remove", "key", before.KeyID, chosen(before), nil)
	})
}

// notice changes what the caller has chosen by a way. It is nobody else's news, so that there is no event.
func (s *Service) notice(
	ctx context.Context, call Call, way parley.NoticeWay, version *int64, encode Encode[parley.NoticeChoice],
	change func(*work, parley.NoticeChoice) (parley.NoticeChoice, error),
) (Answer, error) {
	return write(ctx, s, call, encode, func(w *work) (parley.NoticeChoice, error) {
		w.own = true
		who, err := w.authorize(ctx, needScope(parley.ScopeViewer))
		if err != nil {
			return parley.NoticeChoice{}, err
		}
		keyID, err := myself(ctx, w.FirstKey(who.KeyID), who)
		if err != nil {
			return parley.NoticeChoice{}, err
		}
		before := parley.NoticeChoice{KeyID: keyID, Way: way}
		there, err := w.NoticeForUpdate(keyID, way).Get(ctx)
		if err != nil {
			return before, err
		}
		if len(there) > 0 {
			before = there[0]
		}
		if err := sameVersion("choice", before.Version, version); err != nil {
			return before, err
		}
		return change(w, before)
	})
}

// chosen is a choice as the audit trail has it.
func chosen(c parley.NoticeChoice) any {
	if c.Version == 0 {
		return nil
	}
	return map[string]any{"way": c.Way, "address": c.Shown, "kinds": c.Kinds, "every": c.Every.String(), "within": c.Within.String()}
}

// Notices answers what the caller has chosen to be told.
func (s *Service) Notices(ctx context.Context, call Call) ([]parley.NoticeChoice, error) {
	return read(ctx, s, call, func(v *view) ([]parley.NoticeChoice, error) {
		who, err := v.authorize(ctx, needScope(parley.ScopeViewer))
		if err != nil {
			return nil, err
		}
		keyID, err := myself(ctx, v.FirstKey(who.KeyID), who)
		if err != nil {
			return nil, err
		}
		return v.Notices(keyID).Get(ctx)
	})
}

// resealNotices seals anew the addresses of chats that are sealed under another key, and answers how many those were.
func (w *work) resealNotices(ctx context.Context, other *vault.Vault) (int, error) {
	all, err := w.AllNotices().Get(ctx)
	if err != nil {
		return 0, err
	}
	resealed := 0
	for _, seen := range all {
		if !vault.IsSealed(seen.Address) {
			continue
		}
		there, err := w.NoticeForUpdate(seen.KeyID, seen.Way).Get(ctx)
		if err != nil {
			return 0, err
		}
		for _, c := range there {
			if _, err := w.service.vault().Open(sealedFor(c), c.Address); err == nil {
				continue // under the present key already
			}
			address, err := other.Open(sealedFor(c), c.Address)
			if err == nil {
				c.Address, _, err = w.service.vault().Keep(sealedFor(c), string(address))
			}
			if err != nil {
				return 0, parley.Errorf(parley.CodeConflict, "The address of the chat at %q cannot be sealed anew: %v.", c.Shown, err)
			}
			w.PutNotice(c)
			resealed++
		}
	}
	return resealed, nil
}
