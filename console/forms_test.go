package console_test

import (
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// pageForm is a form as a page has it.
type pageForm struct {
	action, method string
	values         url.Values        // as a browser would send it, untouched
	labels         map[string]string // of the fields that are typed in, by their names
	days           map[string]bool   // of these fields those that hold days
}

// formsOn are the forms of a page.
func formsOn(body string) []pageForm {
	root, err := html.Parse(strings.NewReader(body))
	if err != nil {
		panic(err) // it reads anything
	}
	labels := map[string]string{} // by the ids that they are for
	var forms []pageForm
	var look func(node *html.Node, in *pageForm)
	look = func(node *html.Node, in *pageForm) {
		if node.Type == html.ElementNode {
			switch node.Data {
			case "form":
				forms = append(forms, pageForm{action: attribute(node, "action"), method: attribute(node, "method"), values: url.Values{}, labels: map[string]string{}, days: map[string]bool{}})
				in = &forms[len(forms)-1]
				defer func(at int) { forms[at] = *in }(len(forms) - 1)
			case "label":
				labels[attribute(node, "for")] = strings.TrimSpace(textOf(node))
			case "input", "textarea", "select":
				if in != nil {
					in.take(node, labels)
				}
			}
		}
		for child := node.FirstChild; child != nil; child = child.NextSibling {
			look(child, in)
		}
	}
	look(root, nil)
	return forms
}

func (f *pageForm) take(node *html.Node, labels map[string]string) {
	name := attribute(node, "name")
	if name == "" {
		return
	}
	typed := node.Data == "textarea" || node.Data == "input" && !slices.Contains([]string{"checkbox", "radio", "file", "hidden"}, attribute(node, "type"))
	if label := or(labels[attribute(node, "id")], attribute(node, "aria-label")); typed && label != "" {
		f.labels[name] = label
		f.days[name] = attribute(node, "type") == "date"
	}
	switch kind := attribute(node, "type"); {
	case node.Data == "textarea":
		f.values.Add(name, strings.TrimPrefix(textOf(node), "\n"))
	case node.Data == "select":
		f.values.Add(name, chosen(node))
	case kind == "checkbox" || kind == "radio":
		if has(node, "checked") {
			f.values.Add(name, or(attribute(node, "value"), "on"))
		}
	case kind != "file":
		f.values.Add(name, attribute(node, "value"))
	}
}

func chosen(choice *html.Node) string {
	first, picked := "", ""
	for option := range choice.Descendants() {
		if option.Data != "option" {
			continue
		}
		value := attribute(option, "value")
		if !has(option, "value") {
			value = textOf(option)
		}
		if first == "" {
			first = value
		}
		if has(option, "selected") {
			picked = value
		}
	}
	return or(picked, first)
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

func attribute(node *html.Node, name string) string {
	for _, a := range node.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(node *html.Node, name string) bool {
	for _, a := range node.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}

func textOf(node *html.Node) string {
	var text strings.Builder
	for inner := range node.Descendants() {
		if inner.Type == html.TextNode {
			text.WriteString(inner.Data)
		}
	}
	return text.String()
}

// form is the form of a page that is sent to an address.
func (b *browser) form(page, action string) pageForm {
	b.d.t.Helper()
	_, body := b.get(page)
	return b.formIn(body, action)
}

func (b *browser) formIn(body, action string) pageForm {
	b.d.t.Helper()
	for _, f := range formsOn(body) {
		if f.action == action {
			return f
		}
	}
	b.d.t.Fatalf("the page has no form to %s\n%.3000s", action, body)
	return pageForm{}
}
