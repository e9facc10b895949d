package document

// PackageQuotes are the quotes of a package's products.
type PackageQuotes struct {
	PackageID string          `json:"package_id"`
	Name      string          `json:"name"`
	Quotes    []QuoteResponse `json:"quotes" doc:"In the order of the package's products; each as reading it alone answers it."`
}

// IDs are the quotes' ids, as booking all of them names them.
func (q PackageQuotes) IDs() []string {
	ids := make([]string, len(q.Quotes))
	for i, quote := range q.Quotes {
		ids[i] = quote.QuoteID
	}
	return ids
}
