package seller

import (
	"context"
	"strings"

	"parley"
)

// anotherPerson refuses an answer of whoever is no other person than has said yes already, or than asked for what is decided: who makes
// keys makes no people.
func (w *work) anotherPerson(ctx context.Context, a parley.Approval) error {
	asker := a.RequestedBy
	if w.service.settings.SelfApproval || !strings.HasPrefix(asker, string(parley.RoleOperator)) {
		asker = ""
	}
	if a.FirstBy == "" && asker == "" {
		return nil
	}
	keys, err := w.OperatorKeys().Get(ctx)
	if err != nil {
		return err
	}
	people, decides := parley.PeopleOf(keys), w.who.Actor()
	if a.FirstBy != "" && people.One(decides, a.FirstBy) {
		return parley.Errorf(parley.CodeForbidden, "Your key was made with that which said the first yes, or that with yours, or both have one name: that is "+
			"one person. It takes another with the role %s.", parley.RolesInWords(a.Deciders()))
	}
	if asker != "" && (people.Same(decides, asker) || people.MadeSince(decides, asker, a.RequestedAt)) {
		return parley.Errorf(parley.CodeForbidden, "Your key has the name of that which asked for this, or was made with it since: that is one person. "+
			"Somebody else with the role %s decides it.", parley.RolesInWords(a.Deciders()))
	}
	return nil
}
