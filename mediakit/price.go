// Package mediakit says what a package of products costs, how a volume is shared among its products, and which packages
// answer a search. It is pure: the same input has the same answer, in the same order.
package mediakit

import (
	"math/big"

	"parley"
)

// Part is a product's price in a package.
type Part struct {
	CPM    int64              // micros, from 0 to parley.MaxCPM
	Weight parley.BasisPoints // above 0
}

// Blend is the CPM of a package in micros: the mean of its products' prices by their weights, rounded half up to unit,
// which is the currency's minor unit in micros. It is what a volume costs per thousand when Split shares it. Without parts
// it is 0.
func Blend(parts []Part, unit int64) int64 {
	sum, weights := new(big.Int), new(big.Int)
	for _, part := range parts {
		weight := big.NewInt(int64(part.Weight))
		weights.Add(weights, weight)
		sum.Add(sum, new(big.Int).Mul(big.NewInt(part.CPM), weight))
	}
	if weights.Sign() == 0 {
		return 0
	}
	// Twice the quotient in units, plus one, halved: half up.
	weights.Mul(weights, big.NewInt(unit))
	sum.Mul(sum, big.NewInt(2)).Add(sum, weights)
	return sum.Quo(sum, weights.Mul(weights, big.NewInt(2))).Int64() * unit
}

// Split shares impressions among products by their weights. Every share is the exact one rounded down or up; what is left
// over after rounding down goes to the first, one impression each.
func Split(impressions int64, weights []parley.BasisPoints) []int64 {
	total := new(big.Int)
	for _, w := range weights {
		total.Add(total, big.NewInt(int64(w)))
	}
	shares, left := make([]int64, len(weights)), impressions
	if total.Sign() == 0 {
		return shares
	}
	for i, w := range weights {
		share := new(big.Int).Mul(big.NewInt(impressions), big.NewInt(int64(w)))
		shares[i] = share.Quo(share, total).Int64()
		left -= shares[i]
	}
	for i := range shares[:left] {
		shares[i]++
	}
	return shares
}
