package edge

import "strings"

// forwarded answers the "for" of each element of Forwarded (RFC 7239), the client's side first; it is empty of an element
// that has none. A value that cannot be read counts as one element of nobody, with all that is left of it: a client may have
// sent a half of a quoted text to swallow what a proxy adds.
func forwarded(values []string) []string {
	var nodes []string
	for _, value := range values {
		if elements, ok := elementsOf(value); ok {
			nodes = append(nodes, elements...)
		} else {
			nodes = append(nodes[:0], "")
		}
	}
	return nodes
}

// elementsOf reads one value of the header.
func elementsOf(value string) (nodes []string, ok bool) {
	for rest := value; ; rest = rest[1:] {
		node, given := "", false
		for {
			var name, text string
			if name, text, rest, ok = pairOf(rest); !ok {
				return nil, false
			}
			if strings.EqualFold(name, "for") {
				if given {
					return nil, false
				}
				node, given = text, true
			}
			if rest == "" || rest[0] != ';' {
				break
			}
			rest = rest[1:]
		}
		nodes = append(nodes, node)
		if rest == "" {
			return nodes, true
		}
	}
}

// pairOf reads one name and its value, up to what ends them: nothing, a comma or a semicolon. An empty one, which lists may
// have, has no name.
func pairOf(text string) (name, value, rest string, ok bool) {
	text = strings.TrimLeft(text, " \t")
	end := strings.IndexFunc(text, func(c rune) bool { return !isToken(c) })
	if end < 0 {
		return "", "", "", text == ""
	}
	name, text = text[:end], text[end:]
	if name != "" {
		if text[0] != '=' {
			return "", "", "", false
		}
		if value, text, ok = valueOf(text[1:]); !ok {
			return "", "", "", false
		}
	}
	rest = strings.TrimLeft(text, " \t")
	return name, value, rest, rest == "" || rest[0] == ',' || rest[0] == ';'
}

// valueOf reads a token or a quoted text. Addresses with colons have to be quoted; proxies that do not are understood too.
func valueOf(text string) (value, rest string, ok bool) {
	if !strings.HasPrefix(text, `"`) {
		end := strings.IndexFunc(text, func(c rune) bool { return !isToken(c) && !strings.ContainsRune("[]:", c) })
		if end < 0 {
			end = len(text)
		}
		return text[:end], text[end:], end > 0
	}
	var unquoted strings.Builder
	for i := 1; i < len(text); i++ {
		switch c := text[i]; c {
		case '"':
			return unquoted.String(), text[i+1:], true
		case '\\':
			if i++; i == len(text) {
				return "", "", false
			}
			unquoted.WriteByte(text[i])
		default:
			unquoted.WriteByte(c)
		}
	}
	return "", "", false
}

// isToken tells the characters of a token (RFC 9110, section 5.6.2).
func isToken(c rune) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune("!#$%&'*+-.^_`|~", c)
}
