package parley

import "strings"

// Nearest is the name among known that a misspelt one most likely stands for; "" when none is near.
func Nearest(name string, known []string) string {
	const longest = 64 // the distance takes the square of it
	if len(name) > longest {
		return ""
	}
	best, least := "", len(name)/3+1
	for _, candidate := range known {
		if len(candidate) > longest {
			continue
		}
		if d := Distance([]byte(strings.ToLower(name)), []byte(strings.ToLower(candidate))); d <= least && (best == "" || d < least) {
			best, least = candidate, d
		}
	}
	return best
}

// Distance is how many letters have to be put in, left out, replaced or swapped with the next one to make b of a.
func Distance[L comparable](a, b []L) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
