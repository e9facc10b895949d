package main_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"
)

// killedWhileWriting kills the process while it writes a deal's sheets: when it has claimed the deal, before a sheet is there, and when it is
// there and nobody has stored that. What keeps the process at that point is a pipe in the place of the file that it reads next. However
// that went, each revision has one sheet in the end, which the manifest lists as it is.
func (d *sending) killedWhileWriting(t *testing.T) {
	t.Helper()
	type deed struct {
		name  string
		do    func(activationID string)
		wants string // status
		rows  int    // of the sheets there are then
	}
	post := func(path string, body any) func(string) {
		return func(id string) { d.server.ask(t, 200, d.admin, "POST", "/api/v1/activations/"+id+"/"+path, body, nil) }
	}
	deeds := []deed{
		{"create", post("release", nil), "waiting", 1},
		{"pause", post("pause", map[string]any{"reason": "a test"}), "waiting", 2},
		{"end", post("withdraw", map[string]any{"reason": "a test"}), "withdrawing", 3},
	}
	for _, late := range []bool{false, true} { // whether the sheet is there when the process is killed
		dealID := d.bookOf(t, "open")
		id, _ := d.standing(t, dealID)
		var actions []string
		for i, deed := range deeds {
			held := fmt.Sprintf("%s_r%d.csv", dealID, i+1)
			if late {
				held = "manifest.csv"
			}
			actions = append(actions, deed.name)
			letGo := d.holdsAt(t, held, func() { deed.do(id) })
			d.server.kill(t)
			d.logs.WriteString(d.server.log.String())
			letGo()
			d.start(t)
			d.comesTo(t, dealID, deed.wants, func() bool { return len(d.sheets(t, dealID)) == deed.rows })
			if got := d.sheets(t, dealID); !slices.Equal(got, actions) {
				t.Errorf("killed at %s while it was to %s: the sheets are to %v, want %v", held, deed.name, got, actions)
			}
			if deed.wants == "waiting" {
				post("acknowledge", map[string]any{"ref": "line of " + dealID})(id)
			}
		}
	}
}

// holdsAt puts a pipe in the place of a file of the sheets' folder, and waits until the process reads it after something was done. letGo
// takes it away.
func (d *sending) holdsAt(t *testing.T, name string, do func()) (letGo func()) {
	t.Helper()
	path := filepath.Join(d.folder, "traffic", "sheets", name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o750), os.RemoveAll(path), syscall.Mkfifo(path, 0o600)); err != nil {
		t.Fatal(err)
	}
	do()
	beat := time.NewTicker(20 * time.Millisecond)
	defer beat.Stop()
	for giveUp := time.Now().Add(2 * time.Minute); ; <-beat.C {
		held, err := os.OpenFile(path, os.O_WRONLY|syscall.O_NONBLOCK, 0) // fails as long as nobody reads it
		if err == nil {
			return func() {
				if err := errors.Join(held.Close(), os.Remove(path)); err != nil {
					t.Fatal(err)
				}
			}
		}
		if time.Now().After(giveUp) {
			t.Fatalf("%s was never read: %v\n%s", name, err, d.server.log)
		}
	}
}

// sheets are the actions of a deal's sheets, by their revisions, each of which the manifest has to list with its SHA-256.
func (d *sending) sheets(t *testing.T, dealID string) (actions []string) {
	t.Helper()
	folder := filepath.Join(d.folder, "traffic", "sheets")
	manifest, err := os.ReadFile(filepath.Join(folder, "manifest.csv"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	for revision := 1; ; revision++ {
		name := fmt.Sprintf("%s_r%d.csv", dealID, revision)
		content, err := os.ReadFile(filepath.Join(folder, name))
		if errors.Is(err, os.ErrNotExist) {
			return actions
		}
		if err != nil {
			t.Fatal(err)
		}
		if row := fmt.Sprintf("\n%s,%s,%d,%x\n", name, dealID, revision, sha256.Sum256(content)); bytes.Count(manifest, []byte(row)) != 1 {
			return actions // it is being written
		}
		rows, err := csv.NewReader(bytes.NewReader(content)).ReadAll()
		if err != nil || len(rows) != 2 {
			t.Fatalf("%s has the rows %v, %v", name, rows, err)
		}
		actions = append(actions, rows[1][slices.Index(rows[0], "action")])
	}
}
