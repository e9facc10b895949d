// What cannot be seen or used on the page as wide as it is now: parts that lie over one another, links that something else takes the
// clicks of, texts cut to next to nothing or drawn beyond their box, and a page that scrolls sideways.
(() => {
  const wrong = [];
  const tell = (e, what) => wrong.push(`${what}: ${e.outerHTML.slice(0, 160)}`);
  const seen = (e) => e.checkVisibility({ visibilityProperty: true }) && e.getClientRects().length > 0;
  const over = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (over > 0) {
    const widest = [...document.querySelectorAll("main *")].filter(seen).find((e) => e.getBoundingClientRect().right > innerWidth && !e.closest(".scroll, pre, .hidden"));
    wrong.push(`the page is ${over} pixels wider than the screen: ${widest?.outerHTML.slice(0, 160)}`);
  }
  const parts = [".bar", "nav.side", "h1", ".crumb", "main button"].map((s) => document.querySelector(s)).filter((e) => e && seen(e));
  scrollTo(0, 0);
  for (const [i, a] of parts.entries()) {
    for (const b of parts.slice(i + 1)) {
      if (a.contains(b)) continue;
      const [p, q] = [a, b].map((e) => e.getBoundingClientRect());
      if (Math.min(p.right, q.right) - Math.max(p.left, q.left) > 1 && Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top) > 1) tell(a, `lies over ${b.outerHTML.slice(0, 60)}`);
    }
  }
  for (const e of document.querySelectorAll("a[href], button, summary, main input:not([type=hidden]), main select")) {
    if (!seen(e) || e.matches(".skip") || e.closest(".hidden, svg, [popover]")) continue;
    e.scrollIntoView({ block: "center", inline: "nearest", behavior: "instant" });
    const box = e.getClientRects()[0];
    const at = document.elementFromPoint((box.left + box.right) / 2, (box.top + box.bottom) / 2);
    if (!at || at !== e && !e.contains(at) && at.closest("label")?.control !== e) tell(e, `something else is pressed, ${at?.outerHTML.slice(0, 80)}, in place of`);
  }
  scrollTo(0, 0);
  const least = 56;
  for (const e of document.querySelectorAll("body *")) {
    if (!seen(e) || e.closest(".hidden, svg, pre, [popover]") || e.matches("input, select, textarea, .hidden") || ![...e.childNodes].some((n) => n.nodeType === Node.TEXT_NODE && n.data.trim())) continue;
    const style = getComputedStyle(e);
    if (style.display === "inline" || e.scrollWidth <= e.clientWidth + 1) continue;
    if (style.overflowX === "visible") tell(e, `${e.scrollWidth} pixels of text are drawn over ${e.clientWidth}`);
    else if (style.overflowX === "hidden" && e.clientWidth < least) tell(e, `cut to ${e.clientWidth} pixels of ${e.scrollWidth}`);
  }
  return [...new Set(wrong)].slice(0, 12).join("\n");
})()
