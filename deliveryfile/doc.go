// Package deliveryfile reads files of what deals delivered, as CSV or JSON, row after row: nothing of a file is kept but the row
// at hand, so that a long one takes no more memory than a short one.
package deliveryfile
