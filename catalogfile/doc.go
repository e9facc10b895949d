// Package catalogfile reads and writes the files that publishers keep their products in.
//
// Three forms are read, told apart by their content. The product CSV has a header that names, in any order, the columns
//
//	product_id, name, inventory_type, deal_types, base_cpm, floor_cpm, currency, minimum_impressions,
//	daily_impressions, ad_formats, device_types, geo_targets, content_categories, description, status,
//	audience_segments, creative_specs
//
// with | between the entries of a list; audience_segments are ids of the IAB Tech Lab's Audience Taxonomy 1.1, and creative_specs is an
// object of JSON, also in a cell. The same names are the members of the objects of the JSON form, an array or one
// object after the other, where lists are arrays and amounts are numbers, read from their digits, or text. The third form
// is the inventory CSV of the IAB Tech Lab's seller agent, which has a floor but no price: a new product of it sells at its
// floor, or at Options.BaseMarkup over it, as every deal type; its sizes and parents are not kept.
//
// Only product_id is required, and for a product that is new also name, inventory_type and deal_types. A column, or a
// member, that is not there leaves the product as it is, and prices without the currency are in the one that it has; an empty cell, or null, clears what it had. A status is never empty: an empty cell leaves it as it is, and null is refused. Without a base_cpm a
// product has no price of its own, without daily_impressions its capacity is not declared, without a currency it is priced
// in USD, and without a status it is active.
//
// Files may be of any length: reading holds one row at a time, and none may exceed MaxRowBytes. That a product is named
// twice in one file is therefore for the importer's database to find, by the line that each product comes with.
//
// Packages of products have a file of their own, a JSON list; see ReadPackages.
//
// What is written reads back as the same products, to the last character. A text that begins with =, +, - or @, which
// spreadsheets take for a formula, is therefore written as it is.
package catalogfile
