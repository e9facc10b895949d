package admanager

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"parley"
	"parley/activation"
	"parley/activation/remote"
)

// The statuses that something follows from.
const (
	statusDraft      = "DRAFT"
	statusPending    = "PENDING_APPROVAL"
	statusApproved   = "APPROVED"
	statusInactive   = "INACTIVE"
	statusReady      = "READY"
	statusDelivering = "DELIVERING"
	statusExtended   = "DELIVERY_EXTENDED"
	statusPaused     = "PAUSED"
	statusReleased   = "PAUSED_INVENTORY_RELEASED"
	statusCompleted  = "COMPLETED"
	statusRefused    = "DISAPPROVED"
	statusCanceled   = "CANCELED"
)

// byHand is the name of a line item that somebody has to make, since the network does not let programs do that.
const byHand = activation.ByHand

func handedOver(ref string) bool { return strings.HasPrefix(ref, byHand) }

// Create implements activation.Adapter.
func (a *Adapter) Create(ctx context.Context, account activation.Account, step activation.Step) (string, error) {
	n, err := a.open(account)
	if err != nil {
		return "", err
	}
	switch step.Name {
	case stepAdvertiser:
		return n.createAdvertiser(ctx, step)
	case stepOrder:
		return n.createOrder(ctx, step)
	case stepDealValue:
		return n.createValue(ctx, step)
	case stepLineItem:
		return n.createLineItem(ctx, step)
	case stepApprove:
		return n.approve(ctx, step)
	case stepAuction:
		wanted, err := take[privateAuction](step)
		if err != nil {
			return "", err
		}
		var made privateAuction
		err = n.post(ctx, "privateAuctions", wanted, &made)
		return n.madeAs("privateAuctions", made.Name, err)
	case stepAuctionDeal:
		return n.createAuctionDeal(ctx, step)
	}
	return "", remote.Refused("invalid", "there is no step "+step.Name)
}

// madeAs is the name of what was made. What has another name, or none, may have been made.
func (n network) madeAs(collection, name string, err error) (string, error) {
	if err != nil {
		return "", err
	}
	if !n.ours(collection, name) {
		return "", remote.Unread("the answer does not name what was made", true)
	}
	return name, nil
}

func (n network) createAdvertiser(ctx context.Context, step activation.Step) (string, error) {
	if !n.CreateAdvertisers {
		return "", &activation.Error{
			Class: parley.ClassRefused, Code: "mapping_missing", Field: "advertiser",
			Text: "no company in Ad Manager has the advertiser's name: map the advertiser, or let the destination create advertisers",
		}
	}
	wanted, err := take[company](step)
	if err != nil {
		return "", err
	}
	var made company
	err = n.post(ctx, "companies", wanted, &made)
	return n.madeAs("companies", made.Name, err)
}

// known is a name that a body has by now; empty: the step that it is of was not taken.
func known(name any) string {
	text, _ := name.(string)
	return text
}

var errNotTaken = remote.Refused("invalid", "an earlier step was not taken")

func (n network) createOrder(ctx context.Context, step activation.Step) (string, error) {
	wanted, err := take[order](step)
	if err != nil {
		return "", err
	}
	if known(wanted.Advertiser) == "" {
		return "", errNotTaken
	}
	return n.createOne(ctx, "orders", "order", wanted)
}

// createOne makes one thing of a collection that is made many at a time, and answers its name.
func (n network) createOne(ctx context.Context, collection, what string, wanted any) (string, error) {
	var made map[string]json.RawMessage
	one := map[string]any{"parent": "networks/" + n.Network, what: wanted}
	if err := n.post(ctx, collection+":batchCreate", map[string]any{"requests": []any{one}}, &made); err != nil {
		return "", err
	}
	var named []struct {
		Name string `json:"name"`
	}
	if json.Unmarshal(made[collection], &named) != nil || len(named) != 1 {
		return n.madeAs(collection, "", nil)
	}
	return n.madeAs(collection, named[0].Name, nil)
}

