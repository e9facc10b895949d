package wire

import (
	"parley"
	"parley/seller"
)

// View is who writes a document, and for whom.
type View struct {
	Settings seller.Settings
	Caller   parley.Principal
}
