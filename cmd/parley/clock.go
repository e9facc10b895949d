//go:build !faultclock

package main

import "parley"

// clock is what every flow reads the time from.
var clock parley.Clock = parley.SystemClock
