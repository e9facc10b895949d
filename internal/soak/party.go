package main

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
)

// party is a program that trades, a buyer's or the deal desk's, with its own source of chance.
type party struct {
	number int
	key    string

	mu     sync.Mutex
	random *rand.Rand
	made   int
}

func newParty(number int, key string, seed uint64) *party {
	return &party{number: number, key: key, random: rand.New(rand.NewPCG(seed, uint64(number)))}
}

// pick draws from 0 to n-1.
func (p *party) pick(n int) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.random.IntN(n)
}

// pause waits for a random time.
func (p *party) pause(least, most time.Duration) {
	time.Sleep(least + time.Duration(p.pick(int(most-least))))
}

// idempotencyKey is one that the party has not used, in this run or another of the same seed.
func (p *party) idempotencyKey(what string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.made++
	return fmt.Sprintf("%s-%d-%d-%016x", what, p.number, p.made, p.random.Uint64())
}
