package storage

import (
	"slices"
	"strings"

	"parley"
)

// AccountFilter narrows a list of accounts. Zero values match all.
type AccountFilter struct {
	Kind     parley.AccountKind
	Status   parley.AccountStatus
	ParentID string // of those that directly belong to it
	Search   string // is in its name, or in an id or a name by which buyers write it, in any case
	Page     Page
}

const accountColumns = `accounts.id, accounts.kind, accounts.name, accounts.code, accounts.dsp, COALESCE(accounts.parent_id, ''), accounts.status,
	accounts.steward, accounts.notes, accounts.contacts, accounts.version, accounts.created_at, accounts.updated_at`

func scanAccount(rows Rows, a *parley.Account) error {
	return rows.Scan(&a.ID, (*string)(&a.Kind), &a.Name, &a.Code, &a.DSP, &a.ParentID, (*string)(&a.Status), &a.Steward, &a.Notes,
		decoded(&a.Contacts), &a.Version, instant(&a.CreatedAt), instant(&a.UpdatedAt))
}

// Account answers an account.
func (r *Reader) Account(id string) *Pending[parley.Account] {
	account := one(r, scanAccount, "account", id, `SELECT `+accountColumns+` FROM accounts WHERE id = $1`, id)
	return r.whole(account, id)
}

// AccountForUpdate reads the account and keeps it from changing until the transaction ends.
func (tx *Tx) AccountForUpdate(id string) *Pending[parley.Account] {
	account := one(&tx.Reader, scanAccount, "account", id, `SELECT `+accountColumns+` FROM accounts WHERE id = $1`+tx.dialect.ForUpdate, id)
	return tx.whole(account, id)
}

// whole adds to an account its names and its clients.
func (r *Reader) whole(account *Pending[parley.Account], id string) *Pending[parley.Account] {
	names := many(r, scalar[string], `SELECT written FROM account_names WHERE account_id = $1 AND implied = 0 ORDER BY folded`, id)
	clients := many(r, scalar[string], `SELECT advertiser_id FROM account_clients WHERE agency_id = $1 ORDER BY advertiser_id`, id)
	return then(account, func(a parley.Account) (parley.Account, error) {
		var err error
		if a.Names, err = names.answer(); err == nil {
			a.Clients, err = clients.answer()
		}
		return a, err
	})
}

// Accounts lists accounts, without their names and clients.
func (r *Reader) Accounts(filter AccountFilter) *Pending[Listing[parley.Account]] {
	var w where
	equal(&w, "kind", filter.Kind)
	equal(&w, "status", filter.Status)
	equal(&w, "parent_id", filter.ParentID)
	if filter.Search != "" {
		called, alike := "%"+escapePattern.Replace(parley.AccountName(filter.Search))+"%", "%"+escapePattern.Replace(parley.AlikeName(filter.Search))+"%"
		w.and(`(lower(name) LIKE ? ESCAPE '\' OR lower(name) LIKE ? ESCAPE '\' OR alike LIKE ? ESCAPE '\' OR EXISTS (SELECT 1 FROM account_names AS w
			WHERE w.account_id = accounts.id AND (w.folded LIKE ? ESCAPE '\' OR w.folded LIKE ? ESCAPE '\' OR w.alike LIKE ? ESCAPE '\')))`,
			called, alike, alike, called, alike, alike)
	}
	return listing(r, paged{table: "accounts", columns: accountColumns, order: "id", id: "id"}, w, filter.Page, scanAccount)
}

// AccountsByID answers those accounts of some ids that there are, without their names and clients, in the order of their ids.
func (r *Reader) AccountsByID(ids []string) *Pending[[]parley.Account] {
	condition, arg := r.among(ids)
	return many(r, scanAccount, `SELECT `+accountColumns+` FROM accounts WHERE id `+condition+` ORDER BY id`, arg)
}

