package storagetest

// proposal answers the id of a proposal that a deal can be made from.
func (f *fixture) proposal(string) string { return f.id("prop-") }
