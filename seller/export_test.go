package seller

import "context"

// Sweeps are all that the leader does, for tests that hold each of them to the same.
func (s *Service) Sweeps() map[string]func(context.Context) (int, error) { return s.sweeps() }
