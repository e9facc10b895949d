package console_test

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"parley"
	"parley/internal/racedetector"
	"parley/internal/stores"
	"parley/seller"
	"parley/storage"
	"parley/wire"
)

// TestEveryJobIsDone holds the tables of docs/console.md that state clicks to the jobs that are done in a browser with these counted.
func TestEveryJobIsDone(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../docs/console.md")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("browser_*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	done := map[string]bool{}
	for _, name := range files {
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range regexp.MustCompile(`\.job\("([^"]+)"`).FindAllSubmatch(source, -1) {
			done[string(found[1])] = true
		}
	}
	stated := 0
	for _, table := range strings.Split(string(page), "\n\n") {
		if !strings.HasPrefix(table, "| job | clicks") {
			continue
		}
		for _, row := range strings.Split(strings.TrimSpace(table), "\n")[2:] {
			stated++
			if job := strings.TrimSpace(strings.Split(row, "|")[1]); !done[job] {
				t.Errorf("no test does %q in a browser and counts the clicks", job)
			}
		}
	}
	if stated < 20 {
		t.Errorf("docs/console.md states the clicks of %d jobs", stated)
	}
}

// TestBrowserJobsOfTheInbox does what an inbox is for, as one person does it after the other.
func TestBrowserJobsOfTheInbox(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		d := openWorld(openDeskOver(t, store))
		w := d.walk(t, d.admin)
		w.visit("/inbox")
		w.job("accept or decline the next one", func() {
			w.follow(`.decide button[value=approve]`)
			w.shows(".planned", "Accept 30.60 USD")
		})
		w.job("take that back, or all that was answered together", func() {
			w.follow(`form[action$="/take-back"] button`)
			w.shows(".note", "Taken back. Nothing was decided")
		})
		w.visit("/inbox")
		w.job("accept or decline the next one", func() {
			w.run(fill("#reason", "Not at this volume"))
			w.follow(`.decide button[value=reject]`)
			w.shows(".planned", "Decline")
		})
		w.job("take that back, or all that was answered together", func() {
			w.follow(`form[action$="/take-back"] button`)
			w.shows(".note", "Taken back. Nothing was decided")
		})
		w.visit("/inbox")
		w.job("counter it", func() {
			w.follow(`.decide a[data-key=c]`)
			w.run(fill(`[name="modifications.counter_cpm"]`, "31.50"))
			w.follow(`button[value=counter]`)
			w.shows("main", "Send counter 31.50 USD")
			w.follow(`button[value=commit]`)
			w.shows(".planned", "Send counter 31.50 USD")
		})
		w.follow(`form[action$="/take-back"] button`)
		w.shows(".note", "Taken back. Nothing was decided")

		w.visit("/inbox")
		w.job("assign, snooze", func() {
			w.choose("#assignee", "Jonas Weber")
			w.follow(`form[action$="/assign"] button`)
			w.shows("main", "Assigned to Jonas Weber")
		})
		w.visit("/inbox")
		w.job("comment", func() {
			w.run(fill("#say", "Ask for first position"))
			w.follow(`form[action$="/comment"] button`)
			w.shows(".comment", "Ask for first position")
		})
		w.job("assign, snooze", func() {
			if lengths := eval[string](w.tab, `[...document.querySelectorAll("#snooze option")].map((o) => o.text).join()`); lengths != "1 hour" {
				t.Errorf("a question with less than four hours left is put off for %s", lengths)
			}
			w.choose("#snooze", "1 hour")
			w.follow(`form[action$="/snooze"] button`)
			w.shows("main", "1 snoozed")
		})
		w.visit("/inbox")
		w.job("look at one buyer's, and keep that as a view", func() {
			w.click(".narrow > summary")
			w.run(fill("#f-buyer", "pine"))
			w.follow(`.filters[action="/console/inbox"]:not([method]) button`)
			w.run(fill("#f-view", "Pine"))
			w.follow(`button[value=save]`)
			w.shows(".note", "The view is saved")
		})
		w.visit("/home")
		w.job("come back to a view", func() {
			w.follow(`nav.side [href="/console/inbox"]`)
			w.follow(`.narrow > summary a[href*="buyer=pine"]`)
			w.shows(".lead", "of those that you look at")
		})
		w.visit("/inbox")
		w.job("decide several", func() {
			w.click("[data-all]")
			w.run(fill("#bulk-reason", "The quarter is closed"))
			w.follow(`button[form=bulk][value=reject]`)
			w.follow(`button[value=commit]`)
			w.shows(".planned-all", "2 answers of yours")
		})
	})
}

