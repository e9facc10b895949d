package console

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"
)

//go:embed assets
var assetFiles embed.FS

// assets are the style sheet, the script and the icon. Their addresses carry a hash of their content, so that browsers
// keep them for good and never show an old one.
type assets struct {
	content   map[string][]byte // by their address below /console/assets/
	addresses map[string]string // by file name
}

func loadAssets() (*assets, error) {
	a := &assets{content: map[string][]byte{}, addresses: map[string]string{}}
	entries, err := fs.ReadDir(assetFiles, "assets")
	if err != nil {
		return nil, fmt.Errorf("console: %w", err)
	}
	for _, entry := range entries {
		content, err := assetFiles.ReadFile("assets/" + entry.Name())
		if err != nil {
			return nil, fmt.Errorf("console: %w", err)
		}
		sum := sha256.Sum256(content)
		extension := path.Ext(entry.Name())
		hashed := strings.TrimSuffix(entry.Name(), extension) + "." + hex.EncodeToString(sum[:6]) + extension
		a.content[hashed] = content
		a.addresses[entry.Name()] = root + "/assets/" + hashed
	}
	return a, nil
}

// address is where a page finds an asset.
func (a *assets) address(name string) (string, error) {
	address, ok := a.addresses[name]
	if !ok {
		return "", fmt.Errorf("console: there is no asset %q", name)
	}
	return address, nil
}

// ServeHTTP implements http.Handler.
func (a *assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	content, ok := a.content[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	http.ServeContent(w, r, r.URL.Path, time.Time{}, bytes.NewReader(content))
}
