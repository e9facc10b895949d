package storagetest

import (
	"testing"
	"time"

	"parley"
	"parley/storage"
)

var notices = map[string]func(*testing.T, *fixture){
	"are kept by a person's first key, and are due unless somebody sends them": func(_ *testing.T, f *fixture) {
		first, second, third := f.key(parley.RoleOperator), f.key(parley.RoleOperator), f.key(parley.RoleOperator)
		second.Replaces, third.Replaces = first.ID, second.ID
		f.write(func(tx *storage.Tx) {
			for _, k := range []parley.Key{first, second, third} {
				tx.InsertKey(k)
			}
		})
		for _, k := range []parley.Key{first, second, third} {
			same(f, read(f, func(r *storage.Reader) *storage.Pending[string] { return r.FirstKey(k.ID) }), first.ID)
		}
		same(f, read(f, func(r *storage.Reader) *storage.Pending[[]parley.Key] { return r.KeysSince(first.ID) }), []parley.Key{third, second, first})
		same(f, read(f, func(r *storage.Reader) *storage.Pending[[]parley.Key] { return r.KeysSince(third.ID) }), []parley.Key{third})
		_, err := try(f, func(r *storage.Reader) *storage.Pending[string] { return r.FirstKey("none") })
		f.code(err, parley.CodeNotFound)

		c := parley.NoticeChoice{
			KeyID: first.ID, Way: parley.NoticeByMail, Address: "nöa@example.com", Shown: "nöa", Kinds: parley.NoticeKinds[:], Every: time.Hour,
			Within: time.Minute, Version: 1, UpdatedAt: noon, DueAt: ptr(noon),
		}
		put := func(c parley.NoticeChoice) func(*storage.Tx) { return func(tx *storage.Tx) { tx.PutNotice(c) } }
		due := func() []parley.NoticeChoice {
			return read(f, func(r *storage.Reader) *storage.Pending[[]parley.NoticeChoice] { return r.DueNotices(noon, 9) })
		}
		f.write(put(c))
		same(f, due(), []parley.NoticeChoice{c})
		c.Claim, c.ClaimedUntil = 1, ptr(noon.Add(time.Second))
		f.write(put(c))
		same(f, due(), []parley.NoticeChoice{})
		same(f, read(f, func(r *storage.Reader) *storage.Pending[[]parley.NoticeChoice] { return r.Notices(first.ID) }), []parley.NoticeChoice{c})
		c.ClaimedUntil, c.DueAt, c.GreetedAt, c.SentAt, c.Failures, c.FailingSince, c.LastError = nil, nil, ptr(noon), ptr(noon), 2, ptr(noon), "nö"
		f.write(put(c))
		same(f, due(), []parley.NoticeChoice{})
		same(f, read(f, func(r *storage.Reader) *storage.Pending[[]parley.NoticeChoice] { return r.AllNotices() }), []parley.NoticeChoice{c})

		for what, wrong := range map[string]parley.NoticeChoice{
			"of no key": {KeyID: "none", Way: c.Way}, "by no way": {KeyID: first.ID, Way: "pigeon"}, "of nothing": {KeyID: first.ID, Way: parley.NoticeByChat, Kinds: []parley.NoticeKind{}},
		} {
			bad := c
			bad.KeyID, bad.Way = wrong.KeyID, wrong.Way
			if wrong.Kinds != nil {
				bad.Kinds = wrong.Kinds
			}
			if err := f.refusal(put(bad)); err == nil {
				f.Errorf("a choice %s is kept", what)
			}
		}
	},
	"are told once, and forgotten when they are over": func(_ *testing.T, f *fixture) {
		k, asked, other := f.key(parley.RoleOperator), f.approval("prop-1"), f.approval("prop-1")
		c := parley.NoticeChoice{
			KeyID: k.ID, Way: parley.NoticeByChat, Address: "sealed", Kinds: parley.NoticeKinds[:], Every: time.Hour, Within: time.Minute, Version: 1, UpdatedAt: noon,
		}
		of := storage.NotTold{KeyID: k.ID, Way: c.Way, Kind: parley.NoticeWaiting}
		told := []parley.ToldNotice{{Kind: parley.NoticeWaiting, ItemID: asked.ID}, {Kind: parley.NoticeExpiring, ItemID: asked.ID, Since: asked.TimeoutAt.UnixMicro()}}
		f.write(func(tx *storage.Tx) {
			tx.InsertKey(k)
			tx.InsertApproval(asked)
			tx.InsertApproval(other)
			tx.PutNotice(c)
			tx.TellNotices(k.ID, c.Way, append(told, told...))
		})
		mine := storage.InboxFilter{Reader: storage.InboxReader{Actor: "operator:me", Roles: []parley.Scope{parley.ScopeFinance}}}
		for _, kind := range []parley.NoticeKind{parley.NoticeWaiting, parley.NoticeExpiring} {
			of.Kind = kind
			mine.NotTold = &of
			same(f, f.inbox(mine), []string{other.ID})
			same(f, read(f, func(r *storage.Reader) *storage.Pending[[]parley.ToldNotice] { return r.ToldNotices(of) }), told[:1])
			told = told[1:]
		}
		asked = decided(asked, parley.ApprovalRejected)
		f.write(func(tx *storage.Tx) {
			tx.UpdateApproval(asked)
			tx.TellNotices(k.ID, c.Way, []parley.ToldNotice{{Kind: parley.NoticeExpiring, ItemID: other.ID, Since: 7}})
		})
		same(f, read(f, func(r *storage.Reader) *storage.Pending[[]parley.ToldNotice] { return r.ToldNotices(of) }),
			[]parley.ToldNotice{{Kind: parley.NoticeExpiring, ItemID: other.ID, Since: 7}})
		f.write(func(tx *storage.Tx) { tx.DeleteNotice(k.ID, c.Way) })
		same(f, read(f, func(r *storage.Reader) *storage.Pending[[]parley.ToldNotice] { return r.ToldNotices(of) }), []parley.ToldNotice{})
	},
}