// AgenciesFor answers the agencies that act for an advertiser, without their names and clients.
func (r *Reader) AgenciesFor(advertiserID string) *Pending[[]parley.Account] {
	return many(r, scanAccount, `SELECT `+accountColumns+` FROM accounts JOIN account_clients AS c ON c.agency_id = accounts.id
		WHERE c.advertiser_id = $1 ORDER BY id`, advertiserID)
}

// AccountNamed answers the account of a kind that buyers write so, a seat at a DSP in whichever of its spellings; one with an empty ID
// when there is none. One that is written just so comes before one of which a letter's case is another.
func (r *Reader) AccountNamed(kind parley.AccountKind, dsp, written string) *Pending[parley.Account] {
	return maybe(r, scanAccount, `SELECT `+accountColumns+` FROM (
			SELECT account_id, CASE folded WHEN $3 THEN 0 ELSE 1 END AS place FROM account_names WHERE folded IN ($3, $4) AND kind = $1 AND platform = $2
			UNION ALL SELECT account_id, 1 FROM account_names WHERE alike = $4 AND alike <> '' AND kind = $1 AND platform = $2) AS w
		JOIN accounts ON accounts.id = w.account_id ORDER BY w.place, accounts.id LIMIT 1`,
		string(kind), parley.DSP(dsp), parley.AccountName(written), parley.AlikeName(written))
}

// accountsCalled is a subquery over the accounts that have one of two names, $2 and $3, the second of which says nothing of the case of letters.
const accountsCalled = `SELECT id FROM accounts WHERE lower(name) IN ($2, $3) UNION SELECT id FROM accounts WHERE alike = $3 AND alike <> ''`

// AccountsCalled answers accounts of a kind that are called so, without their names, the first by their ids where there are many.
func (r *Reader) AccountsCalled(kind parley.AccountKind, name string) *Pending[[]parley.Account] {
	const most = 10
	return many(r, scanAccount, `SELECT `+accountColumns+` FROM accounts WHERE kind = $1 AND id IN (`+accountsCalled+`)
		ORDER BY id LIMIT $4`, string(kind), parley.AccountName(name), parley.AlikeName(name), most)
}

// AccountsMeant answers accounts of a kind, at no DSP, that are called or written so, without their names, the first by their ids where there
// are many.
func (r *Reader) AccountsMeant(kind parley.AccountKind, name string) *Pending[[]parley.Account] {
	const most = 10
	return many(r, scanAccount, `SELECT `+accountColumns+` FROM accounts WHERE kind = $1 AND id IN (`+accountsCalled+`
			UNION SELECT account_id FROM account_names WHERE folded IN ($2, $3) AND kind = $1 AND dsp = ''
			UNION SELECT account_id FROM account_names WHERE alike = $3 AND alike <> '' AND kind = $1 AND dsp = '')
		ORDER BY id LIMIT $4`, string(kind), parley.AccountName(name), parley.AlikeName(name), most)
}

// NamesOfAccounts answers those of some names, in the form of AccountName, by which buyers write accounts of a kind, at whichever DSP.
func (r *Reader) NamesOfAccounts(kind parley.AccountKind, names []string) *Pending[[]string] {
	condition, arg := r.among(names)
	return many(r, scalar[string], `SELECT DISTINCT folded FROM account_names WHERE folded `+condition+` AND kind = $2 ORDER BY folded`, arg, string(kind))
}

// PlatformsOfAccounts answers those of some platforms, in the form of DSP, at which there are seats.
func (r *Reader) PlatformsOfAccounts(platforms []string) *Pending[[]string] {
	condition, arg := r.among(platforms)
	return many(r, scalar[string], `SELECT DISTINCT platform FROM account_names WHERE platform `+condition+` AND kind = 'seat' ORDER BY platform`, arg)
}

