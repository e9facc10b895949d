package console

// admitted runs an action when there is a place for it among what the server works on. Whatever waits for the browser
// comes before it, or gives the place back.
func (x *exchange) admitted(run action) error {
	if err := x.place.Take(x.Context(), x.options.Admission); err != nil {
		return err
	}
	defer x.place.GiveBack()
	return run(x)
}
