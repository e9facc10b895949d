// Package mappingfile reads and writes files of what products and parties are called at destinations: CSV with the columns about,
// name and refs, which is a JSON object, or a JSON list of objects with those members.
package mappingfile