// seatsNamed is a subquery over the seats that what is decided for an id, by a condition, at a platform, a placeholder, may be decided for:
// those there, and those of which nobody said where they are; of an id without a platform those at all of them.
func seatsNamed(is, platform string) string {
	return `SELECT account_id FROM account_names WHERE kind = 'seat' AND ` + is + ` AND (` + platform + ` = '' OR platform IN (` + platform + `, ''))`
}

// PartiesOfSeat answers the agencies and advertisers that the keys of a seat name, each once. A key that says no DSP is of the seat without
// one alone, and so it is wherever keys are found from seats: an id means something at its DSP.
func (r *Reader) PartiesOfSeat(seatID string) *Pending[[]parley.AccountRef] {
	named := func(kind, column string) string {
		return `SELECT n.account_id FROM of_seat CROSS JOIN account_names AS n WHERE n.folded = of_seat.` + column + ` AND n.kind = '` + kind + `'`
	}
	return many(r, scanAccountRef, `SELECT 0, id, kind, code, dsp, COALESCE(parent_id, ''), status FROM accounts WHERE id IN (
		WITH of_seat AS (SELECT k.party_agency, k.party_advertiser FROM account_names AS w CROSS JOIN keys AS k WHERE k.party_seat = w.folded
			AND k.party_platform = w.platform AND w.kind = 'seat' AND w.account_id = $1)
		`+named("agency", "party_agency")+` UNION `+named("advertiser", "party_advertiser")+`) ORDER BY id`, seatID)
}

// scanAccountRef receives an account with how far above the ones that are named it is.
func scanAccountRef(rows Rows, a *parley.AccountRef) error {
	var height int64
	err := rows.Scan(&height, &a.ID, (*string)(&a.Kind), &a.Code, &a.DSP, &a.ParentID, (*string)(&a.Status))
	a.Named = height == 0
	return err
}

// accountsNamedQuery asks for the accounts that the parties of an identity name, and for those above them.
var accountsNamedQuery = `SELECT height, id, kind, code, dsp, COALESCE(parent_id, ''), status FROM (WITH named AS (
			` + seatsNamed("folded IN ($1, $5, $8)", "$2") + ` UNION ` + seatsNamed("alike = $8 AND alike <> ''", "$2") + `
			UNION SELECT account_id FROM account_names WHERE kind = 'agency' AND dsp = '' AND folded IN ($3, $6, $9)
			UNION SELECT account_id FROM account_names WHERE kind = 'advertiser' AND dsp = '' AND folded IN ($4, $7, $10)
			UNION SELECT account_id FROM account_names WHERE alike = $9 AND alike <> '' AND kind = 'agency'
			UNION SELECT account_id FROM account_names WHERE alike = $10 AND alike <> '' AND kind = 'advertiser'
		), above AS (SELECT parent_id FROM accounts WHERE id IN (SELECT account_id FROM named) AND parent_id IS NOT NULL),
		top AS (SELECT parent_id FROM accounts WHERE id IN (SELECT parent_id FROM above) AND parent_id IS NOT NULL)
		SELECT CAST(0 AS BIGINT) AS height, id, kind, code, dsp, parent_id, status FROM accounts WHERE id IN (SELECT account_id FROM named)
		UNION ALL SELECT 1, id, kind, code, dsp, parent_id, status FROM accounts WHERE id IN (SELECT parent_id FROM above) AND id NOT IN (SELECT account_id FROM named)
		UNION ALL SELECT 2, id, kind, code, dsp, parent_id, status FROM accounts WHERE id IN (SELECT parent_id FROM top)
			AND id NOT IN (SELECT account_id FROM named) AND id NOT IN (SELECT parent_id FROM above)
		) AS found ORDER BY height, id`

