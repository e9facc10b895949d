package filedrop

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"parley"
	"parley/activation"
)

// Kind is the kind of destination that this package is for.
const Kind = "file_drop"

// Adapter writes sheets. It is safe for concurrent use.
type Adapter struct {
	root string
	kept string     // a folder of the root that is somebody else's; empty: none is
	mu   sync.Mutex // held while the files of a folder are written
}

// New makes an adapter that writes below a folder, the process's traffic folder; empty: there is none, and nothing is
// written.
func New(root string) *Adapter { return &Adapter{root: root} }

// Beside makes an adapter that keeps out of a folder of the root, in which somebody else writes.
func Beside(root, folder string) *Adapter { return &Adapter{root: root, kept: folder} }

// Kind implements activation.Adapter.
func (a *Adapter) Kind() string { return Kind }

// Validate implements activation.Adapter.
func (a *Adapter) Validate(settings json.RawMessage) []activation.Problem {
	read, problems := read(settings)
	if first, _, _ := strings.Cut(read.Folder, "/"); a.kept != "" && strings.EqualFold(first, a.kept) {
		problems = append(problems, activation.Problem{
			Code: "invalid", Field: "settings.folder", Text: "must not be in " + a.kept + ", where sheets of the test world are written",
		})
	}
	return append(problems, a.closed()...)
}

func (a *Adapter) closed() []activation.Problem {
	if a.root != "" {
		return nil
	}
	return []activation.Problem{{Code: "invalid", Field: "kind", Text: "needs the setting traffic-folder, below which files are written: name it to this program too, in PARLEY_TRAFFIC_FOLDER"}}
}

// Place implements activation.Adapter: the folder, since sheets are called by their deal alone. Some systems do not tell capitals
// in names apart.
func (a *Adapter) Place(settings json.RawMessage) string {
	read, _ := read(settings)
	return "folder " + strings.ToLower(read.Folder)
}

const step = "sheet"

// Plan implements activation.Adapter.
func (a *Adapter) Plan(want activation.Want) (activation.Plan, []activation.Problem) {
	_, problems := read(want.Settings)
	problems = append(problems, a.closed()...)
	if !safeID.MatchString(want.Deal.ID) {
		problems = append(problems, activation.Problem{Code: "invalid", Field: "deal_id", Text: "must be letters, digits and dashes"})
	}
	if len(problems) > 0 {
		return activation.Plan{}, problems
	}
	body := sheetOf(want)
	if err := body.mapped(want); err != nil {
		return activation.Plan{}, []activation.Problem{{Code: "invalid", Field: "mapping", Text: err.Error()}}
	}
	only, err := activation.NewStep(step, want.Deal.ID, want.Intent, true, body)
	if err != nil {
		return activation.Plan{}, []activation.Problem{{Code: "invalid", Text: err.Error()}}
	}
	only.There = want.There
	return activation.Plan{Intent: want.Intent, Steps: []activation.Step{only}}, nil
}

// Sheet implements activation.Sheeter. It needs no folder.
func (a *Adapter) Sheet(want activation.Want) (name string, csv []byte, problems []activation.Problem) {
	settings, problems := read(want.Settings)
	if !safeID.MatchString(want.Deal.ID) {
		problems = append(problems, activation.Problem{Code: "invalid", Field: "deal_id", Text: "must be letters, digits and dashes"})
	}
	if len(problems) > 0 {
		return "", nil, problems
	}
	body := sheetOf(want)
	err := body.mapped(want)
	if err == nil {
		settings.Format = CSV
		var written []file
		if written, err = body.files(settings, actionOf(want)); err == nil {
			return written[0].name, written[0].content, nil
		}
	}
	return "", nil, []activation.Problem{{Code: "invalid", Field: "mapping", Text: err.Error()}}
}

// actionOf is what the sheet of a want asks to be done.
func actionOf(want activation.Want) Action {
	switch want.Intent {
	case parley.IntentPause:
		return ActionPause
	case parley.IntentEnd:
		return ActionEnd
	case parley.IntentRun:
	}
	if want.There {
		return ActionChange
	}
	return ActionCreate
}

// Check implements activation.Adapter.
func (a *Adapter) Check(_ context.Context, account activation.Account) []activation.Finding {
	settings, problems := read(account.Settings)
	var findings []activation.Finding
	for _, p := range append(problems, a.closed()...) {
		findings = append(findings, activation.Finding{Problem: true, Field: p.Field, Text: p.Text})
	}
	if len(findings) > 0 {
		return findings
	}
	info, err := a.stat(settings.Folder)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return []activation.Finding{{Field: "settings.folder", Text: "is not there yet; the first sheet makes it"}}
	case err != nil || !info.IsDir():
		return []activation.Finding{{Problem: true, Field: "settings.folder", Text: "is no folder that can be read"}}
	}
	return nil
}

// stat looks at a folder as sheets are written: never outside the root, wherever a link leads.
func (a *Adapter) stat(folder string) (fs.FileInfo, error) {
	root, err := os.OpenRoot(a.root)
	if err != nil {
		return nil, err
	}
	info, err := root.Stat(filepath.FromSlash(folder))
	return info, errors.Join(err, root.Close())
}

