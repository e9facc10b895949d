package storage

import (
	"strconv"
	"strings"
	"time"

	"parley"
)

// NotTold narrows the inbox to what a person was not told of yet as this.
type NotTold struct {
	KeyID string
	Way   parley.NoticeWay
	Kind  parley.NoticeKind // waiting or expiring
}

// untold narrows questions to those that a person was not told of: of its time running out once for each time that it has.
func (w *where) untold(of *NotTold) {
	if of == nil {
		return
	}
	since := "0"
	if of.Kind == parley.NoticeExpiring {
		since = "approvals.timeout_at"
	}
	w.and(`NOT EXISTS (SELECT 1 FROM notices_told AS told WHERE told.key_id = ? AND told.way = ? AND told.kind = ?
		AND told.item_id = approvals.id AND told.since = `+since+`)`, of.KeyID, string(of.Way), string(of.Kind))
}

const noticeColumns = `key_id, way, address, shown, kinds, every_seconds, within_seconds, version, updated_at, greeted_at, claim,
	claimed_until, due_at, sent_at, failures, failing_since, last_error`

func scanNotice(rows Rows, c *parley.NoticeChoice) error {
	var every, within int64
	err := rows.Scan(&c.KeyID, (*string)(&c.Way), &c.Address, &c.Shown, decoded(&c.Kinds), &every, &within, &c.Version,
		instant(&c.UpdatedAt), maybeInstant(&c.GreetedAt), &c.Claim, maybeInstant(&c.ClaimedUntil), maybeInstant(&c.DueAt),
		maybeInstant(&c.SentAt), &c.Failures, maybeInstant(&c.FailingSince), &c.LastError)
	c.Every, c.Within = time.Duration(every)*time.Second, time.Duration(within)*time.Second
	return err
}

// FirstKey answers the id of the key that a key was rotated from, over however many: its own where it was made otherwise.
func (r *Reader) FirstKey(id string) *Pending[string] {
	return one(r, scalar[string], "key", id, `SELECT id FROM keys WHERE id = `+firstOf, id)
}

// KeysSince answers a key and those that it was rotated into, over however many, the newest first.
func (r *Reader) KeysSince(id string) *Pending[[]parley.Key] {
	return many(r, scanKey, `SELECT `+keyRow+` FROM keys WHERE id IN (WITH RECURSIVE line (id) AS (SELECT k.id FROM keys AS k WHERE k.id = $1
		UNION ALL SELECT k.successor FROM key_rotations AS k JOIN line ON k.former = line.id) SELECT id FROM line) ORDER BY id DESC`, id)
}

// PersonsKeys answers the ids of the keys that one was rotated from and into, over however many, and its own.
func (r *Reader) PersonsKeys(id string) *Pending[[]string] {
	return many(r, scalar[string], `WITH RECURSIVE line (id) AS (SELECT keys.id FROM keys WHERE keys.id = `+firstOf+`
		UNION ALL SELECT k.successor FROM key_rotations AS k JOIN line ON k.former = line.id) SELECT id FROM line ORDER BY id`, id)
}

// Notices answers what a person has chosen to be told, by the first of their keys.
func (r *Reader) Notices(keyID string) *Pending[[]parley.NoticeChoice] {
	return many(r, scanNotice, `SELECT `+noticeColumns+` FROM notice_choices WHERE key_id = $1 ORDER BY way`, keyID)
}

// AllNotices answers what everybody has chosen to be told.
func (r *Reader) AllNotices() *Pending[[]parley.NoticeChoice] {
	return many(r, scanNotice, `SELECT `+noticeColumns+` FROM notice_choices ORDER BY key_id, way`)
}

// DueNotices answers the choices of which there may be a message at an instant and nobody is sending one, those that wait longest
// first, up to a number.
func (r *Reader) DueNotices(now time.Time, most int) *Pending[[]parley.NoticeChoice] {
	return many(r, scanNotice, `SELECT `+noticeColumns+` FROM notice_choices
		WHERE due_at <= $1 AND (claimed_until IS NULL OR claimed_until <= $1) ORDER BY due_at, key_id, way LIMIT $2`, micros(now), most)
}