// AccountsOf answers whom an identity names, and those above them, as they are in a version of the accounts, which a credential
// comes with: each once. A seat is named at its DSP in whichever spelling. Where nobody says which DSP, those at any are elsewhere; see
// parley.AccountRef.
func (r *Reader) AccountsOf(i parley.Identity, version int64) *Pending[[]parley.AccountRef] {
	named := accountsNamed{parley.AccountName(i.SeatID), parley.DSP(i.DSPPlatform), parley.AccountName(i.AgencyID), parley.AccountName(i.AdvertiserID),
		[3]string{parley.FormerAccountName(i.SeatID), parley.FormerAccountName(i.AgencyID), parley.FormerAccountName(i.AdvertiserID)},
		[3]string{parley.AlikeName(i.SeatID), parley.AlikeName(i.AgencyID), parley.AlikeName(i.AdvertiserID)}}
	if named.seat == "" && named.agency == "" && named.advertiser == "" {
		return &Pending[[]parley.AccountRef]{reader: r, queue: answered}
	}
	if found, there := recallKept(r.kept, r.kept.accounts, named); there && found.version == version {
		return &Pending[[]parley.AccountRef]{reader: r, queue: answered, value: found.accounts}
	}
	q := question{what: "accounts of", id: strings.Join(slices.Concat([]string{named.seat, named.dsp, named.agency, named.advertiser}, named.former[:], named.alike[:]), "\x00")}
	return known(r, q, func() *Pending[[]parley.AccountRef] {
		p := asking[[]parley.AccountRef](r)
		r.add(Stmt{SQL: accountsNamedQuery, Args: []any{named.seat, named.dsp, named.agency, named.advertiser, named.former[0], named.former[1], named.former[2],
			named.alike[0], named.alike[1], named.alike[2]}, Scan: func(rows Rows) error {
			if err := collect(&p.value, scanAccountRef)(rows); err != nil {
				return err
			}
			p.value = parley.SeatsApart(p.value, named.dsp)
			keep(r, r.kept.accounts, named, accountsAt{version, p.value})
			return nil
		}})
		return p
	})
}

// AccountVersion answers the version of the accounts, which every change of them moves.
func (r *Reader) AccountVersion() *Pending[int64] {
	return one(r, scalar[int64], "account state", "1", `SELECT version FROM account_state WHERE id = 1`)
}

// LockAccounts keeps accounts from being made and changed by others until the transaction ends, and moves their version.
func (tx *Tx) LockAccounts() {
	tx.lock("accounts")
	tx.exec(`UPDATE account_state SET version = version + 1 WHERE id = 1`)
}