// TestBrowserJobsOfNegotiating takes negotiations out of the agent's hands, and gives one back.
func TestBrowserJobsOfNegotiating(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		d := openWorld(openDeskOver(t, store))
		talk := func(from int) (parley.Proposal, string, int64) {
			p := d.propose(d.buyer, "ctv-news-evening", "PD", "18.50", 2_000_000, from, from+14)
			n := must[parley.Negotiation](t)(d.service.Negotiation(context.Background(), seller.Terminal("test"), p.NegotiationID))
			return p, "/negotiations/" + p.NegotiationID, n.StandingCPM()
		}
		w := d.walk(t, d.approver)
		first, page, standing := talk(6)
		w.visit(page)
		w.shows(".next", "the agent would")
		w.job("pause the agent, or hand back", func() {
			w.follow(`form[action$="/pause"] button`)
			w.shows("h2#hand", "Jonas Weber answers this buyer")
		})
		w.job("answer with a price, make a final offer", func() {
			w.run(fill("#f-price", parley.FormatMicros(standing-100_000, 2)), fill("#f-note", "With first position"))
			w.follow(`button[value=counter]`)
			w.follow(`button[value=commit]`)
			w.shows("main .note.good", "The buyer has your answer")
		})
		d.counter(d.buyer, first, "19.00")
		w.shows("main .note.wait", "19.00 USD, waits for a person")
		w.job("pause the agent, or hand back", func() {
			w.follow(`form[action$="/hand-back"] button`)
			w.shows("h2#hand", "The agent answers this buyer")
		})
		w.job("accept the buyer's price, end the negotiation", func() {
			w.follow(`button[value=accept]`)
			w.follow(`button[value=commit]`)
			w.shows("h1", "accepted")
		})
		_, page, standing = talk(30)
		w.visit(page)
		w.job("answer with a price, make a final offer", func() {
			w.run(fill("#f-price", parley.FormatMicros(standing-50_000, 2)))
			w.follow(`button[value=final_offer]`)
			w.follow(`button[value=commit]`)
			w.shows("main table", "final offer")
		})
		_, page, _ = talk(50)
		w.visit(page)
		w.job("accept the buyer's price, end the negotiation", func() {
			w.follow(`button[value=reject]`)
			w.follow(`button[value=commit]`)
			w.shows("h1", "rejected")
		})
	})
}

// TestBrowserTwoPeopleSayYes makes a rule ask two people, and has each say yes.
func TestBrowserTwoPeopleSayYes(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		d := openWorld(openDeskOver(t, store))
		w := d.walk(t, d.admin)
		w.visit("/approval-rules")
		w.job("have a rule ask two people", func() {
			w.follow(`main table a[href^="/console/approval-rules/"]`)
			w.choose("#f-second_role", "finance")
			w.follow("main button.primary")
			w.shows("main table", "finance")
		})
		rules := must[seller.Listing[parley.ApprovalRule]](t)(d.service.ApprovalRules().List(context.Background(), seller.Terminal("test"), seller.Page{}))
		var asks parley.ApprovalRule
		for _, rule := range rules.Items {
			if rule.SecondRole == parley.ScopeFinance {
				asks = rule
			}
		}
		if asks.ID == "" || asks.Gate != parley.GateProposalDecision {
			t.Fatalf("the rules are %+v", rules.Items)
		}
		deal := d.propose(d.buyer, "ctv-home-pause", "PG", "33.00", 5_000_000, 10, 30)
		one, other := d.walk(t, d.approver), d.walk(t, d.operator("Ines Falk", parley.ScopeFinance))
		for _, person := range []*walk{one, other} {
			person.visit("/inbox/" + deal.ApprovalID)
			person.job("accept or decline the next one", func() { person.follow(`.decide button[value=approve]`) })
			if person == one {
				person.shows(".planned", "First yes of two: Accept")
			}
			d.carryOut()
		}
		if p := d.proposal(deal.ID); p.Status != parley.ProposalAccepted {
			t.Errorf("after both the proposal is %s", p.Status)
		}
	})
}

