// Package document holds what a buyer reads of the API's own dialect: quotes, deals, orders, and what else is answered, as plain
// types. Package wire writes them, and the client reads them, from the same members. The shared contract's are in package contract.
package document