// InsertAccount stores a new account with its names and clients, of which the parent and the clients have to be accounts of the
// kinds that can be that: else it is CodeValidation. A name that is another's is CodeConflict. It comes after LockAccounts.
func (tx *Tx) InsertAccount(a parley.Account, parent parley.AccountKind) {
	tx.add(Stmt{
		SQL: `INSERT INTO accounts (id, kind, name, code, dsp, parent_id, parent_kind, status, steward, notes, contacts, version, created_at, updated_at, alike)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
		Args: []any{
			a.ID, string(a.Kind), a.Name, a.Code, a.DSP, maybeText(a.ParentID), maybeText(parent), string(a.Status), a.Steward, a.Notes,
			tx.json(orEmpty(a.Contacts)), a.Version, micros(a.CreatedAt), micros(a.UpdatedAt), alike(a.Name),
		},
		Refused: func(met Constraint) *parley.Error {
			if met == PrimaryKey || met == Unique {
				return parley.Errorf(parley.CodeConflict, "The account %q exists.", a.ID)
			}
			return noParent(met)
		},
	})
	tx.nameAccount(a)
}

// UpdateAccount stores everything of an account but its kind and what names the seat that it is; when a.Version is not the stored
// one plus one, CodeContention. What it refuses besides is what InsertAccount does. It comes after LockAccounts.
func (tx *Tx) UpdateAccount(a parley.Account, parent parley.AccountKind) {
	tx.add(Stmt{
		SQL: `UPDATE accounts SET name = $3, code = $4, parent_id = $5, parent_kind = $6, status = $7, steward = $8, notes = $9, contacts = $10,
			updated_at = $11, alike = $12, version = $2 WHERE id = $1 AND version = $2 - 1`,
		Args: []any{
			a.ID, a.Version, a.Name, a.Code, maybeText(a.ParentID), maybeText(parent), string(a.Status), a.Steward, a.Notes,
			tx.json(orEmpty(a.Contacts)), micros(a.UpdatedAt), alike(a.Name),
		},
		Wants: 1, Otherwise: parley.Errorf(parley.CodeContention, "The account %q has changed meanwhile. Read it again, then retry.", a.ID),
		Refused: noParent,
	})
	tx.exec(`DELETE FROM account_names WHERE account_id = $1`, a.ID)
	tx.exec(`DELETE FROM account_clients WHERE agency_id = $1`, a.ID)
	tx.nameAccount(a)
}

func noParent(met Constraint) *parley.Error {
	if met == ForeignKey || met == Check {
		return parley.Invalid("parent_id", "must be an account above: the holding of an agency or advertiser, or the agency or advertiser of a seat")
	}
	return nil
}

func (tx *Tx) nameAccount(a parley.Account) {
	for _, written := range a.Names {
		tx.add(Stmt{
			SQL:  `INSERT INTO account_names (kind, dsp, folded, written, account_id, alike) VALUES ($1, $2, $3, $4, $5, $6)`,
			Args: []any{string(a.Kind), parley.DSP(a.DSP), parley.AccountName(written), strings.TrimSpace(written), a.ID, alike(written)},
			Refused: func(met Constraint) *parley.Error {
				if met == PrimaryKey || met == Unique {
					return parley.Errorf(parley.CodeConflict, "%q is another %s's: take the name from that account first.", written, a.Kind)
				}
				return nil
			},
		})
	}
	tx.implySpellings(`($1)`, a.ID)
	for _, client := range a.Clients {
		tx.ServeAdvertiser(a.ID, client)
	}
}

// ServeAdvertiser stores that an agency acts for an advertiser, if it is not known already; an account that is no advertiser is
// CodeValidation.
func (tx *Tx) ServeAdvertiser(agencyID, advertiserID string) {
	tx.add(Stmt{
		SQL:     `INSERT INTO account_clients (agency_id, advertiser_id) VALUES ($1, $2) ON CONFLICT (agency_id, advertiser_id) DO NOTHING`,
		Args:    []any{agencyID, advertiserID},
		Refused: refuse(parley.Invalid("advertiser_ids", "must be ids of accounts that are advertisers"), ForeignKey),
	})
}

// OwnersOf answers whose things are an account's, at most limit of them: the owners that keys have whose identity names it or one
// that belongs to it. Not all that an owner has need be the account's; see Owned.
func (r *Reader) OwnersOf(accountID string, limit int) *Pending[[]string] {
	return many(r, scalar[string], `SELECT DISTINCT belongs_to FROM (`+keysOf("belongs_to", "$1")+`) AS owned ORDER BY belongs_to LIMIT $2`, accountID, limit)
}

// AccountOwner is an owner of things of an account, and the DSPs, as keys write them, at which the owner's things are another account's:
// keys from before owners had a DSP may share one with a key that says none.
type AccountOwner struct {
	Owner     string
	Elsewhere []string
}

// Owned is OwnersOf with what of each owner's is not the account's.
func (r *Reader) Owned(accountID string, limit int) *Pending[[]AccountOwner] {
	type apart struct{ owner, dsp string }
	elsewhere := many(r, func(rows Rows, a *apart) error { return rows.Scan(&a.owner, &a.dsp) }, `SELECT DISTINCT belongs_to, `+saidDSP("keys")+` FROM keys
		WHERE belongs_to IN (`+keysOf("belongs_to", "$1")+`) AND id NOT IN (`+keysOf("id", "$1")+`) ORDER BY 1, 2`, accountID)
	return then(many(r, func(rows Rows, o *AccountOwner) error { return rows.Scan(&o.Owner) },
		`SELECT DISTINCT belongs_to FROM (`+keysOf("belongs_to", "$1")+`) AS owned ORDER BY belongs_to LIMIT $2`, accountID, limit),
		func(owners []AccountOwner) ([]AccountOwner, error) {
			apart, err := elsewhere.answer()
			for i := range owners {
				for _, a := range apart {
					if a.owner == owners[i].Owner {
						owners[i].Elsewhere = append(owners[i].Elsewhere, a.dsp)
					}
				}
			}
			return owners, err
		})
}

// saidDSP is at which DSP the identity of a row of a table is, as it is written; empty: it does not say.
func saidDSP(table string) string { return `COALESCE(` + table + `.identity->>'dsp_platform', '')` }

// ofOwner is the condition that a row of a table is an owner's, as far as that is an account's.
func (w *where) ofOwner(table string, o AccountOwner) string {
	condition := "owner = " + w.arg(o.Owner)
	for _, dsp := range o.Elsewhere {
		condition += " AND " + saidDSP(table) + " <> " + w.arg(dsp)
	}
	return condition
}

// ofAccount narrows a table of things that have the identity that they were made with to what is an account's, when one is given.
func (w *where) ofAccount(table, id string) {
	if id != "" {
		account := w.arg(id)
		w.conditions = append(w.conditions, table+".owner IN ("+keysOf("belongs_to", account)+")", `NOT EXISTS (SELECT 1 FROM keys AS other
			WHERE other.belongs_to = `+table+`.owner AND `+saidDSP("other")+` = `+saidDSP(table)+` AND other.id NOT IN (`+keysOf("id", account)+`))`)
	}
}

// keysOf is a subquery over a column of the keys whose identity names an account, the given placeholder, or one that belongs to it at
// whatever depth. By a seat it is only the seat's own where a key names another agency, or, of an advertiser's seat, another party: that one
// goes before whose the seat is, as in reports. It goes from the account to its names, and from these to the keys: by no index of keys that
// name nobody, to which length keeps SQLite.
func keysOf(column, account string) string {
	return keysThrough(column, account, ` AND (w.through = '' OR length(k.party_agency) = 0 AND (w.through = 'agency' OR length(k.party_advertiser) = 0))`)
}

// keysNaming is keysOf, with all keys of the seats that belong to the account.
func keysNaming(column, account string) string { return keysThrough(column, account, "") }

func keysThrough(column, account, seats string) string {
	named := func(kind, party, also string) string {
		return `SELECT k.` + column + ` FROM written AS w CROSS JOIN keys AS k WHERE k.` + party + ` = w.folded` + also + ` AND w.kind = '` + kind + `'`
	}
	return `WITH family AS MATERIALIZED (` + accountsBelow(account) + `),
		written AS MATERIALIZED (SELECT n.kind, n.folded, n.platform, CASE n.account_id WHEN ` + account + ` THEN '' ELSE COALESCE(a.parent_kind, '') END AS through
			FROM family CROSS JOIN account_names AS n JOIN accounts AS a ON a.id = n.account_id WHERE n.account_id = family.id)
		` + named("agency", "party_agency", "") + ` UNION ` + named("advertiser", "party_advertiser", "") + ` UNION ` +
		named("seat", "party_seat", ` AND k.party_platform = w.platform`+seats)
}

// accountsBelow is a subquery over an account, the given placeholder, and those that belong to it at whatever depth.
func accountsBelow(account string) string {
	return `SELECT id FROM accounts WHERE id = ` + account + `
		UNION SELECT id FROM accounts WHERE parent_id = ` + account + `
		UNION SELECT s.id FROM accounts AS s JOIN accounts AS up ON s.parent_id = up.id WHERE up.parent_id = ` + account
}
