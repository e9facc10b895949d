package seller

import (
	"context"
	"strings"
	"time"

	"parley"
)

const (
	longestSnooze  = 30 * 24 * time.Hour
	longestComment = 2000 // characters
	mostComments   = 200  // about one question
)

// AssignApproval has one of the publisher's people see to a question, named by the id of their key; an empty id has whoever may
// decide see to it. Who may decide stays as it is. The person must be able to decide it.
func (s *Service) AssignApproval(ctx context.Context, call Call, id, keyID string, encode Encode[parley.Approval]) (Answer, error) {
	return s.attend(ctx, call, id, encode, func(w *work, a *parley.Approval) error {
		before := a.Assignee
		a.Assignee = ""
		if keyID != "" {
			found, err := w.Key(keyID).Get(ctx)
			if err != nil && !parley.Is(err, parley.CodeNotFound) {
				return err
			}
			person := found.Principal("")
			if err != nil || !found.Live(w.now) || !a.DecidableBy(person) {
				return parley.Invalid("assignee", "must be a person with the role %s, which decides it", parley.RolesInWords(a.Deciders()))
			}
			if person.Actor() == a.RequestedBy && !s.settings.SelfApproval {
				return parley.Invalid("assignee", "must be another person than asked for it")
			}
			a.Assignee = person.Actor()
		}
		return w.recordAttention(parley.EventApprovalAssigned, "approval.assign", *a,
			map[string]any{"assignee": before}, map[string]any{"assignee": a.Assignee})
	})
}

// SnoozeApproval takes a question out of the inbox until an instant; the zero instant brings it back. Its timeout stays what it is,
// and bounds the instant.
func (s *Service) SnoozeApproval(ctx context.Context, call Call, id string, until time.Time, encode Encode[parley.Approval]) (Answer, error) {
	return s.attend(ctx, call, id, encode, func(w *work, a *parley.Approval) error {
		before := a.SnoozedUntil
		a.SnoozedUntil = nil
		if !until.IsZero() {
			switch {
			case !until.After(w.now) || until.Sub(w.now) > longestSnooze:
				return parley.Invalid("until", "must be after now, and within 30 days")
			case !until.Before(a.TimeoutAt):
				return parley.Invalid("until", "must be before the question times out")
			}
			a.SnoozedUntil = &until
		}
		return w.recordAttention(parley.EventApprovalSnoozed, "approval.snooze", *a,
			map[string]any{"until": before}, map[string]any{"until": a.SnoozedUntil})
	})
}

// CommentApproval keeps what somebody says about a question, for the publisher's people alone; also after it was decided.
func (s *Service) CommentApproval(ctx context.Context, call Call, id, text string, encode Encode[parley.ApprovalComment]) (Answer, error) {
	text = strings.TrimSpace(text)
	if text == "" || len([]rune(text)) > longestComment {
		return Answer{}, parley.Invalid("text", "must be 1 to %d letters", longestComment)
	}
	return write(ctx, s, call, encode, func(w *work) (parley.ApprovalComment, error) {
		pending, before := w.Approval(id), w.ApprovalComments(id)
		if _, err := w.authorize(ctx, needDesk); err != nil {
			return parley.ApprovalComment{}, err
		}
		a, err := pending.Get(ctx)
		if err != nil {
			return parley.ApprovalComment{}, err
		}
		said, err := before.Get(ctx)
		if err != nil {
			return parley.ApprovalComment{}, err
		}
		if len(said) >= mostComments {
			return parley.ApprovalComment{}, parley.Errorf(parley.CodeConflict, "There are %d comments on this already.", mostComments)
		}
		comment := parley.ApprovalComment{ID: s.ids.New(parley.PrefixComment), ApprovalID: id, By: w.who.Actor(), Text: text, At: w.now}
		w.InsertApprovalComment(comment)
		return comment, w.recordAttention(parley.EventApprovalCommented, "approval.comment", a, nil, map[string]any{"text": text})
	})
}

// ApprovalComments answers what was said about a question, oldest first.
func (s *Service) ApprovalComments(ctx context.Context, call Call, id string) ([]parley.ApprovalComment, error) {
	return read(ctx, s, call, func(v *view) ([]parley.ApprovalComment, error) {
		asked, pending := v.Approval(id), v.ApprovalComments(id)
		if _, err := v.authorize(ctx, needScope(parley.ScopeViewer)); err != nil {
			return nil, err
		}
		if _, err := asked.Get(ctx); err != nil {
			return nil, err
		}
		return pending.Get(ctx)
	})
}

// attend changes how people see to a pending question.
func (s *Service) attend(ctx context.Context, call Call, id string, encode Encode[parley.Approval], change func(*work, *parley.Approval) error) (Answer, error) {
	return write(ctx, s, call, encode, func(w *work) (parley.Approval, error) {
		pending := w.ApprovalForUpdate(id)
		if _, err := w.authorize(ctx, needDesk); err != nil {
			return parley.Approval{}, err
		}
		a, err := pending.Get(ctx)
		if err != nil {
			return parley.Approval{}, err
		}
		if a.At(w.now).Status != parley.ApprovalPending {
			return parley.Approval{}, notPending(a.At(w.now))
		}
		if err := change(w, &a); err != nil {
			return parley.Approval{}, err
		}
		a.Version++
		w.UpdateApproval(a)
		return a, nil
	})
}

// recordAttention records what people do about a question among themselves.
func (w *work) recordAttention(event parley.EventType, action string, a parley.Approval, before, after any) error {
	return w.record(plannedEvent(event, a), action, "approval", a.ID, before, after)
}