func (n network) createValue(ctx context.Context, step activation.Step) (string, error) {
	wanted, err := take[keyValue](step)
	if err != nil {
		return "", err
	}
	return n.createOne(ctx, "customTargetingValues", "customTargetingValue", wanted)
}

// createLineItem makes the line item. A network may not let programs make any: then somebody makes it, as the plan has it.
func (n network) createLineItem(ctx context.Context, step activation.Step) (string, error) {
	wanted, err := take[lineItem](step)
	if err != nil {
		return "", err
	}
	if known(wanted.Order) == "" {
		return "", errNotTaken
	}
	if err := n.notEverywhere(ctx, wanted.Targeting); err != nil {
		return "", err
	}
	if err := n.startable(&wanted.StartTime, wanted.TargetEndTime); err != nil {
		return "", err
	}
	var made lineItem
	err = n.post(ctx, "lineItems", wanted, &made)
	if err != nil && n.notOpen(ctx, activation.Failure(err).Code) {
		return byHand + step.Anchor, nil
	}
	return n.madeAs("lineItems", made.Name, err)
}

// notOpen tells whether a code is that of something that the network does not let programs do.
func (n network) notOpen(ctx context.Context, code string) bool {
	return code == "not_found" || code == "not_open" || code == "forbidden" && n.mayRead(ctx)
}

// mayRead tells whether the account can still use the network: what it may not do is then that one thing.
func (n network) mayRead(ctx context.Context) bool {
	var seen networkInfo
	return n.get(ctx, "networks/"+n.Network, &seen) == nil
}

// networkInfo is what is read of a network.
type networkInfo struct {
	DisplayName string   `json:"displayName"`
	TimeZone    string   `json:"timeZone"`
	Currency    string   `json:"currencyCode"`
	Secondary   []string `json:"secondaryCurrencyCodes"`
	Root        string   `json:"effectiveRootAdUnit"`
}

// notEverywhere keeps a deal from running in all of the network, unless the destination is for that.
func (n network) notEverywhere(ctx context.Context, wanted targeting) error {
	if n.AllowRootAdUnit || len(wanted.Inventory.AdUnits) == 0 {
		return nil
	}
	var seen networkInfo
	if err := n.get(ctx, "networks/"+n.Network, &seen); err != nil {
		return err
	}
	for _, unit := range wanted.Inventory.AdUnits {
		if lastOf(unit.Name) == lastOf(seen.Root) {
			return &activation.Error{
				Class: parley.ClassRefused, Code: "invalid", Field: "product refs.ad_units",
				Text: "the product is mapped to the network's root ad unit, which is everything; the destination does not allow that",
			}
		}
	}
	return nil
}

// lastOf is the id at the end of a name.
func lastOf(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }

func (n network) approve(ctx context.Context, step activation.Step) (string, error) {
	wanted, err := take[struct {
		Order any `json:"order"`
	}](step)
	if err != nil {
		return "", err
	}
	name := known(wanted.Order)
	if name == "" {
		return "", errNotTaken
	}
	var present order
	if err := n.get(ctx, name, &present); err != nil {
		return "", err
	}
	if present.Status == statusApproved {
		return name, nil
	}
	body := map[string]any{"names": []string{name}}
	if n.SkipInventoryCheck {
		body["skipInventoryCheck"] = true
	}
	verb := "batchApprove"
	if n.AllowOverbook {
		verb = "batchApproveAndOverbook"
	}
	return name, n.post(ctx, "orders:"+verb, body, nil)
}

func (n network) createAuctionDeal(ctx context.Context, step activation.Step) (string, error) {
	wanted, err := take[auctionDeal](step)
	if err != nil {
		return "", err
	}
	if known(wanted.PrivateAuction) == "" {
		return "", errNotTaken
	}
	if err := n.notEverywhere(ctx, wanted.Targeting); err != nil {
		return "", err
	}
	wanted.PrivateAuction = lastOf(known(wanted.PrivateAuction))
	if err := n.startable(&wanted.StartTime, wanted.EndTime); err != nil {
		return "", err
	}
	var made auctionDeal
	err = n.post(ctx, "privateAuctionDeals", wanted, &made)
	return n.madeAs("privateAuctionDeals", made.Name, err)
}

