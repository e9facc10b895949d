// Package vault keeps the credentials that destinations are used with: sealed under a key that the database does not have, or as a
// reference to where this machine has them. What it answers of a credential for people is a mark.
package vault
