package main

import (
	"os"
	"runtime/debug"
)

// collectLessOften lets the heap grow to four times what is in use before it is collected. What the server keeps is
// small beside what each request uses for a moment, and at Go's initial value of twice a tenth of the processors' time
// goes into collecting. GOGC, when it is set, holds instead.
func collectLessOften() {
	const percent = 300
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(percent)
	}
}