// Update implements activation.Adapter.
func (a *Adapter) Update(ctx context.Context, account activation.Account, ref string, step activation.Step) (string, error) {
	n, err := a.open(account)
	if err != nil {
		return "", err
	}
	switch step.Name {
	case stepAdvertiser:
		return ref, nil // it has nothing but its name
	case stepOrder:
		return ref, n.updateOrder(ctx, ref, step)
	case stepDealValue:
		return ref, n.updateValue(ctx, ref)
	case stepLineItem:
		return n.updateLineItem(ctx, ref, step)
	case stepApprove:
		return n.approve(ctx, step)
	case stepAuction:
		wanted, err := take[privateAuction](step)
		if err != nil {
			return "", err
		}
		return ref, n.patch(ctx, ref, wanted, "displayName")
	case stepAuctionDeal:
		return ref, n.updateAuctionDeal(ctx, ref, step)
	}
	return "", remote.Refused("invalid", "there is no step "+step.Name)
}

// patch changes some members of a resource; those of them that the body leaves out are emptied.
func (n network) patch(ctx context.Context, name string, body any, mask ...string) error {
	err := n.call(ctx, http.MethodPatch, name, url.Values{"updateMask": {strings.Join(mask, ",")}}, body, nil)
	if err != nil && activation.Failure(err).Code == "not_found" {
		return &activation.Error{Class: parley.ClassGone, Code: "missing", Text: name + " is not there any more"}
	}
	return err
}

func (n network) updateOrder(ctx context.Context, ref string, step activation.Step) error {
	wanted, err := take[order](step)
	if err != nil {
		return err
	}
	if known(wanted.Advertiser) == "" {
		return errNotTaken
	}
	var present order
	if err := n.get(ctx, ref, &present); err != nil {
		return err
	}
	if present.Archived { // it had ended, and begins anew
		if err := n.act(ctx, "orders", "batchUnarchive", ref); err != nil {
			return err
		}
	}
	wanted.Name = ref
	const mask = "displayName,advertiser,agency,trafficker,salesperson,notes"
	return n.post(ctx, "orders:batchUpdate", map[string]any{"requests": []any{map[string]any{"order": wanted, "updateMask": mask}}}, nil)
}

func (n network) updateValue(ctx context.Context, ref string) error {
	var present keyValue
	if err := n.get(ctx, ref, &present); err != nil {
		return err
	}
	if present.Status != statusInactive {
		return nil
	}
	return n.post(ctx, "customTargetingValues:batchActivate", map[string]any{"requests": []any{map[string]any{"name": ref}}}, nil)
}

func (n network) updateLineItem(ctx context.Context, ref string, step activation.Step) (string, error) {
	present, err := n.present(ctx, ref, step.Anchor)
	if err != nil || present.Name == "" {
		return ref, err
	}
	return present.Name, n.changeLineItem(ctx, present, step, "")
}

// present is the line item of a name as it is; without a name where somebody has to make it, and has not.
func (n network) present(ctx context.Context, ref, dealID string) (present lineItem, err error) {
	if handedOver(ref) {
		found, err := n.lineItems(ctx, dealID)
		if err != nil || len(found) == 0 {
			return present, err
		}
		if len(found) > 1 {
			return present, severalLines(found)
		}
		return found[0], nil
	}
	return present, n.get(ctx, ref, &present)
}

