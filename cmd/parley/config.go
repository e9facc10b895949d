package main

import "parley/config"

type configCommand struct {
	config.Settings // the flags of the settings, as serve takes them
}

// Run prints the settings that serve would have if it were called with the same flags here.
func (configCommand) Run(p *process) error {
	effective, err := config.Explain(p.flags, p.environ)
	if err != nil {
		return err
	}
	return config.WriteYAML(p.out, effective)
}
