package parley_test

import (
	"testing"

	"parley"
)

func TestNoCellIsAFormula(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]string{
		"": "", " ": " ", "Evening": "Evening", "a=b": "a=b", "20.50": "20.50", "'=1": "''=1", "'til": "'til",
		"=1": "'=1", "+1": "'+1", "-1": "'-1", "@x": "'@x", "\tx": "'\tx", "\rx": "'\rx", "\nx": "'\nx",
		" =1": "' =1", "  \t+1": "'  \t+1", "\u00a0=1": "'\u00a0=1", "\u2003@x": "'\u2003@x", "\ufeff=1": "'\ufeff=1",
		"\u200b-1": "'\u200b-1", "\x00=1": "'\x00=1", "\u0301=1": "'\u0301=1",
		"＝1": "'＝1", "＋1": "'＋1", "－1": "'－1", "＠x": "'＠x", " ＝1": "' ＝1", "−1": "'−1", "﹦1": "'﹦1",
	} {
		if got := parley.InertCell(cell); got != want {
			t.Errorf("%q becomes %q, want %q", cell, got, want)
		}
		if back := parley.CellText(want); back != cell {
			t.Errorf("%q is read back as %q, want %q", want, back, cell)
		}
	}
}
