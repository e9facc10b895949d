package seller

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"

	"parley"
	"parley/storage"
)

// BuyerRecord is what is kept of a buyer's people: who the buyer is, its keys and webhooks, and what they wrote.
type BuyerRecord struct {
	Accounts []parley.Account // the one asked for first, then those that belong to it
	Keys     []parley.Key
	Webhooks []parley.Webhook
	Words    []BuyerWords
}

// BuyerWords are what the rows of one column have, or how many of them are to be written over.
type BuyerWords struct {
	Column   string // of its table and itself, with a dot between
	Document bool   // it has JSON
	Rows     []storage.BuyerWords
}

// BuyerRecord answers what is kept of the people of an account and of those that belong to it, or of the buyer whose key an id names.
func (s *Service) BuyerRecord(ctx context.Context, call Call, id string) (BuyerRecord, error) {
	return read(ctx, s, call, func(v *view) (BuyerRecord, error) {
		var record BuyerRecord
		if _, err := v.authorize(ctx, needScope(parley.ScopeAdmin)); err != nil {
			return record, err
		}
		var err error
		if record.Accounts, record.Keys, err = v.buyerOf(ctx, id); err != nil {
			return record, err
		}
		owners := map[string]bool{}
		for _, key := range record.Keys {
			owner := key.Principal("").Owner()
			if owners[owner] {
				continue
			}
			owners[owner] = true
			hooks, err := v.Webhooks(storage.WebhookFilter{Owner: &owner, Page: Page{Limit: maxOfBuyer}}).Get(ctx)
			if err != nil {
				return record, err
			}
			record.Webhooks = append(record.Webhooks, hooks.Items...)
		}
		for _, column := range storage.BuyerColumns {
			rows, err := v.BuyerWords(column, id).Get(ctx)
			if err != nil {
				return record, err
			}
			if len(rows) > 0 {
				record.Words = append(record.Words, BuyerWords{column.Name, column.Document, rows})
			}
		}
		return record, nil
	})
}

const maxOfBuyer = 10_000 // accounts, keys or webhooks of one buyer

// buyerOf are the accounts and the keys of the buyer that an id of an account or a key names.
func (v *view) buyerOf(ctx context.Context, id string) ([]parley.Account, []parley.Key, error) {
	if strings.HasPrefix(id, parley.PrefixKey) {
		key, err := v.Key(id).Get(ctx)
		if err == nil && key.Role != parley.RoleBuyer {
			err = parley.Errorf(parley.CodeConflict, "The key %q is no buyer's.", id)
		}
		return nil, []parley.Key{key}, err
	}
	first, err := v.Account(id).Get(ctx)
	if err != nil {
		return nil, nil, err
	}
	accounts := []parley.Account{first}
	for i := 0; i < len(accounts); i++ {
		below, err := v.Accounts(storage.AccountFilter{ParentID: accounts[i].ID, Page: Page{Limit: maxOfBuyer}}).Get(ctx)
		if err != nil {
			return nil, nil, err
		}
		accounts = append(accounts, below.Items...)
	}
	keys, err := v.Keys(storage.KeyFilter{Role: parley.RoleBuyer, Account: id, Page: Page{Limit: maxOfBuyer}}).Get(ctx)
	return accounts, keys.Items, err
}

// erased is what takes the place of a name or of what somebody wrote.
const erased = "erased"

// erasedAtOnce is how many rows are written over in one transaction.
const erasedAtOnce = 200

