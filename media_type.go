package parley

import "strings"

// MediaType is the medium that a quote is for.
type MediaType string

// The media types of the wire. Linear television is not traded.
const (
	MediaDigital  MediaType = "digital"
	MediaCTV      MediaType = "ctv"
	MediaLinearTV MediaType = "linear_tv"
)

// LinearInventoryTypes are the names, folded as InventoryKind folds them, that publishers have for linear television.
var LinearInventoryTypes = [...]string{
	"linear", "lineartv", "lineartelevision", "tv", "tvlinear", "television", "broadcast", "broadcasttv", "broadcasttelevision",
	"cable", "cabletv", "cabletelevision", "satellitetv", "traditionaltv", "spottv", "localtv", "nationaltv", "linearvideo",
}

var ctvInventoryTypes = [...]string{"ctv", "connectedtv", "connectedtelevision", "ctvvideo", "videoctv", "ott", "ctvott", "ottctv"}

// InventoryKind is an inventory type without what people write differently: capitals, and what stands between words.
func InventoryKind(inventoryType string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '_' || r == '-' || r == ' ' || r == '.' || r == '/':
			return -1
		case 'A' <= r && r <= 'Z':
			return r - 'A' + 'a'
		}
		return r
	}, inventoryType)
}

// MediaOf is the medium of an inventory type: what a product is decides it, not what a buyer calls it.
func MediaOf(inventoryType string) MediaType {
	kind := InventoryKind(inventoryType)
	for _, linear := range LinearInventoryTypes {
		if kind == linear {
			return MediaLinearTV
		}
	}
	for _, ctv := range ctvInventoryTypes {
		if kind == ctv {
			return MediaCTV
		}
	}
	return MediaDigital
}
