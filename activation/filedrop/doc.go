// Package filedrop is the adapter of destinations that people traffic by hand: each deal, and each of its revisions, becomes a
// trafficking sheet, a CSV or JSON file in a folder below the one that the process was given. Somebody sets the deal up in the
// ad server and answers for it.
//
// A sheet is named after the deal's id and the revision alone, so that nothing that a buyer writes becomes part of a path. It is
// written under another name, synced and renamed: whoever watches the folder sees whole files. The folder's manifest.csv lists
// all of them.
package filedrop
