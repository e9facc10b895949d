package storage

import (
	"strconv"
	"strings"

	"parley"
)

// PaperworkFilter narrows a list of what is filed with deals. Zero values match all.
type PaperworkFilter struct {
	// Search are words, in any case, each of which begins a word of the purchase order, the labels or the note.
	Search string
	Label  string // a whole one, in any case
	Page   Page
}

const paperworkColumns = `deal_id, purchase_order, labels, note, updated_by, updated_at, version`

// mostFiledWords is how many words of a deal's paperwork a search knows; of more it knows the first in the alphabet.
const mostFiledWords = 400

// labelMark begins what a whole label is found by, which no word holds.
const labelMark = "#"

func scanPaperwork(rows Rows, p *parley.Paperwork) error {
	return rows.Scan(&p.DealID, &p.PurchaseOrder, decoded(&p.Labels), &p.Note, &p.UpdatedBy, instant(&p.UpdatedAt), &p.Version)
}

// PaperworkOf answers what is filed with these deals; of a deal with nothing there is no row.
func (r *Reader) PaperworkOf(dealIDs []string) *Pending[[]parley.Paperwork] {
	among, ids := r.among(dealIDs)
	return many(r, scanPaperwork, `SELECT `+paperworkColumns+` FROM deal_paperwork WHERE deal_id `+among, ids)
}

// Paperwork lists what is filed with deals, in the order of their ids.
func (r *Reader) Paperwork(filter PaperworkFilter) *Pending[Listing[parley.Paperwork]] {
	var w where
	w.filed("deal_id", filter.Search, filter.Label)
	list := paged{table: "deal_paperwork", columns: paperworkColumns, order: "deal_id", id: "deal_id"}
	return listing(r, list, w, filter.Page, scanPaperwork)
}

// filed narrows to deals by what is filed with them; id is the column with a deal's id.
func (w *where) filed(id, search, label string) {
	begins := sought(search)
	if search != "" && len(begins) == 0 {
		w.and("FALSE")
	}
	among := func(either []string, values []any) {
		w.and(id+` IN (SELECT deal_id FROM deal_paperwork_words WHERE `+strings.Join(either, " OR ")+`)`, values...)
	}
	for _, forms := range begins {
		var either []string
		var values []any
		for _, word := range forms {
			either, values = append(either, "word >= ? AND word < ?"), append(values, word, word+"\U0010ffff")
		}
		among(either, values)
	}
	if label != "" {
		var either []string
		var values []any
		for _, form := range parley.Spellings(label) {
			either, values = append(either, "word = ?"), append(values, labelMark+form)
		}
		among(either, values)
	}
}

// PutPaperwork files what belongs to a deal, in the place of what was filed before. The deal has to be held by the transaction. An
// unknown deal is CodeNotFound.
func (tx *Tx) PutPaperwork(p parley.Paperwork) {
	const put = `INSERT INTO deal_paperwork (` + paperworkColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (deal_id) DO UPDATE SET purchase_order = excluded.purchase_order, labels = excluded.labels, note = excluded.note,
			updated_by = excluded.updated_by, updated_at = excluded.updated_at, version = excluded.version`
	tx.add(Stmt{
		SQL:  put,
		Args: []any{p.DealID, p.PurchaseOrder, tx.json(orEmpty(p.Labels)), p.Note, p.UpdatedBy, micros(p.UpdatedAt), p.Version},
		Refused: func(met Constraint) *parley.Error {
			if met == ForeignKey {
				return notFound("deal", p.DealID)
			}
			return nil
		},
	})
	tx.wordPaperwork(p)
}

// wordPaperwork keeps the words by which what belongs to a deal is found, in the place of those that were kept before.
func (tx *Tx) wordPaperwork(p parley.Paperwork) {
	tx.exec(`DELETE FROM deal_paperwork_words WHERE deal_id = $1`, p.DealID)
	words := wordsOf(spaced(append([]string{p.PurchaseOrder, p.Note}, p.Labels...)...))
	words = words[:min(len(words), mostFiledWords)]
	for _, label := range p.Labels {
		words = append(words, labelMark+folded(label))
	}
	if len(words) == 0 {
		return
	}
	var rows strings.Builder
	args := []any{p.DealID}
	for i, word := range words {
		if i > 0 {
			rows.WriteString(", ")
		}
		rows.WriteString("($1, $" + strconv.Itoa(i+2) + ")")
		args = append(args, word)
	}
	tx.exec(`INSERT INTO deal_paperwork_words (deal_id, word) VALUES `+rows.String()+` ON CONFLICT DO NOTHING`, args...)
}