// changeLineItem brings a line item to what the step says. mark ends the notes of one that is to rest; empty: it is to run.
func (n network) changeLineItem(ctx context.Context, present lineItem, step activation.Step, mark string) error {
	wanted, err := take[lineItem](step)
	if err != nil {
		return err
	}
	wanted.Notes = marked(wanted.Notes, mark)
	if known(wanted.Order) != known(present.Order) {
		return remote.Refused(activation.CannotChange, "the line item is in another order, "+known(present.Order)+": move it by hand, then acknowledge")
	}
	if err := n.notEverywhere(ctx, wanted.Targeting); err != nil {
		return err
	}
	if mark == "" {
		if err := n.revive(ctx, present); err != nil {
			return err
		}
	}
	mask := []string{
		"displayName", "targetEndTime", "lineItemType", "priority", "rate", "goal", "contractedUnitsBought", "environmentType",
		"maxVideoCreativeDuration", "creativePlaceholders", "targeting", "notes",
	}
	if wanted.Priority == 0 { // it keeps the one that its type has
		mask = append(mask[:3], mask[4:]...)
	}
	if wanted.AllowOverbook {
		mask = append(mask, "allowOverbook")
	}
	if wanted.SkipCheck {
		mask = append(mask, "skipInventoryCheck")
	}
	if n.restartable(&wanted.StartTime, present.StartTime) {
		mask = append(mask, "startTime")
	}
	wanted.Name, wanted.Order, wanted.ExternalID = present.Name, nil, ""
	return n.patch(ctx, present.Name, linePatch{lineItem: wanted}, mask...)
}

// Pause implements activation.Adapter. What else there is of the deal stays as of one that runs.
func (a *Adapter) Pause(ctx context.Context, account activation.Account, ref string, step activation.Step) (string, error) {
	switch step.Name {
	case stepLineItem:
	case stepAuctionDeal:
		return "", remote.Refused(activation.CannotChange, "Ad Manager takes no call to pause a private auction's deal: pause "+lastOf(ref)+
			" by hand, then acknowledge")
	default:
		return a.Update(ctx, account, ref, step)
	}
	n, err := a.open(account)
	if err != nil {
		return "", err
	}
	present, err := n.present(ctx, ref, step.Anchor)
	if err != nil || present.Name == "" {
		return ref, err
	}
	return present.Name, n.pauseLineItem(ctx, present, step)
}

// pauseLineItem pauses what can run. What somebody else has paused is not marked: nobody here has it run again.
func (n network) pauseLineItem(ctx context.Context, present lineItem, step activation.Step) error {
	if present.Archived {
		return nil // how it stands tells so
	}
	switch {
	case present.Status == statusDraft || present.Status == statusPending:
		return remote.Refused(activation.CannotChange,
			"Ad Manager pauses no line item that is not approved: see that nobody approves it, then acknowledge")
	case !present.rests():
		if err := n.changeLineItem(ctx, present, step, pausedMark); err != nil {
			return err
		}
		return n.act(ctx, "lineItems", "batchPause", present.Name)
	}
	mark := ""
	if strings.HasSuffix(present.Notes, pausedMark) {
		mark = pausedMark
	}
	return n.changeLineItem(ctx, present, step, mark)
}

// marked are notes that end with a mark.
func marked(notes, mark string) string {
	letters := []rune(notes)
	return string(letters[:min(len(letters), mostNotes-len(mark))]) + mark
}

// revive has a line item that Parley ended or paused run again. What somebody else has paused stays so.
func (n network) revive(ctx context.Context, present lineItem) error {
	if present.Archived {
		if err := n.act(ctx, "lineItems", "batchUnarchive", present.Name); err != nil {
			return err
		}
	}
	if present.Status == statusPaused && (strings.HasSuffix(present.Notes, endedMark) || strings.HasSuffix(present.Notes, pausedMark)) {
		return n.act(ctx, "lineItems", "batchResume", present.Name)
	}
	return nil
}

// linePatch is a line item without what cannot be changed.
type linePatch struct {
	lineItem
	Order      any `json:"order,omitempty"`
	ExternalID any `json:"externalLineItemId,omitempty"`
}

func severalLines(found []lineItem) error {
	names := ""
	for _, l := range found {
		names += " " + l.Name
	}
	return remote.Refused(activation.Ambiguous, "there are several line items of the deal:"+names)
}