// ToldNotices answers what a person was told of a kind by a way.
func (r *Reader) ToldNotices(of NotTold) *Pending[[]parley.ToldNotice] {
	scan := func(rows Rows, t *parley.ToldNotice) error { return rows.Scan((*string)(&t.Kind), &t.ItemID, &t.Since) }
	return many(r, scan, `SELECT kind, item_id, since FROM notices_told WHERE key_id = $1 AND way = $2 AND kind = $3`,
		of.KeyID, string(of.Way), string(of.Kind))
}

// NoticeForUpdate answers a choice, and keeps it from changing until the transaction ends; of nothing chosen nothing.
func (tx *Tx) NoticeForUpdate(keyID string, way parley.NoticeWay) *Pending[[]parley.NoticeChoice] {
	return many(&tx.Reader, scanNotice, `SELECT `+noticeColumns+` FROM notice_choices WHERE key_id = $1 AND way = $2`+tx.dialect.ForUpdate,
		keyID, string(way))
}

// PutNotice stores a choice in the place of what the person had chosen by that way. An unknown key is CodeNotFound.
func (tx *Tx) PutNotice(c parley.NoticeChoice) {
	columns := strings.Split(strings.Join(strings.Fields(noticeColumns), ""), ",")
	set := make([]string, len(columns))
	for i, column := range columns {
		set[i] = column + " = excluded." + column
	}
	tx.add(Stmt{
		SQL: `INSERT INTO notice_choices (` + noticeColumns + `) VALUES ` + placeholders(len(columns)) + `
			ON CONFLICT (key_id, way) DO UPDATE SET ` + strings.Join(set[2:], ", "),
		Args: []any{
			c.KeyID, string(c.Way), c.Address, c.Shown, tx.json(orEmpty(c.Kinds)), int64(c.Every / time.Second), int64(c.Within / time.Second),
			c.Version, micros(c.UpdatedAt), maybeMicros(c.GreetedAt), c.Claim, maybeMicros(c.ClaimedUntil), maybeMicros(c.DueAt),
			maybeMicros(c.SentAt), c.Failures, maybeMicros(c.FailingSince), c.LastError,
		},
		Refused: func(met Constraint) *parley.Error {
			if met == ForeignKey {
				return notFound("key", c.KeyID)
			}
			return nil
		},
	})
}

// DeleteNotice removes a choice with what was told by it.
func (tx *Tx) DeleteNotice(keyID string, way parley.NoticeWay) {
	tx.exec(`DELETE FROM notice_choices WHERE key_id = $1 AND way = $2`, keyID, string(way))
}

// toldAtOnce is how many are added by one statement.
const toldAtOnce = 100

// TellNotices notes what a person was told by a way, whose choice the caller holds, and forgets what is over and cannot come up again.
func (tx *Tx) TellNotices(keyID string, way parley.NoticeWay, told []parley.ToldNotice) {
	for len(told) > 0 {
		now := told[:min(len(told), toldAtOnce)]
		told = told[len(now):]
		var rows strings.Builder
		args := []any{keyID, string(way)}
		for i, t := range now {
			if i > 0 {
				rows.WriteString(", ")
			}
			rows.WriteString("($1, $2")
			for range 3 {
				rows.WriteString(", $" + strconv.Itoa(len(args)+1))
				args = append(args, nil)
			}
			rows.WriteString(")")
			copy(args[len(args)-3:], []any{string(t.Kind), t.ItemID, t.Since})
		}
		tx.exec(`INSERT INTO notices_told (key_id, way, kind, item_id, since) VALUES `+rows.String()+` ON CONFLICT DO NOTHING`, args...)
	}
	tx.exec(`DELETE FROM notices_told WHERE key_id = $1 AND way = $2 AND (
		kind <> 'failing' AND NOT EXISTS (SELECT 1 FROM approvals AS asked WHERE asked.id = item_id AND asked.status = 'pending')
		OR kind = 'failing' AND NOT EXISTS (SELECT 1 FROM webhooks AS hook WHERE hook.id = item_id AND hook.failing_since = since)
			AND NOT EXISTS (SELECT 1 FROM destinations AS place WHERE place.id = item_id AND place.status = 'paused'))`, keyID, string(way))
}