// TestBrowserFirstRun goes by the list of what to set up before the first quote.
func TestBrowserFirstRun(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		d := openDeskOver(t, store)
		w := d.walk(t, d.operator("Mara"))
		for _, step := range []struct{ text, title string }{
			{"Bring in your products, as a file", "Import"}, {"Declare how much of them there is", "Inventory"}, {"Set your rate card", "Pricing"},
			{"Make a key for a buyer", "key"}, {"Look at what that buyer would be quoted, then ask for a quote with its key", "What if"},
		} {
			w.visit("/home")
			w.shows("main ol", "to do "+step.text)
			w.job("set up what is missing before the first quote", func() {
				w.clicks++
				w.leaves(func() {
					eval[bool](w.tab, `[...document.querySelectorAll("main ol a")].find((a) => a.innerText === "`+step.text+`").click() ?? true`)
				})
				w.shows("h1", step.title)
			})
		}
		openWorld(d)
		w.visit("/home")
		if text := w.text("main"); strings.Contains(text, "Bring in your products") {
			t.Errorf("after a quote there is still\n%.500s", text)
		}
	})
}

// TestBrowserJobsOfTrading holds, quotes, copies and reports, and sees to orders, webhooks, accounts and products.
func TestBrowserJobsOfTrading(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		d := openWorld(openDeskOver(t, store))
		w := d.walk(t, d.admin)
		w.visit("/quotes/" + d.quoteFor("ctv-drama-premiere").ID)
		w.job("hold a quote's impressions", func() {
			w.follow(`form[action$="/hold"] button`)
			w.shows("main", "Give back")
		})
		w.job("give them back", func() {
			w.follow(`form[action$="/release"] button`)
			w.shows(`form[action$="/hold"]`, "Hold 500,000 impressions")
		})
		w.visit("/inventory/ctv-sports-live")
		w.job("see who has some days of a product", func() {
			w.follow(`td a[href*="flight_start=` + in(40).String() + `"]`)
			w.shows("#who", "Who has these days")
		})
		w.job("quote what is free to a buyer", func() {
			w.run(fill("#f-impressions", "300,000"))
			w.follow(`form.filters[action="/console/availability"] button`)
			w.choose("#f-buyer_key_id", "Tern")
			w.follow(`form[action$="/availability/quote"] button`)
			w.shows(".note", "The quote is the buyer's to book")
		})
		w.visit("/deals/" + d.deal.ID)
		w.job("copy or renew a deal as a quote for its buyer", func() {
			w.follow(`main a[href*="/availability?"]:nth-of-type(2)`)
			w.follow(`form[action$="/availability/quote"] button`)
			w.shows(".note", "The quote is the buyer's to book")
		})
		w.job("see what was booked in some months, what was asked and agreed, or a month's finances", func() {
			w.follow(`nav.side [href="/console/reports"]`)
			w.shows("h1", "Reports")
		})
		w.job("keep a report as it is looked at, of the months that were chosen, or of the last ones whenever none were", func() {
			w.run(fill("#f-view", "Lately"))
			w.follow(`form[action="/console/views"] button[value=save]`)
			w.shows("main", "Saved: Lately")
		})

		w.visit("/orders/" + d.order.ID)
		w.job("move an order on", func() {
			w.follow(`.moves button[value=in_progress]`)
			w.shows("h1 .status", "in progress")
		})
		w.job("end an order, or complete one", func() {
			w.click(".act summary")
			w.run(fill("#f-reason", "The tags never came"))
			w.follow(`.act button[value=failed]`)
			w.follow(`button[value=commit]`)
			w.shows("h1 .status", "failed")
		})
		d.signedIn(d.viewer)
		w.visit("/home")
		w.job("end a session", func() {
			w.follow(`nav.side [href="/console/sign-ins"]`)
			w.shows("main table", "this one")
			w.follow(`tr:has(th) form[action$="/end"] button`)
			w.shows(".note", "The session is ended")
		})
		w.visit("/webhooks/" + d.hook.ID)
		w.job("have a webhook tried again, or disable it", func() {
			w.follow(`form[action$="/retry"] button`)
			w.shows(".note.good", "It is tried again now")
		})
		w.job("have a webhook tried again, or disable it", func() {
			w.follow(`form[action$="/disable"] button`)
			w.shows("main", "disabled")
		})

		w.job("find a buyer", func() {
			w.follow(`nav.side [href="/console/accounts"]`)
			w.run(fill("#f-q", "harbour media"))
			w.follow(`form.filters[action="/console/accounts"] button`)
			w.shows("main table", "Harbour Media")
		})
		w.visit("/accounts/" + d.account.ID)
		w.job("pause or block it, or let it trade again", func() {
			w.click(`details:has([value=paused]) > summary`)
			w.run(fill(`details:has([value=paused]) [name=reason]`, "Over its credit"))
			w.follow(`details:has([value=paused]) button`)
			w.shows("h1 .status", "paused")
		})
		w.follow(`form:has([value=active]) button.primary`)
		w.shows("h1 .status", "active")
		w.job("edit it: contacts, notes, names, what it belongs to", func() {
			w.click(`details:has(#f-steward) > summary`)
			w.run(fill("#f-steward", "Jonas Weber"))
			w.follow(`form:has(#f-steward) button.primary`)
			w.shows("main", "Jonas Weber")
		})
		w.visit("/accounts")
		w.job("make an account", func() {
			w.run(fill("#f-make-code", "agency-kestrel"))
			w.follow(`form[action="/console/accounts/new"] button.primary`)
			w.shows("main", "agency-kestrel")
		})

		w.visit("/inventory")
		w.job("make a product", func() {
			w.follow(`main a[href="/console/inventory/new"]`)
			w.run(fill("#f-product_id", "audio-evening"), fill("#f-name", "Evening audio"), fill("#f-inventory_type", "audio"), fill("#f-base_cpm", "12,50"))
			w.follow("form.draft button.primary")
			w.shows("h1", "Evening audio")
		})
		w.job("edit a product", func() {
			w.follow(`main a[href$="/edit"]`)
			w.run(fill("#f-description", "After eight"))
			w.follow("form.draft button.primary")
			w.shows("main", "After eight")
		})
		w.job("pause, retire, offer again", func() {
			w.click(`details:has([value=paused]) > summary`)
			w.follow(`details:has([value=paused]) button[value=paused]`)
			w.shows("h1 .status", "paused")
		})
		w.job("set the capacity of some days", func() {
			w.run(fill("#f-daily_impressions", "250,000"))
			w.follow(`form[action$="/capacity"] button`)
			w.follow(`button[value=commit]`)
			w.shows(".note", "250,000 a day")
		})

		begins := d.deal.Flight.Start
		month := wire.MonthText(seller.MonthOf(begins))
		w.visit("/reports")
		w.job("see what was booked, runs or was delivered in a month, by whom and by which PO", func() {
			w.follow(`main a[href="/console/finance"]`)
			w.run(fill("#f-month", month))
			w.choose("#f-by", "that run in the month")
			w.follow(`form[action="/console/finance"] button`)
			w.shows("main tbody", d.deal.ID)
		})
		w.job("see how full each product is, in another month", func() {
			w.follow(`nav.side [href="/console/inventory"]`)
			w.run(fill("#f-month", month))
			w.follow(`form.filters[action="/console/inventory"] button`)
			w.shows("main thead", "Unsold")
			w.comes(`location.search.includes("month=` + month + `")`)
		})
		w.job("find the deals that run in a period", func() {
			w.follow(`nav.side [href="/console/deals"]`)
			w.run(fill("#f-runs_from", begins.String()), fill("#f-runs_to", begins.String()))
			w.follow(`form.filters[action="/console/deals"] button`)
			w.shows("main tbody", d.deal.ProductName)
		})
		w.visit("/packages")
		w.job("make a package, or change one", func() {
			w.follow(`main a[href="/console/packages/new"]`)
			w.run(fill("#f-name", "Prime evenings"), fill("#f-products", "ctv-sports-live 0.7\nctv-news-evening"))
			w.follow(`form[action="/console/packages/new"] button.primary`)
			w.shows("main table", "Prime evenings")
		})

		w.visit("/deals/" + d.deal.ID)
		w.job("cancel a deal", func() {
			w.click("details.act:has(.danger) > summary")
			w.run(fill("#f-reason", "The campaign was called off"))
			w.follow(`details.act button.danger`)
			w.follow(`button[value=commit]`)
			w.shows("h1 .status", "cancelled")
		})
		w.visit("/keys/" + d.key.ID)
		w.job("revoke a key", func() {
			w.click("details.act:has(.danger) > summary")
			w.follow(`details.act button.danger`)
			w.follow(`button[value=commit]`)
			w.shows("main", "revoked")
		})
	})
}