func (n network) updateAuctionDeal(ctx context.Context, ref string, step activation.Step) error {
	wanted, err := take[auctionDeal](step)
	if err != nil {
		return err
	}
	var present auctionDeal
	if err := n.get(ctx, ref, &present); err != nil {
		return err
	}
	if present.BuyerAccount != wanted.BuyerAccount {
		return remote.Refused(activation.CannotChange, "the deal is for another buyer, "+present.BuyerAccount+": change it by hand, then acknowledge")
	}
	if err := n.notEverywhere(ctx, wanted.Targeting); err != nil {
		return err
	}
	mask := []string{"targeting", "endTime", "floorPrice", "creativeSizes"}
	if n.restartable(&wanted.StartTime, present.StartTime) {
		mask = append(mask, "startTime")
	}
	return n.patch(ctx, ref, dealPatch{auctionDeal: wanted}, mask...)
}

// dealPatch is a private auction's deal without what cannot be changed.
type dealPatch struct {
	auctionDeal
	PrivateAuction any `json:"privateAuctionId,omitempty"`
	BuyerAccount   any `json:"buyerAccountId,omitempty"`
}

// End implements activation.Adapter. What is gone, or was archived by somebody, has ended.
func (a *Adapter) End(ctx context.Context, account activation.Account, ref string, step activation.Step) (string, error) {
	n, err := a.open(account)
	if err != nil {
		return "", err
	}
	switch step.Name {
	case stepOrder:
		err = n.endOrder(ctx, ref, step.Anchor)
	case stepLineItem:
		err = n.endLineItem(ctx, ref, step.Anchor)
	case stepAuctionDeal:
		err = n.endAuctionDeal(ctx, ref)
	}
	if err != nil && activation.Failure(err).Class == parley.ClassGone {
		err = nil
	}
	return ref, err
}

// endOrder archives the order, unless somebody has put another line item into it.
func (n network) endOrder(ctx context.Context, ref, dealID string) error {
	var present order
	if err := n.get(ctx, ref, &present); err != nil || present.Archived {
		return err
	}
	held, err := list[lineItem](ctx, n, "lineItems", is("order", ref))
	if err != nil {
		return err
	}
	for _, l := range held {
		if known(l.Order) == ref && l.ExternalID != dealID && !l.Archived {
			return nil
		}
	}
	return n.act(ctx, "orders", "batchArchive", ref)
}

// These end the notes of a line item that Parley paused, by which it is told from one that somebody else did.
const (
	endedMark  = " Ended by Parley."
	pausedMark = " Paused by Parley."
)

// endLineItem pauses the line item; one that cannot run yet is archived, so that nobody's approval has it run.
func (n network) endLineItem(ctx context.Context, ref, dealID string) error {
	present, err := n.present(ctx, ref, dealID)
	if err != nil || present.Name == "" || present.Archived {
		return err
	}
	ref = present.Name
	switch {
	case present.Status == statusDraft || present.Status == statusPending:
		return n.act(ctx, "lineItems", "batchArchive", ref)
	case present.rests():
		return nil
	}
	if !strings.HasSuffix(present.Notes, endedMark) {
		if err := n.patch(ctx, ref, map[string]string{"notes": marked(present.Notes, endedMark)}, "notes"); err != nil {
			return err
		}
	}
	return n.act(ctx, "lineItems", "batchPause", ref)
}

// endAuctionDeal has a deal that runs end within two minutes. The API has no word for calling one off that has not begun.
func (n network) endAuctionDeal(ctx context.Context, ref string) error {
	var present auctionDeal
	if err := n.get(ctx, ref, &present); err != nil {
		return err
	}
	if present.Archived || present.Status == statusCanceled || n.begun(present.EndTime) {
		return nil
	}
	if present.StartTime != "" && !n.begun(present.StartTime) {
		return remote.Refused(activation.CannotChange, "Ad Manager takes no call to call off a private auction's deal that has not begun: archive "+
			lastOf(ref)+" by hand, then acknowledge")
	}
	ends := n.clock().UTC().Truncate(time.Minute).Add(2 * time.Minute)
	return n.patch(ctx, ref, map[string]string{"endTime": stamp(ends)}, "endTime")
}
