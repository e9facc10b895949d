package parley

import "slices"

// lifecycle is a state machine: which states may follow which. A state that is not a key is unknown; one with no
// successors is final.
type lifecycle[S ~string] map[S][]S

func (l lifecycle[S]) known(s S) bool { _, ok := l[s]; return ok }

func (l lifecycle[S]) allows(from, to S) bool { return slices.Contains(l[from], to) }

func (l lifecycle[S]) next(from S) []S { return slices.Clone(l[from]) }
