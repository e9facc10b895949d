package vault_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"parley/vault"
)

func open(t *testing.T, key byte, folder string, env map[string]string) *vault.Vault {
	t.Helper()
	var secret []byte
	if key != 0 {
		secret = bytes.Repeat([]byte{key}, 32)
	}
	v, err := vault.New(secret, folder, func(name string) string { return env[name] })
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestWhatIsSealedIsOpened(t *testing.T) {
	t.Parallel()
	v := open(t, 1, "", nil)
	const secret = "Bearer 0815-secret"
	stored, mark, err := v.Keep("dst-1", secret)
	if err != nil || !vault.IsSealed(stored) || strings.Contains(stored, "0815") || len(mark) != 8 {
		t.Fatal(stored, mark, err)
	}
	again, same, _ := v.Keep("dst-1", secret)
	if again == stored || same != mark {
		t.Error("a credential is sealed the same way twice, or its mark changes")
	}
	if got, err := v.Open("dst-1", stored); err != nil || string(got) != secret {
		t.Errorf("opened %q, %v", got, err)
	}
	for name, open := range map[string]func() ([]byte, error){
		"another destination": func() ([]byte, error) { return v.Open("dst-2", stored) },
		"another key":         func() ([]byte, error) { return open(t, 2, "", nil).Open("dst-1", stored) },
		"cut off":             func() ([]byte, error) { return v.Open("dst-1", stored[:20]) },
		"changed":             func() ([]byte, error) { return v.Open("dst-1", stored[:len(stored)-2]+"AA") },
		"plain":               func() ([]byte, error) { return v.Open("dst-1", secret) },
	} {
		if got, err := open(); !errors.Is(err, vault.ErrOtherKey) || got != nil {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if _, _, err := open(t, 0, "", nil).Keep("dst-1", secret); !errors.Is(err, vault.ErrNoKey) {
		t.Error(err)
	}
	if _, err := open(t, 0, "", nil).Open("dst-1", stored); !errors.Is(err, vault.ErrNoKey) {
		t.Error(err)
	}
}

// TestEveryReasonNamesTheWayOut holds each reason why there is no credential to the setting or the command that mends it.
func TestEveryReasonNamesTheWayOut(t *testing.T) {
	t.Parallel()
	keyed, keyless := open(t, 1, "", nil), open(t, 0, "", nil)
	stored, _, err := keyed.Keep("dst-1", "secret")
	if err != nil {
		t.Fatal(err)
	}
	_, _, noKey := keyless.Keep("dst-1", "secret")
	reason := func(v *vault.Vault, stored string) error {
		_, err := v.Open("dst-1", stored)
		return err
	}
	wide := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(wide, bytes.Repeat([]byte{7}, 32), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(wide, 0o644); err != nil {
		t.Fatal(err)
	}
	_, readable := vault.ReadKey(wide)
	for name, c := range map[string]struct {
		err   error
		names []string
	}{
		"no key to seal with":  {noKey, []string{"sealing-key", "PARLEY_SEALING_KEY", "head -c 32 /dev/urandom"}},
		"no key to open with":  {reason(keyless, stored), []string{"sealing-key", "PARLEY_SEALING_KEY", "the key that it was sealed with"}},
		"another key":          {reason(open(t, 2, "", nil), stored), []string{"sealing-key", "PARLEY_SEALING_KEY", "parley destinations rekey FORMER-FILE"}},
		"a key others read":    {readable, []string{"chmod 600 " + wide}},
		"no folder":            {reason(keyed, "file:token"), []string{"secrets-folder", "PARLEY_SECRETS_FOLDER"}},
		"nothing in a folder":  {reason(open(t, 1, t.TempDir(), nil), "file:token"), []string{"secrets-folder"}},
		"no variable":          {reason(keyed, "env:DESTINATION_CREDENTIAL_A"), []string{"set the variable"}},
		"a variable of others": {reason(keyed, "env:HOME"), []string{"env:DESTINATION_CREDENTIAL_NAME", "file:PATH"}},
	} {
		for _, part := range c.names {
			if c.err == nil || !strings.Contains(c.err.Error(), part) {
				t.Errorf("%s: %v does not name %q", name, c.err, part)
			}
		}
	}
}

func TestReferencesAreReadWhereTheyMayBe(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	outside := filepath.Join(t.TempDir(), "outside")
	for _, path := range []string{filepath.Join(folder, "token"), outside} {
		if err := os.WriteFile(path, []byte("from a file\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(outside, filepath.Join(folder, "link")); err != nil {
		t.Fatal(err)
	}
	v := open(t, 0, folder, map[string]string{"DESTINATION_CREDENTIAL_A": "from a variable", "PARLEY_DATABASE_URL": "secret", "HOME": "secret"})
	for reference, want := range map[string]any{
		"env:DESTINATION_CREDENTIAL_A": "from a variable", "file:token": "from a file",
		"env:DESTINATION_CREDENTIAL_B": vault.ErrMissing, "file:none": vault.ErrMissing, "file:link": vault.ErrMissing, "file:.": vault.ErrMissing,
		"env:PARLEY_DATABASE_URL": vault.ErrReference, "env:HOME": vault.ErrReference, "env:": vault.ErrReference,
		"env:DESTINATION_CREDENTIAL_": vault.ErrReference, "file:../outside": vault.ErrReference, "file:/etc/passwd": vault.ErrReference, "file:": vault.ErrReference,
	} {
		stored, mark, err := v.Keep("dst-1", reference)
		text, is := want.(string)
		if !is {
			if refused, _ := want.(error); !errors.Is(err, refused) {
				t.Errorf("%s: %v, want %v", reference, err, want)
			}
			continue
		}
		if err != nil || stored != reference || mark != vault.Mark([]byte(text)) {
			t.Errorf("%s: %s %s %v", reference, stored, mark, err)
		}
		if got, err := v.Open("dst-1", stored); err != nil || string(got) != text {
			t.Errorf("%s: %q %v", reference, got, err)
		}
	}
	if _, err := open(t, 0, "", nil).Open("dst-1", "file:token"); !errors.Is(err, vault.ErrNoFolder) {
		t.Error(err)
	}
}

func TestKeysAreTheirOwnersAlone(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "key")
	for _, test := range []struct {
		bytes int
		mode  os.FileMode
		fine  bool
	}{{32, 0o600, true}, {32, 0o400, true}, {32, 0o640, false}, {32, 0o604, false}, {31, 0o600, false}, {33, 0o600, false}, {0, 0o600, false}} {
		_ = os.Remove(path) // there may be none
		if err := os.WriteFile(path, bytes.Repeat([]byte{7}, test.bytes), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, test.mode); err != nil {
			t.Fatal(err)
		}
		key, err := vault.ReadKey(path)
		if (err == nil) != test.fine || test.fine && len(key) != 32 {
			t.Errorf("%d bytes of mode %o: %v", test.bytes, test.mode, err)
		}
	}
	if _, err := vault.New(make([]byte, 16), "", nil); err == nil {
		t.Error("a key of 16 bytes")
	}
}
