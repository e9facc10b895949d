package wire

// Carrier is a body with documents that are kept for callers with a key alone.
type Carrier interface{ Documents() []string }
