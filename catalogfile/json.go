package catalogfile

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"strings"
)

// readJSON reads an array of objects, or objects one after the other.
func (in *intake) readJSON(source *bufio.Reader, limit *rowLimit) error {
	in.begin(&productJSON)
	objects := &jsonObjects{source: source, line: 1}
	for {
		limit.nextRow()
		raw, line, err := objects.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if broken, ok := errors.AsType[syntaxError](err); ok {
			in.errors.add(Problem{Line: line, Message: broken.Error()})
			return errStopped
		}
		if err != nil {
			return err
		}
		if !json.Valid(raw) {
			in.errors.add(Problem{Line: line, Message: "is not JSON" + was(string(raw))})
			continue
		}
		if err := in.object(line, raw); err != nil {
			return err
		}
	}
}

// object takes one product from its valid JSON.
func (in *intake) object(line int, raw []byte) error {
	var cells row
	var seen [columnCount]bool
	known := in.errors.Total
	for key, value := range members(raw) {
		at, ok := in.schema.find(key)
		switch {
		case !ok:
			in.errors.add(unknownColumn(line, key, in.schema))
		case seen[at]:
			in.errors.add(Problem{line, key, "is there twice"})
		default:
			seen[at] = true
			cells[at] = jsonCell(at.kind(), value)
			if at == status && value[0] == 'n' {
				cells[at].bad = "must be active, paused or retired, not null: leave it out to keep the one that the product has"
			}
			cells[at].given = true
		}
	}
	if in.errors.Total > known {
		return nil
	}
	return in.take(line, &cells)
}

// jsonCell reads the value of a member. Null is an empty cell.
func jsonCell(k kind, value []byte) cell {
	isText, isNumber := value[0] == '"', value[0] == '-' || isDigit(value[0])
	switch {
	case value[0] == 'n':
		return cell{}
	case k == text && isText, k == number && (isText || isNumber):
		return cell{text: strings.TrimSpace(scalar(value))}
	case k == object && value[0] == '{':
		return cell{text: string(value)}
	case k == object && isText:
		return cell{text: strings.TrimSpace(scalar(value))}
	case k == object:
		return cell{bad: "must be an object" + was(string(value))}
	case k == text:
		return cell{bad: "must be a text" + was(string(value))}
	case k == number:
		return cell{bad: "must be a number" + was(string(value))}
	case value[0] != '[':
		return cell{bad: "must be a list of texts" + was(string(value))}
	}
	var c cell
	for entry := range elements(value) {
		if entry[0] != '"' && entry[0] != '-' && !isDigit(entry[0]) {
			return cell{bad: "must be a list of texts" + was(string(value))}
		}
		if e := strings.TrimSpace(scalar(entry)); e != "" {
			c.entries = append(c.entries, e)
		}
	}
	return c
}
