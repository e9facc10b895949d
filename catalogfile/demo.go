package catalogfile

import _ "embed"

// Demo is the product CSV of Northlight Media, a publisher that does not exist, for trying the product out.
//
//go:embed demo.csv
var Demo []byte

// DemoPackages is a file of packages of the products in Demo.
//
//go:embed demo-packages.json
var DemoPackages []byte
