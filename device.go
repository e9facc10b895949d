package parley

import (
	"strconv"
	"strings"
)

// devices are AdCOM's numbers of the device types that have names in catalogs.
var devices = map[string]int{
	"mobile": 1, "tablet": 5, "phone": 4, "pc": 2, "desktop": 2, "computer": 2, "ctv": 3, "tv": 3, "connected_tv": 3,
	"connected_device": 6, "set_top_box": 7, "stb": 7, "ooh": 8, "dooh": 8,
}

// MaxDeviceType is the highest of AdCOM's numbers of device types that is taken; those from 500 on are vendors' own.
const MaxDeviceType = 999

// Devices are AdCOM's numbers of the product's device types. A catalog may name them, or give their numbers; a name that AdCOM
// has no number for is left out.
func (p Product) Devices() []int {
	numbers := []int{}
	for _, name := range p.DeviceTypes {
		if n, err := strconv.Atoi(name); err == nil && n > 0 && n <= MaxDeviceType {
			numbers = append(numbers, n)
			continue
		}
		if n, known := devices[strings.ReplaceAll(strings.ToLower(name), " ", "_")]; known {
			numbers = append(numbers, n)
		}
	}
	return numbers
}
