package parley

// Person is one of the publisher's people as an OpenID Connect provider tells who they are and what they may do here.
type Person struct {
	Issuer  string // of the provider
	Subject string // as the provider knows them; never another's
	Name    string
	Scopes  []Scope // sorted; none: they may not sign in
}
