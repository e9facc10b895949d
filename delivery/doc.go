// Package delivery judges what a deal has delivered: how it keeps up with its plan, where it will come out, and, when it does
// not deliver, why. It counts in whole impressions and basis points, and estimates nothing that was not counted.
package delivery
