// Package console is the deal desk's page: what the publisher's people see and do in a browser.
//
// It is an edge over seller.Service, as the API is: a page is a call of a flow with the key that the person signed in
// with, so that what a page may do is what the service allows that key. Pages are rendered on the server and work without
// JavaScript; the one script keeps them up to date, shows times in the viewer's zone and listens to keys.
//
// # Sessions
//
// A session is a cookie: the API key, sealed with AES-GCM under Options.Secret, when it was last used, and a random
// identity that the tokens of its forms are derived from. The server keeps nothing of it, so that a restart, or another
// node with the same secret, goes on with it. Signing out removes the cookie; revoking the key ends every session with
// it at once.
//
// # What a form may do
//
// A form that changes something carries the session's token, and an idempotency key of its own, so that sending it twice
// does it once. A request that a browser marks as another site's is refused before either is looked at.
package console
