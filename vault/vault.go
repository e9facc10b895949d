package vault

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

const (
	keyBytes   = 32
	longest    = 64 << 10 // of a credential, in bytes
	sealed     = "sealed:v1:"
	byEnv      = "env:"
	byFile     = "file:"
	label      = "parley destinations"
	markDigits = 8
)

// EnvPrefix is what the names of variables begin with that a reference can name: no others are read, so that no admin has this
// process's own secrets sent anywhere.
const EnvPrefix = "DESTINATION_CREDENTIAL_"

// The reasons why there is no credential. None of them, nor any that the vault wraps, holds one. Each names what mends it.
var (
	ErrNoKey    = errors.New("the setting sealing-key (PARLEY_SEALING_KEY) names no key")
	ErrOtherKey = errors.New("the credential was sealed with another key, or for another destination: name the file of that key in the setting " +
		"sealing-key (PARLEY_SEALING_KEY), or seal it anew with 'parley destinations rekey FORMER-FILE', or set the credential again")
	ErrNoFolder  = errors.New("the setting secrets-folder (PARLEY_SECRETS_FOLDER) names no folder to read credentials from")
	ErrReference = errors.New("the reference must be env:" + EnvPrefix + "NAME, or file:PATH below secrets-folder")
	ErrMissing   = errors.New("nothing is there under the reference: set the variable, or write the file below secrets-folder, where this program runs")
	ErrLength    = errors.New("must be 1 byte to 64 KiB")
)

// HowToMakeKey says how there comes to be a key.
const HowToMakeKey = "make a file of 32 random bytes, 'head -c 32 /dev/urandom > sealing.key; chmod 600 sealing.key', name it there, and start again"

// Vault seals credentials and opens them. It is safe for concurrent use. The zero vault has no key, no folder and
// no variables: there is no credential in it.
type Vault struct {
	aead   cipher.AEAD // nil: no key
	folder string      // empty: none
	getenv func(string) string
}

// New makes a vault. key has 32 bytes, or none: then nothing can be sealed. folder is where files of references are; empty: nowhere.
// getenv reads a variable.
func New(key []byte, folder string, getenv func(string) string) (*Vault, error) {
	v := &Vault{folder: folder, getenv: getenv}
	if len(key) == 0 {
		return v, nil
	}
	if len(key) != keyBytes {
		return nil, fmt.Errorf("the key must be %d bytes, and is %d", keyBytes, len(key))
	}
	derived, err := hkdf.Key(sha256.New, key, nil, label, keyBytes)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(derived)
	if err != nil {
		return nil, err
	}
	v.aead, err = cipher.NewGCM(block)
	return v, err
}

// ReadKey reads the key of a file that nobody but its owner may read.
func ReadKey(path string) (key []byte, err error) {
	file, err := os.Open(filepath.Clean(path))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("%s can be read by others: run 'chmod 600 %[1]s'", path)
	}
	key, err = io.ReadAll(io.LimitReader(file, keyBytes+1))
	if err == nil && len(key) != keyBytes {
		err = fmt.Errorf("%s must hold exactly %d random bytes", path, keyBytes)
	}
	return key, err
}

// Keep is what is stored of a credential for a destination: a reference as it is, where something is there under it, and anything
// else sealed. mark is the credential's, for people.
func (v *Vault) Keep(destinationID, credential string) (stored, mark string, err error) {
	if len(credential) == 0 || len(credential) > longest {
		return "", "", ErrLength
	}
	if strings.HasPrefix(credential, byEnv) || strings.HasPrefix(credential, byFile) {
		secret, err := v.Open(destinationID, credential)
		if err != nil {
			return "", "", err
		}
		return credential, Mark(secret), nil
	}
	if v.aead == nil {
		return "", "", fmt.Errorf("%w to seal it with: %s", ErrNoKey, HowToMakeKey)
	}
	nonce := make([]byte, v.aead.NonceSize())
	_, _ = rand.Read(nonce) // it never fails
	box := v.aead.Seal(nonce, nonce, []byte(credential), []byte(destinationID))
	return sealed + base64.RawStdEncoding.EncodeToString(box), Mark([]byte(credential)), nil
}

// IsSealed tells whether what is stored is sealed, rather than a reference.
func IsSealed(stored string) bool { return strings.HasPrefix(stored, sealed) }

// Mark tells a credential from others without telling it: the first 8 digits of its SHA-256.
func Mark(credential []byte) string {
	sum := sha256.Sum256(credential)
	return hex.EncodeToString(sum[:])[:markDigits]
}

var plainVariable = regexp.MustCompile(`^` + EnvPrefix + `[A-Z0-9_]+$`)

// Open answers the credential of what is stored for a destination; of nothing, nothing.
func (v *Vault) Open(destinationID, stored string) ([]byte, error) {
	switch {
	case stored == "":
		return nil, nil
	case strings.HasPrefix(stored, byEnv):
		name := strings.TrimPrefix(stored, byEnv)
		if !plainVariable.MatchString(name) {
			return nil, ErrReference
		}
		if v.getenv == nil {
			return nil, ErrMissing
		}
		secret := strings.TrimSpace(v.getenv(name))
		if secret == "" {
			return nil, ErrMissing
		}
		return []byte(secret), nil
	case strings.HasPrefix(stored, byFile):
		return v.read(strings.TrimPrefix(stored, byFile))
	case v.aead == nil:
		return nil, fmt.Errorf("%w, and the credential is sealed: name the file of the key that it was sealed with, or set the credential again", ErrNoKey)
	}
	box, err := base64.RawStdEncoding.DecodeString(strings.TrimPrefix(stored, sealed))
	if err != nil || !IsSealed(stored) || len(box) < v.aead.NonceSize() {
		return nil, ErrOtherKey
	}
	secret, err := v.aead.Open(nil, box[:v.aead.NonceSize()], box[v.aead.NonceSize():], []byte(destinationID))
	if err != nil {
		return nil, ErrOtherKey
	}
	return secret, nil
}

// read reads a file below the folder, whatever links lie in it.
func (v *Vault) read(path string) (secret []byte, err error) {
	if v.folder == "" {
		return nil, ErrNoFolder
	}
	if !filepath.IsLocal(path) {
		return nil, ErrReference
	}
	root, err := os.OpenRoot(v.folder)
	if err != nil {
		return nil, ErrMissing // the folder is the publisher's own, and nobody else's to see
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	file, err := root.Open(path)
	if err != nil {
		return nil, ErrMissing
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	secret, err = io.ReadAll(io.LimitReader(file, longest+1))
	if err != nil {
		return nil, ErrMissing
	}
	if secret = []byte(strings.TrimSpace(string(secret))); len(secret) == 0 || len(secret) > longest {
		return nil, ErrMissing
	}
	return secret, nil
}
