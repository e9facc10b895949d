package storage

import "parley"

// PackageFilter narrows a list of packages. Zero values match all.
type PackageFilter struct {
	Status parley.PackageStatus
	Layer  parley.PackageLayer
	Page   Page
}

// Packages reads packages, with their products.
type Packages interface {
	Package(id string) Pending[parley.Package]
	Packages(filter PackageFilter) Pending[Listing[parley.Package]]
}

// PackageWriter changes packages.
type PackageWriter interface {
	// LockPackages waits until no other transaction adds packages, and keeps others waiting until this one ends.
	LockPackages()
	// PackageForUpdate reads the package and keeps it from changing until the transaction ends.
	PackageForUpdate(id string) Pending[parley.Package]
	// InsertPackage stores a new package. A repeated id is CodeConflict, a product that does not exist CodeNotFound.
	InsertPackage(p parley.Package)
	// UpdatePackage stores everything but when the package was made. When p.Version is not the stored one plus one,
	// CodePreconditionFailed; a product that does not exist is CodeNotFound.
	UpdatePackage(p parley.Package)
}
