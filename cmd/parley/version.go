package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// version is set by the linker: -X main.version=v1.2.3.
var version = "dev"

type versionCommand struct{}

// Run prints the version and what it was built from.
func (versionCommand) Run(p *process) error {
	_, err := fmt.Fprintln(p.out, versionLine())
	return err
}

func versionLine() string {
	return fmt.Sprintf("parley %s (%s%s, %s/%s)", version, revision(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

// revision is the commit that the program was built from, where the build recorded it.
func revision() string {
	info, known := debug.ReadBuildInfo()
	if !known {
		return ""
	}
	commit, changed := "", ""
	for _, setting := range info.Settings {
		switch {
		case setting.Key == "vcs.revision":
			commit = setting.Value[:min(len(setting.Value), 12)]
		case setting.Key == "vcs.modified" && setting.Value == "true":
			changed = " with changes"
		}
	}
	if commit == "" {
		return ""
	}
	return "commit " + commit + changed + ", "
}
