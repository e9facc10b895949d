// Package racedetector tells tests whether the race detector watches them, which makes everything several times slower, and leaves
// what it has nothing to see in to a run without it.
package racedetector
