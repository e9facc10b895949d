// Package webhook delivers events to addresses that their readers named, in the way of Standard Webhooks 1.0: signed with a
// key that the receiver knows, and each under the id of its event, by which a repetition is recognized.
//
// Couriers deliver on one node at a time, a round for each webhook: they ask package seller what is due, send it in order, and
// have seller store how far the webhook has come. What an address refuses is tried again after a wait that grows, until the
// patience with it ends.
package webhook
