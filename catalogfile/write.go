package catalogfile

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io"

	"parley"
)

// Writer writes products to a file, one at a time. Close completes the file; it does not close what is under it.
type Writer interface {
	Write(product parley.Product) error
	Close() error
}

// NewCSVWriter writes the product CSV, of which no cell is a formula to a spreadsheet.
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
	record := [columnCount]string{productID: parley.InertCell(p.ID)}
	for at, field := range fields {
		if field != 0 {
			record[at] = parley.InertCell(p.Text(field))
		}
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
	ProductID          string                `json:"product_id"`
	Name               string                `json:"name"`
	InventoryType      string                `json:"inventory_type"`
	DealTypes          []parley.DealType     `json:"deal_types"`
	BaseCPM            *json.Number          `json:"base_cpm"`
	FloorCPM           json.Number           `json:"floor_cpm"`
	Currency           parley.Currency       `json:"currency"`
	MinimumImpressions int64                 `json:"minimum_impressions"`
	DailyImpressions   *int64                `json:"daily_impressions"`
	AdFormats          []string              `json:"ad_formats"`
	DeviceTypes        []string              `json:"device_types"`
	GeoTargets         []string              `json:"geo_targets"`
	ContentCategories  []string              `json:"content_categories"`
	Description        string                `json:"description"`
	Status             string                `json:"status"`
	AudienceSegments   []string              `json:"audience_segments"`
	CreativeSpecs      *parley.CreativeSpecs `json:"creative_specs"`
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
		BaseCPM:            maybeNumber(p.Text(parley.FieldBaseCPM)),
		FloorCPM:           json.Number(p.Text(parley.FieldFloorCPM)),
		Currency:           p.Currency,
		MinimumImpressions: p.MinimumImpressions,
		DailyImpressions:   p.DailyImpressions,
		AdFormats:          append([]string{}, p.AdFormats...),
		DeviceTypes:        append([]string{}, p.DeviceTypes...),
		GeoTargets:         append([]string{}, p.GeoTargets...),
		ContentCategories:  append([]string{}, p.ContentCategories...),
		Description:        p.Description,
		Status:             p.Text(parley.FieldStatus),
		AudienceSegments:   append([]string{}, p.AudienceSegments...),
		CreativeSpecs:      p.CreativeSpecs,
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

// maybeNumber is digits as JSON writes them; null without any.
func maybeNumber(digits string) *json.Number {
	if digits == "" {
		return nil
	}
	n := json.Number(digits)
	return &n
}
