package console

import (
	"net/url"
	"strings"

	"parley"
	"parley/activation"
	"parley/seller"
)

// repair is what a person does for an activation to go on: in words, with a page where it is done, or with a button.
type repair struct {
	Words   string
	Link    string // a page of the console; empty: none
	Label   string // of the link
	Retry   bool   // it is tried again after that, or by that alone
	Release bool
	Answer  bool // somebody says that it was done
}

// byHand tells whether a person has to do at a destination what it takes no call for, or to look there.
func byHand(a parley.Activation) bool {
	return a.Status == parley.ActivationFailed && a.Failure != nil &&
		(a.Failure.Code == activation.CannotChange || a.Failure.Code == activation.CannotLook)
}

// inWords is a field with what is wrong with it.
func inWords(field, text string) string { return strings.TrimSpace(fieldName(field) + " " + text) }

// failureWords are what went wrong, with the field that it is about in words.
func failureWords(f parley.ActivationFailure) string {
	if rest, is := strings.CutPrefix(f.Text, f.Field+" "); is && f.Field != "" {
		return inWords(f.Field, rest)
	}
	return f.Text
}

// repairOf says what a person does for an activation of a product's deal.
func repairOf(a parley.Activation, to parley.Destination, productID string, needs seller.ActivationNeed) repair {
	destination := root + "/destinations/" + url.PathEscape(to.ID)
	switch needs {
	case seller.NeedsRelease:
		return repair{Words: "Its trigger came. Look at what would be sent, then release it.", Release: true}
	case seller.NeedsAnswer:
		if a.Intent == parley.IntentEnd {
			return repair{Words: "End it there, then say so here.", Answer: true}
		}
		return repair{Words: "Set it up there as it was sent, then say here what it is called.", Answer: true}
	case seller.NeedsRevisit:
		return repair{Words: "A change of its destination could not be brought to it. That is tried again by itself; the log says why it was refused.", Retry: true}
	case seller.NeedsResume:
		return repair{
			Words: "The destination is paused: " + to.PausedBecause + ". Mend that, then resume it.", Link: destination, Label: "Go to the destination",
		}
	case seller.NeedsRepair:
	default:
		if a.Failure == nil || a.Failure.Class != parley.ClassCredentials {
			return repair{}
		}
	}
	failure := parley.ActivationFailure{}
	if a.Failure != nil {
		failure = *a.Failure
	}
	switch {
	case failure.Code == activation.CannotLook:
		return repair{
			Words: "The answer was lost, and the destination does not tell what it has. Look there: if it has the deal, say so here; " +
				"if it has not, try again.",
			Answer: true, Retry: true,
		}
	case byHand(a):
		return repair{Words: "The destination takes no call for this. Do it there by hand, then say so here.", Answer: true}
	case failure.Class == parley.ClassCredentials || failure.Field == "credential":
		return repair{Words: "Set another credential, then try again.", Link: destination + "#credential", Label: "Set the credential", Retry: true}
	case failure.Code == "mapping_missing" || strings.HasPrefix(failure.Field, "refs") || strings.HasPrefix(failure.Field, "mapping"):
		link := destination + "/mapping?" + url.Values{"about": {string(parley.MapsProduct)}, "name": {productID}}.Encode()
		return repair{Words: "Say what the product is called there, then try again.", Link: link, Label: "Map the product", Retry: true}
	case strings.HasPrefix(failure.Field, "settings") || failure.Field == "kind":
		return repair{Words: "Mend the destination's settings, then try again.", Link: destination + "#settings", Label: "Change the settings", Retry: true}
	case failure.Code == "seat_unknown":
		return repair{
			Words: "The buyer's seat is not known. Have the buyer name it, or let the destination take deals without one; then try again.",
			Link:  destination + "#settings", Label: "Change the settings", Retry: true,
		}
	case failure.Code == activation.Ambiguous:
		words := "There are several of it there. Remove all but one of them there, then try again."
		if len(activation.Candidates(&failure)) > 0 {
			words = "There are several of it there. Choose the one that is the deal's; or remove the others there, then try again."
		}
		return repair{Words: words, Retry: true}
	case failure.Code == "forecast_short":
		return repair{
			Words: "There is not enough inventory there for what was sold. Lower the deal by a change, allow overbooking in the destination's " +
				"settings, or sell another product; then try again.",
			Link: root + "/deals/" + url.PathEscape(a.DealID), Label: "Go to the deal", Retry: true,
		}
	case failure.Code == activation.BuyerRejected:
		return repair{
			Words: "The buyer's seats refused it. Settle that with the buyer, then try again; or change or cancel the deal.",
			Link:  root + "/deals/" + url.PathEscape(a.DealID), Label: "Go to the deal", Retry: true,
		}
	case failure.Class == parley.ClassGone:
		return repair{Words: "What was there is not any more. Trying again looks for it and makes it anew; or give it up.", Retry: true}
	case failure.Class == parley.ClassRefused:
		return repair{Words: "Mend what the destination says is wrong, then try again; or give it up.", Retry: true}
	}
	return repair{Words: "It did not answer for as long as you are patient. Try again when it does; or give it up.", Retry: true}
}

// repairButtons is what the buttons of a repair need.
type repairButtons struct {
	Page              page
	Repair            repair
	ID, DestinationID string
	Once              string
}

func repairing(p page, r repair, id, destinationID, once string) repairButtons {
	return repairButtons{p, r, id, destinationID, once}
}
