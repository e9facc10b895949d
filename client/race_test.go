//go:build race

package client_test

// raceDetector tells that the tests run under it, several times slower.
const raceDetector = true