// EraseBuyer writes over who the people of a buyer are and what they wrote, wherever that is kept, and answers how many rows of which columns
// had any of it. What was bought, when, for how much and by which key stays, and so does who of the publisher's people did what. Without
// carryOut it only counts. It is audited before it begins; where it was interrupted it is begun anew.
func (s *Service) EraseBuyer(ctx context.Context, call Call, id string, carryOut bool) ([]BuyerWords, error) {
	record, err := s.BuyerRecord(ctx, call, id)
	if err != nil {
		return nil, err
	}
	type overwriting struct {
		column storage.BuyerColumn
		found  storage.BuyerWords
		with   string
	}
	var all []overwriting
	var counted []BuyerWords
	counts := map[string]int{}
	columns := map[string]storage.BuyerColumn{}
	for _, column := range storage.BuyerColumns {
		columns[column.Name] = column
	}
	for _, words := range record.Words {
		column := columns[words.Column]
		left := BuyerWords{Column: words.Column, Document: words.Document}
		for _, row := range words.Rows {
			with, err := pseudonym(column, row.Text)
			if err != nil {
				return nil, err
			}
			if with != row.Text {
				left.Rows = append(left.Rows, row)
				all = append(all, overwriting{column, row, with})
			}
		}
		if len(left.Rows) > 0 {
			counted = append(counted, left)
			counts[left.Column] = len(left.Rows)
		}
	}
	if !carryOut || len(all) == 0 {
		return counted, nil
	}
	resource := "account"
	if len(record.Accounts) == 0 {
		resource = "key"
	}
	_, err = write(ctx, s, call, nothing[struct{}], func(w *work) (struct{}, error) {
		if _, err := w.authorize(ctx, needScope(parley.ScopeAdmin)); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, w.audit("buyer.erase", resource, id, nil, map[string]any{"rows": counts})
	})
	for len(all) > 0 && err == nil {
		some := all[:min(len(all), erasedAtOnce)]
		all = all[len(some):]
		err = s.store.Tx(ctx, func(tx *storage.Tx) error {
			for _, o := range some {
				if err := tx.OverwriteBuyerWords(ctx, o.column, o.found, o.with); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return counted, err
}

// pseudonym is what takes the place of what a column has: the same where there is nothing of anybody.
func pseudonym(column storage.BuyerColumn, text string) (string, error) {
	if !column.Document {
		return erased, nil
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var document any
	if err := decoder.Decode(&document); err != nil {
		return "", parley.Internal(err)
	}
	changed := false
	switch {
	case strings.HasSuffix(column.Name, ".contacts"):
		document, changed = nobody(document), text != erasedText(nobody(document))
	case strings.HasSuffix(column.Name, ".metadata"):
		document = map[string]any{erased: true}
		changed = true
	case strings.HasSuffix(column.Name, ".proposed"):
		document, changed = termsAlone(document)
	default:
		document, changed = withoutPeople(document)
	}
	if !changed {
		return text, nil
	}
	return erasedText(document), nil
}

func erasedText(document any) string {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(document); err != nil {
		panic("seller: what was decoded does not encode: " + err.Error())
	}
	return strings.TrimSpace(text.String())
}

// saysOfPeople are the members of documents that tell who somebody is, or have what somebody wrote, without case and underscores.
var saysOfPeople = map[string]bool{
	"notes": true, "note": true, "label": true, "reason": true, "buyerreason": true, "content": true, "message": true, "text": true,
	"metadata": true, "contact": true, "contactname": true, "email": true, "phone": true, "consentcontext": true,
}

// withoutPeople is a document with what such members say written over.
func withoutPeople(document any) (any, bool) {
	changed := false
	switch value := document.(type) {
	case []any:
		for i := range value {
			inner, is := withoutPeople(value[i])
			value[i], changed = inner, changed || is
		}
	case map[string]any:
		for name, member := range value {
			var inner any
			var is bool
			switch plain := strings.ReplaceAll(strings.ToLower(name), "_", ""); {
			case plain == "contacts":
				inner = nobody(member)
				is = erasedText(inner) != erasedText(member)
			case saysOfPeople[plain]:
				inner, is = overwritten(member)
			case plain == "proposedvalues" || plain == "proposed":
				inner, is = termsAlone(member)
			default:
				inner, is = withoutPeople(member)
			}
			value[name], changed = inner, changed || is
		}
	}
	return document, changed
}

// termsAlone is what a change proposes of a deal's terms: whatever else stands there is for people, in their words.
func termsAlone(proposed any) (any, bool) {
	members, is := proposed.(map[string]any)
	if !is {
		return proposed, false
	}
	changed := false
	for name, member := range members {
		if !slices.Contains(parley.TermMembers, name) && !slices.Contains(parley.FixedMembers, name) {
			inner, is := overwritten(member)
			members[name], changed = inner, changed || is
		}
	}
	return members, changed
}

// overwritten is what takes the place of a member that says something of people: numbers, truths and what is empty say nothing.
func overwritten(member any) (any, bool) {
	switch value := member.(type) {
	case string:
		if value != "" {
			return erased, value != erased
		}
	case []any:
		return []any{}, len(value) > 0
	case map[string]any:
		return map[string]any{}, len(value) > 0
	}
	return member, false
}

// nobody is a list of contacts without who they are.
func nobody(contacts any) any {
	list, is := contacts.([]any)
	if !is {
		return contacts
	}
	for i := range list {
		list[i] = map[string]any{"name": erased}
	}
	return list
}
