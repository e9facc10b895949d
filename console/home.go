package console

import (
	"net/url"
	"strings"

	"parley"
)

func (c *console) homeRoutes() []route {
	return []route{
		get("/{$}", c.home),
		get("/find", c.find),
		get(livePath, c.live),
		post(anyone, "/signout", c.signOut),
	}
}

// home is where a person begins.
func (c *console) home(x *exchange) error {
	x.redirect("/inbox")
	return nil
}

// find leads from an id, pasted from a mail or a DSP, to its page; any other text is looked for among the deals.
func (c *console) find(x *exchange) error {
	text := x.query().text("q")
	if page := address(text); page != "" {
		x.redirect(strings.TrimPrefix(page, root))
		return nil
	}
	if id := strings.ToUpper(text); strings.HasPrefix(id, x.service.Settings().DealPrefix+"-") {
		if _, err := c.service.Deal(x.Context(), x.call, id); !parley.Is(err, parley.CodeNotFound) {
			x.redirect("/deals/" + url.PathEscape(id))
			return nil
		}
	}
	x.redirect("/deals?" + url.Values{"q": {text}}.Encode())
	return nil
}
