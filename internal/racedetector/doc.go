// Package racedetector tells tests whether the race detector watches them, which makes everything several times slower: what is
// counted in many thousands then takes fewer.
package racedetector
