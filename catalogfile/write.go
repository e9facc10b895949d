package catalogfile

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io"
	"strconv"
	"strings"

	"parley"
)

// Writer writes products to a file, one at a time. Close completes the file; it does not close what is under it.
type Writer interface {
	Write(product parley.Product) error
	Close() error
}

// NewCSVWriter writes the product CSV.
func NewCSVWriter(w io.Writer) Writer { return &csvWriter{w: csv.NewWriter(w)} }

// NewJSONWriter writes an array of objects, one on each line.
func NewJSONWriter(w io.Writer) Writer { return &jsonWriter{w: w} }

type csvWriter struct {
	w      *csv.Writer
	headed bool
}

func (w *csvWriter) Write(p parley.Product) error {
	if err := w.head(); err != nil {
		return err
	}
	record := [status]string{
		productID:          p.ID,
		name:               p.Name,
		inventoryType:      p.InventoryType,
		dealTypes:          joinDealTypes(p.DealTypes),
		baseCPM:            optional(p.BaseCPM, func(micros int64) string { return decimal(micros, p.Currency) }),
		floorCPM:           decimal(p.FloorCPM, p.Currency),
		currency:           string(p.Currency),
		minimumImpressions: strconv.FormatInt(p.MinimumImpressions, 10),
		dailyImpressions:   optional(p.DailyImpressions, func(n int64) string { return strconv.FormatInt(n, 10) }),
		adFormats:          strings.Join(p.AdFormats, "|"),
		deviceTypes:        strings.Join(p.DeviceTypes, "|"),
		geoTargets:         strings.Join(p.GeoTargets, "|"),
		contentCategories:  strings.Join(p.ContentCategories, "|"),
		description:        p.Description,
	}
	return w.w.Write(record[:])
}

func (w *csvWriter) head() error {
	if w.headed {
		return nil
	}
	w.headed = true
	return w.w.Write(productCSV.columnNames())
}

// Close writes the header of a file without products, and what is still held back.
func (w *csvWriter) Close() error {
	if err := w.head(); err != nil {
		return err
	}
	w.w.Flush()
	return w.w.Error()
}

type jsonWriter struct {
	w       io.Writer
	line    bytes.Buffer
	several bool
}

// jsonProduct is a product as the JSON form has it.
type jsonProduct struct {
	ProductID          string            `json:"product_id"`
	Name               string            `json:"name"`
	InventoryType      string            `json:"inventory_type"`
	DealTypes          []parley.DealType `json:"deal_types"`
	BaseCPM            json.Number       `json:"base_cpm,omitempty"`
	FloorCPM           json.Number       `json:"floor_cpm"`
	Currency           parley.Currency   `json:"currency"`
	MinimumImpressions int64             `json:"minimum_impressions"`
	DailyImpressions   *int64            `json:"daily_impressions,omitempty"`
	AdFormats          []string          `json:"ad_formats,omitempty"`
	DeviceTypes        []string          `json:"device_types,omitempty"`
	GeoTargets         []string          `json:"geo_targets,omitempty"`
	ContentCategories  []string          `json:"content_categories,omitempty"`
	Description        string            `json:"description,omitempty"`
}

func (w *jsonWriter) Write(p parley.Product) error {
	w.line.Reset()
	w.separate()
	encoder := json.NewEncoder(&w.line)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(jsonProduct{
		ProductID:          p.ID,
		Name:               p.Name,
		InventoryType:      p.InventoryType,
		DealTypes:          p.DealTypes,
		BaseCPM:            json.Number(optional(p.BaseCPM, func(micros int64) string { return decimal(micros, p.Currency) })),
		FloorCPM:           json.Number(decimal(p.FloorCPM, p.Currency)),
		Currency:           p.Currency,
		MinimumImpressions: p.MinimumImpressions,
		DailyImpressions:   p.DailyImpressions,
		AdFormats:          p.AdFormats,
		DeviceTypes:        p.DeviceTypes,
		GeoTargets:         p.GeoTargets,
		ContentCategories:  p.ContentCategories,
		Description:        p.Description,
	})
	if err != nil {
		return err
	}
	_, err = w.w.Write(bytes.TrimSuffix(w.line.Bytes(), []byte("\n")))
	return err
}

// separate begins the array or the next line of it.
func (w *jsonWriter) separate() {
	if w.several {
		w.line.WriteByte(',')
	} else {
		w.line.WriteByte('[')
	}
	w.line.WriteByte('\n')
	w.several = true
}

// Close ends the array.
func (w *jsonWriter) Close() error {
	end := "\n]\n"
	if !w.several {
		end = "[]\n"
	}
	_, err := io.WriteString(w.w, end)
	return err
}

func decimal(micros int64, in parley.Currency) string {
	return parley.FormatMicros(micros, in.MinorDigits())
}

func optional(n *int64, format func(int64) string) string {
	if n == nil {
		return ""
	}
	return format(*n)
}

func joinDealTypes(types []parley.DealType) string {
	names := make([]string, len(types))
	for i, t := range types {
		names[i] = string(t)
	}
	return strings.Join(names, "|")
}
