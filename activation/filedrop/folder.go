package filedrop

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
)

// manifest is the file that lists the sheets of a folder.
const manifest = "manifest.csv"

// draft is what the names of files begin with that are being written.
const draft = ".draft-"

// sheetName is the name of a sheet's file.
var sheetName = regexp.MustCompile(`^([A-Z0-9-]+)_r([0-9]+)\.(csv|json)$`)

// within opens the folder, which it makes first, and keeps everything that is done there below it, whatever links lie in it.
func within(root, folder string, do func(*os.Root) error) (err error) {
	if err := os.MkdirAll(root, 0o750); err != nil {
		return err
	}
	top, err := os.OpenRoot(root)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, top.Close()) }()
	if err := top.MkdirAll(folder, 0o750); err != nil {
		return err
	}
	at, err := top.OpenRoot(folder)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, at.Close()) }()
	return do(at)
}

// write replaces a file as a whole, unless it has that content.
func write(at *os.Root, f file) (err error) {
	if there, err := at.ReadFile(f.name); err == nil && bytes.Equal(there, f.content) {
		return nil
	}
	name := draft + rand.Text()
	into, err := at.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o640)
	if err != nil {
		return err
	}
	_, err = into.Write(f.content)
	if err == nil {
		err = into.Sync()
	}
	if err = errors.Join(err, into.Close()); err == nil {
		err = at.Rename(name, f.name)
	}
	if err != nil {
		return errors.Join(err, at.Remove(name))
	}
	return settle(at)
}

// settle has the folder itself on the disk.
func settle(at *os.Root) (err error) {
	folder, err := at.Open(".")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, folder.Close()) }()
	return folder.Sync()
}

// names are the names of the files in a folder that sheets have, in order.
func names(at *os.Root) ([]string, error) {
	entries, err := fs.ReadDir(at.FS(), ".")
	if err != nil {
		return nil, err
	}
	var found []string
	for _, entry := range entries {
		if sheetName.MatchString(entry.Name()) {
			found = append(found, entry.Name())
		}
	}
	return found, nil
}

// listing are the columns of the manifest.
var listing = []string{"file", "deal_id", "revision", "sha256"}

// listed are the manifest's rows, by file; none of one that cannot be read, which is made anew.
func listed(at *os.Root) map[string][]string {
	known := map[string][]string{}
	old, err := at.ReadFile(manifest)
	if err != nil {
		return known
	}
	rows, err := csv.NewReader(bytes.NewReader(old)).ReadAll()
	if err != nil {
		return known
	}
	for _, row := range rows {
		if len(row) == len(listing) {
			known[row[0]] = row
		}
	}
	return known
}

// list rewrites the manifest: what it has of files that are there, and of each other file what there is to say. fresh are files
// that were just written.
func list(at *os.Root, fresh []file) error {
	known := listed(at)
	for _, f := range fresh {
		delete(known, f.name)
	}
	present, err := names(at)
	if err != nil {
		return err
	}
	lines := [][]string{listing}
	for _, name := range present {
		if row, is := known[name]; is {
			lines = append(lines, row)
			continue
		}
		parts := sheetName.FindStringSubmatch(name)
		sum, err := digest(at, name)
		if err != nil {
			return err
		}
		lines = append(lines, []string{name, parts[1], parts[2], sum})
	}
	slices.SortFunc(lines[1:], func(a, b []string) int { return strings.Compare(a[0], b[0]) })
	var text bytes.Buffer
	if err := csv.NewWriter(&text).WriteAll(lines); err != nil {
		return err
	}
	return write(at, file{manifest, text.Bytes()})
}

func sumOf(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

func digest(at *os.Root, name string) (sum string, err error) {
	from, err := at.Open(name)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	hash := sha256.New()
	if _, err := io.Copy(hash, from); err != nil {
		return "", err
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}
