// Package document holds what a buyer sends and reads in the API's own dialect: requests for quotes, bookings, orders, and what is
// answered to them, as plain types. Package wire reads and writes them, and the client writes and reads them, by the same members. The
// shared contract's are in package contract.
package document
