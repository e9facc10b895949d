package rest_test

import "testing"

// TestAnAccountsBusiness is of an agency that has booked, and of an account that nobody's key names.
func TestAnAccountsBusiness(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		dealID, _ := s.bookedDeal()
		agency := s.must(200, "GET", "/api/v1/accounts?kind=agency&search=agency-1", s.operator, nil).row("accounts", 0).word("account_id")
		found := s.must(200, "GET", "/api/v1/accounts/"+agency+"/business", s.operator, nil)
		if got := found.row("deals", 0).word("deal_id"); got != dealID {
			t.Errorf("its deal is %q, want %s: %s", got, dealID, found.text)
		}
		booked := found.row("booked", 0)
		if booked.word("deals") != "1" || booked.word("currency") != "USD" || booked.word("value") == "0" {
			t.Errorf("booked: %s", found.text)
		}
		if got := found.word("account.account_id"); got != agency {
			t.Errorf("it is of %q", got)
		}
		made := s.must(201, "POST", "/api/v1/accounts", s.operator, `{"kind": "agency", "name": "Nobody's yet", "code": "nobodys"}`)
		none := s.must(200, "GET", "/api/v1/accounts/"+made.word("account_id")+"/business", s.operator, nil)
		if none.word("key_count") != "0" || none.word("standing") != "active" {
			t.Errorf("of nobody: %s", none.text)
		}
		s.must(404, "GET", "/api/v1/accounts/acct-none/business", s.operator, nil)
		s.must(403, "GET", "/api/v1/accounts/"+agency+"/business", s.buyer, nil)
	})
}