// Look implements activation.Adapter. It finds the newest sheet of the deal up to the revision that is wanted.
func (a *Adapter) Look(_ context.Context, account activation.Account, wanted activation.Step) (found []activation.Remote, err error) {
	settings, body, err := a.take(account, wanted)
	if err != nil {
		return nil, err
	}
	err = within(a.root, settings.Folder, func(at *os.Root) error {
		present, err := names(at)
		if err != nil {
			return err
		}
		mine := revisionOf(wanted.Anchor, body.base()+".csv")
		newest := int64(0)
		for _, name := range present {
			if revision := revisionOf(wanted.Anchor, name); revision <= mine {
				newest = max(newest, revision)
			}
		}
		if newest == 0 {
			return nil
		}
		there := sheet{"deal_id": body["deal_id"], "revision": strconv.FormatInt(newest, 10)}
		remote := activation.Remote{Ref: there.base()}
		if newest == mine && holds(at, settings, body) {
			remote.Hash = wanted.Hash
		}
		found = []activation.Remote{remote}
		return nil
	})
	return found, failed(err)
}

// holds tells whether a sheet is there, with whichever action, and listed: a process that died between the two has not done it.
func holds(at *os.Root, settings Settings, body sheet) bool {
	rows := listed(at)
	for _, action := range []Action{ActionCreate, ActionChange, ActionPause, ActionEnd} {
		files, err := body.files(settings, action)
		same := err == nil
		for _, f := range files {
			there, err := at.ReadFile(f.name)
			row, is := rows[f.name]
			same = same && err == nil && bytes.Equal(there, f.content) && is && row[3] == sumOf(f.content)
		}
		if same {
			return true
		}
	}
	return false
}

// Create implements activation.Adapter.
func (a *Adapter) Create(_ context.Context, account activation.Account, wanted activation.Step) (string, error) {
	return a.drop(account, wanted, ActionCreate)
}

// Update implements activation.Adapter. What a sheet changes is written as another one, which creates as long as nobody has said that
// the deal is there.
func (a *Adapter) Update(_ context.Context, account activation.Account, _ string, wanted activation.Step) (string, error) {
	if !wanted.There {
		return a.drop(account, wanted, ActionCreate)
	}
	return a.drop(account, wanted, ActionChange)
}

// Pause implements activation.Adapter. That a deal is to rest is written as another sheet; one with a change has it run again.
func (a *Adapter) Pause(_ context.Context, account activation.Account, _ string, wanted activation.Step) (string, error) {
	return a.drop(account, wanted, ActionPause)
}

// End implements activation.Adapter. The end of a deal is written as another sheet.
func (a *Adapter) End(_ context.Context, account activation.Account, _ string, wanted activation.Step) (string, error) {
	return a.drop(account, wanted, ActionEnd)
}

// Standing implements activation.Adapter.
func (a *Adapter) Standing(_ context.Context, _ activation.Account, want activation.Want, _ []string) (activation.Standing, error) {
	said := "trafficked"
	switch want.Intent {
	case parley.IntentPause:
		said = "paused"
	case parley.IntentEnd:
		said = "ended"
	case parley.IntentRun:
	}
	return activation.Standing{State: activation.StateAnswer, Text: "somebody to say that it is " + said}, nil
}

// Certain implements activation.Adapter.
func (a *Adapter) Certain() bool { return true }

// drop writes a sheet with an action.
func (a *Adapter) drop(account activation.Account, wanted activation.Step, action Action) (string, error) {
	settings, body, err := a.take(account, wanted)
	if err != nil {
		return "", err
	}
	files, err := body.files(settings, action)
	if err != nil {
		return "", failed(err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	err = within(a.root, settings.Folder, func(at *os.Root) error {
		for _, f := range files {
			if err := write(at, f); err != nil {
				return err
			}
		}
		return list(at, files)
	})
	return body.base(), failed(err)
}

// take reads the settings and a step's body.
func (a *Adapter) take(account activation.Account, wanted activation.Step) (Settings, sheet, error) {
	settings, problems := read(account.Settings)
	for _, p := range append(problems, a.closed()...) {
		return Settings{}, nil, &activation.Error{Class: parley.ClassRefused, Code: p.Code, Field: p.Field, Text: p.Field + " " + p.Text}
	}
	var body sheet
	if err := json.Unmarshal(wanted.Body, &body); err != nil || !safeID.MatchString(body["deal_id"]) {
		return Settings{}, nil, &activation.Error{Class: parley.ClassRefused, Code: "invalid", Text: "the step is no sheet"}
	}
	return settings, body, nil
}

// failed is an error of the folder. It may go as it came: the disk is full, or the folder is another's.
func failed(err error) error {
	if err == nil {
		return nil
	}
	reason := err
	var path *fs.PathError
	if errors.As(err, &path) {
		reason = path.Err // the path is the publisher's own, and nobody else's to see
	}
	return &activation.Error{Class: parley.ClassTransient, Code: "folder", Text: "the folder could not be written: " + reason.Error()}
}
