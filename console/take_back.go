package console

import (
	"net/url"
	"time"

	"parley"
)

// takeBack takes an answer back that was not carried out yet.
func (c *console) takeBack(x *exchange) error {
	id := x.PathValue("id")
	answer, err := c.service.TakeBack(x.Context(), x.call, id,
		thenGo(func(a parley.Approval) string { return "/inbox/" + url.PathEscape(a.ID) }))
	if err != nil {
		return missing(err, "approval", id)
	}
	if answer.Replayed {
		return x.toldNow(answer, id)
	}
	x.follow(answer, "Taken back. Nothing was decided, and the buyer has heard nothing.")
	return nil
}

// takenTogether is the answers of one person that can be taken back at once.
type takenTogether struct {
	IDs []string
	At  time.Time // when the first of them is carried out
}

// Count is how many they are.
func (t takenTogether) Count() int64 { return int64(len(t.IDs)) }

func (x *exchange) takenTogether(planned []parley.InboxItem) *takenTogether {
	var own takenTogether
	for _, item := range planned {
		if item.Planned.By != x.who.Actor() || !item.TakenBackBy(x.who) {
			continue
		}
		if own.IDs = append(own.IDs, item.ID); own.At.IsZero() || item.PlannedFor.Before(own.At) {
			own.At = *item.PlannedFor
		}
	}
	if len(own.IDs) < 2 {
		return nil
	}
	return &own
}

// takeAllBack takes several answers back. One that is carried out already leaves the others taken back.
func (c *console) takeAllBack(x *exchange) error {
	ids := x.PostForm["ids"]
	if len(ids) == 0 || len(ids) > mostAtOnce {
		return parley.Errorf(parley.CodeValidation, "Nothing is named that is to be taken back.")
	}
	once := x.call
	once.IdempotencyKey = "" // an answer is taken back once by itself
	var back, late int64
	for _, id := range ids {
		_, err := c.service.TakeBack(x.Context(), once, id, thenGo(func(parley.Approval) string { return "/inbox" }))
		switch {
		case err == nil:
			back++
		case parley.Is(err, parley.CodeConflict):
			late++
		default:
			return missing(err, "approval", id)
		}
	}
	said := counted(back, "answer") + " taken back: nothing was decided by that, and no buyer has heard of it."
	if late > 0 {
		said += " Of " + count(late) + " nothing was left to take back."
	}
	x.notice(said)
	x.redirect("/inbox")
	return nil
}
