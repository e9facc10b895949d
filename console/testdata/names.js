// What on the page cannot be told by somebody who does not see it: fields without labels, things to use and pictures
// without names, tables without heads, ids that are there twice.
(() => {
  const wrong = [];
  const seen = (e) => e.checkVisibility({ visibilityProperty: true });
  const tell = (e, what) => wrong.push(`${what}: ${e.outerHTML.slice(0, 120)}`);
  const named = (e) => (e.getAttribute("aria-label") ?? "").trim() !== "" ||
    (e.getAttribute("aria-labelledby") ?? "").split(" ").some((id) => id && document.getElementById(id)?.textContent.trim());
  if (!document.documentElement.lang) wrong.push("the page names no language");
  if (!document.title.trim()) wrong.push("the page has no title");
  if (document.querySelectorAll("h1").length !== 1) wrong.push(`the page has ${document.querySelectorAll("h1").length} first headings`);
  if (document.querySelectorAll("main").length !== 1) wrong.push("the page has no main part");
  // Enter in a field presses the form's first button, which is not to be an answer among several.
  for (const form of document.forms) {
    const buttons = [...form.elements].filter((e) => e.matches("button:not([type=button]):not([type=reset])"));
    const answers = buttons.filter((e) => !["", "_do", "do", "keys", "theme"].includes(e.name));
    if (answers.length > 1 && !buttons[0].disabled && [...form.elements].some((e) => e.matches("input:not([type=hidden], [type=checkbox])"))) tell(form, "Enter gives one of several answers");
  }
  const ids = new Set();
  for (const e of document.querySelectorAll("[id]")) {
    if (ids.has(e.id)) tell(e, "an id that is there twice");
    ids.add(e.id);
  }
  for (const e of document.querySelectorAll("[aria-describedby], [aria-labelledby]")) {
    for (const id of `${e.getAttribute("aria-describedby") ?? ""} ${e.getAttribute("aria-labelledby") ?? ""}`.split(" ")) {
      if (id && !document.getElementById(id)) tell(e, `refers to ${id}, which is not there`);
    }
  }
  for (const e of document.querySelectorAll("input:not([type=hidden]), select, textarea")) {
    if (!named(e) && ![...e.labels].some((label) => label.textContent.trim())) tell(e, "a field without a label");
  }
  for (const e of document.querySelectorAll("a[href], button, summary")) {
    if (seen(e) && !named(e) && !e.textContent.trim()) tell(e, "something to use without a name");
  }
  for (const e of document.querySelectorAll("img:not([alt]), svg[role=img]:not([aria-label])")) tell(e, "a picture without a text");
  for (const e of document.querySelectorAll("svg:not([role=img], [aria-hidden=true])")) tell(e, "a drawing that is neither named nor hidden");
  for (const e of document.querySelectorAll("table")) if (!e.querySelector("th[scope]")) tell(e, "a table without heads");
  for (const e of document.querySelectorAll("nav, [role=region]")) if (!named(e)) tell(e, "a region without a name");
  for (const e of document.querySelectorAll("[tabindex]")) if (e.tabIndex > 0) tell(e, "an order of its own");
  return wrong.join("\n");
})()
