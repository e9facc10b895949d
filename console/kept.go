package console

import (
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"parley"
)

// keptField carries through signing in what a form said when the session had ended.
const keptField = "_kept"

// keptForm is what a form said that nobody was signed in for any more.
type keptForm struct {
	Key    string     `json:"k"` // of whoever typed it
	Path   string     `json:"p"` // that it was sent to
	Values url.Values `json:"v"`
}

// keptPage asks whether what was typed is still to be sent.
type keptPage struct {
	keptForm
	Then   string
	Once   string
	Does   string // what is decided by it, and what that does as things are now; empty: it decides nothing
	Hidden []hiddenField
}

// Typed is what of it somebody typed.
func (k keptPage) Typed() []hiddenField {
	return slices.DeleteFunc(slices.Clone(k.Hidden), func(f hiddenField) bool { return isTold(f.Name) })
}

// keep seals what the form of a request says, for whom it was shown to in a session that has ended. Empty where there is nothing to keep:
// a file would have to be chosen again anyway, and what comes from elsewhere nobody has typed here.
func (x *exchange) keep(past pastSession) string {
	if x.Method != http.MethodPost || strings.HasPrefix(x.Request.Header.Get("Content-Type"), "multipart/form-data") || x.URL.Path == root+"/signout" {
		return ""
	}
	if x.PostForm == nil {
		if x.readFields() != nil {
			return ""
		}
	}
	if past.Key == "" || !x.formOf(past.ID) {
		return ""
	}
	said := x.said()
	if len(said) == 0 {
		return ""
	}
	if namesSecret(said) {
		said = nil // it is shown to nobody who signs in next, but for that there was something
	}
	plain, err := json.Marshal(keptForm{Key: past.Key, Path: x.URL.Path, Values: said})
	if err != nil {
		return ""
	}
	return x.sealer.sealPacked(keptField, plain)
}

// offerKept shows whoever has signed in what they typed before, sealed, to be sent now; ok is false when nothing of theirs was kept.
func (x *exchange) offerKept(then, sealed string) (ok bool, err error) {
	plain, err := x.sealer.openPacked(keptField, sealed)
	if err != nil {
		return false, nil //nolint:nilerr // nothing was kept, or not here: the person goes on without
	}
	content := keptPage{Then: local(then), Once: newForm(nil).Once}
	if err := json.Unmarshal(plain, &content.keptForm); err != nil {
		return false, parley.Internal(err)
	}
	theirs, err := x.service.IsPersonOf(x.Context(), x.call, content.Key)
	if err != nil {
		return false, err
	}
	if !theirs {
		x.notice("Somebody else typed something here before you signed in. It was not sent, and is gone.")
		return false, nil
	}
	if len(content.Values) == 0 {
		x.notice("What you typed before you signed in has a secret in it, which is kept nowhere. It was not sent: type it again.")
		return false, nil
	}
	for _, name := range slices.Sorted(maps.Keys(content.Values)) {
		for _, value := range content.Values[name] {
			content.Hidden = append(content.Hidden, hiddenField{name, value})
		}
	}
	if content.Does, err = x.keptDecision(content.keptForm); err != nil {
		return false, err
	}
	if x.laterAs(keptPath, http.StatusOK, content) {
		return true, nil
	}
	return true, x.showKept(http.StatusOK, content)
}

// keptDecision says of an answer to a question that was kept what it is about and what it does as things are now; empty of anything else.
func (x *exchange) keptDecision(kept keptForm) (string, error) {
	rest, asked := strings.CutPrefix(kept.Path, root+"/inbox/")
	id, decides := strings.CutSuffix(rest, "/decide")
	if !asked || !decides {
		return "", nil
	}
	r := reader{values: kept.Values}
	request := r.decision(id)
	if decidedStatus[request.Decision] == "" || len(r.problems) > 0 {
		return "", nil
	}
	item, err := x.service.InboxItemOn(x.Context(), x.call, id, request.Modifications)
	var refused *parley.Error
	switch {
	case errors.As(err, &refused) && refused.Code != parley.CodeInternal:
		return "", nil // sending it says why
	case err != nil:
		return "", err
	}
	if why := closed(item.Approval); why != "" {
		return itemName(item) + ": " + why, nil
	}
	return itemName(item) + ": " + onPages.Decision(item, decidedStatus[request.Decision], request.Modifications), nil
}

func (x *exchange) showKept(status int, content keptPage) error {
	return x.show("kept", status, page{Title: "Send what you typed?", Data: content})
}
