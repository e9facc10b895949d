package document

// PackageDeals are the deals of a package's products.
type PackageDeals struct {
	PackageID string         `json:"package_id"`
	Name      string         `json:"name"`
	Deals     []DealResponse `json:"deals" doc:"In the order of quote_ids; each as reading it alone answers it."`
}
