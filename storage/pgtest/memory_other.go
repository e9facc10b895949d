//go:build !linux

package pgtest

// memoryFolder is a folder whose files stay in memory: none that is known of here.
func memoryFolder() string { return "" }
