package console

// admitted runs an action when there is a place for it among what the server works on. Whatever waits for the browser
// comes before it, or gives the place back.
func (x *exchange) admitted(run action) error {
	leave, err := x.options.Admission.Enter(x.Context())
	if err != nil {
		return err
	}
	x.leave = leave
	defer x.giveWay()
	return run(x)
}

// giveWay gives the place back early, for an answer that stays open.
func (x *exchange) giveWay() {
	if x.leave != nil {
		x.leave()
		x.leave = nil
	}
}
