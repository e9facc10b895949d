package wire

import (
	"context"

	"parley/seller"
	"parley/wire/contract"
)

// Findings is what a text leads to.
type Findings struct {
	Found      []Found `json:"found" doc:"At most 8 of each kind."`
	TotalCount int     `json:"total_count"`
	Instead    *string `json:"searched_instead" doc:"What was looked for, where the text as it was typed led to nothing; null: the text itself."`
}

// Found is something that a text leads to.
type Found struct {
	Kind  seller.FoundKind `json:"kind" enum:"deal,paperwork,account,product,buyer,agent,quote" doc:"paperwork is a deal, found by its purchase order, a label or the note; buyer is a buyer's key."`
	ID    string           `json:"id"`
	Title string           `json:"title"`
	Note  string           `json:"note"`
}

// FindingsOf writes what a text leads to.
func FindingsOf(_ View, f seller.Findings) Findings {
	rendered := Findings{Found: []Found{}, TotalCount: len(f.Found), Instead: contract.Optional(f.Instead)}
	for _, found := range f.Found {
		rendered.Found = append(rendered.Found, Found(found))
	}
	return rendered
}

// FindQuestion is what is looked for.
type FindQuestion struct {
	Text string `query:"q" maxLength:"200" doc:"Words, or beginnings of words; a slip of typing is forgiven."`
}

// GetFindings finds what a text leads to.
var GetFindings = Question[FindQuestion, seller.Findings, Findings]{
	Find: func(ctx context.Context, x *Exchange, q FindQuestion) (seller.Findings, error) {
		return x.Service.Find(ctx, x.Call, q.Text)
	},
	Render: FindingsOf,
}
