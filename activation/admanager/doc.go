// Package admanager is the adapter of destinations in Google Ad Manager, by its REST API v1. In the mode header_bidding a deal is
// an order with one line item, which a bid with the deal's id meets by a key-value; in the mode private_auction it is a private
// auction with one buyer. Everything is found again by the deal's id, which Ad Manager keeps in fields that can be filtered by.
package admanager
