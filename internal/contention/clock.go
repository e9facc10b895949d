package main

import (
	"container/heap"
	"time"
)

// clock runs what is planned in the order of time, and of planning where times are equal.
type clock struct {
	now     time.Duration
	planned agenda
	count   int
}

type appointment struct {
	at    time.Duration
	order int
	do    func()
}

func (c *clock) after(d time.Duration, do func()) {
	c.count++
	heap.Push(&c.planned, appointment{c.now + d, c.count, do})
}

func (c *clock) run() {
	for len(c.planned) > 0 {
		next := heap.Pop(&c.planned).(appointment) //nolint:errcheck,forcetypeassert // the agenda holds nothing else
		c.now = next.at
		next.do()
	}
}

// agenda implements heap.Interface.
type agenda []appointment

func (a agenda) Len() int { return len(a) }
func (a agenda) Less(i, j int) bool {
	return a[i].at < a[j].at || a[i].at == a[j].at && a[i].order < a[j].order
}
func (a agenda) Swap(i, j int) { a[i], a[j] = a[j], a[i] }
func (a *agenda) Push(x any)   { *a = append(*a, x.(appointment)) } //nolint:errcheck,forcetypeassert // see run
func (a *agenda) Pop() any {
	last := (*a)[len(*a)-1]
	(*a)[len(*a)-1] = appointment{}
	*a = (*a)[:len(*a)-1]
	return last
}
