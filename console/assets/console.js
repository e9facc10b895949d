// What a page does beyond what the server renders: times in the viewer's zone, keys, copying, and staying up to date.
"use strict";

(() => {
  const main = document.getElementById("main");
  const pulse = document.getElementById("pulse");

  // Times: the zone of the viewer in the text, UTC in the title.
  // The server says how days are written, so that the page has them in one form.
  const days = document.documentElement.dataset.days;
  const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
  const two = (n) => String(n).padStart(2, "0");
  const written = (at) => days.replace(/2006|Jan|01|02|1|2/g, (part) => ({
    2006: at.getFullYear(), Jan: months[at.getMonth()], "01": two(at.getMonth() + 1), "02": two(at.getDate()), 1: at.getMonth() + 1, 2: at.getDate(),
  })[part]) + `, ${two(at.getHours())}:${two(at.getMinutes())}`;
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  function localTimes(root) {
    for (const time of root.querySelectorAll("time[datetime]:not([data-plain], [data-seconds])")) {
      const at = new Date(time.dateTime);
      if (Number.isNaN(at.getTime())) continue;
      time.textContent = written(at);
      time.dataset.zone = zone;
      if (time.dataset.until !== undefined) countDown(time, at);
    }
    for (const told of document.querySelectorAll("[data-zone]:not(time)")) told.textContent = `yours, in ${zone}`;
  }
  // The last seconds before something is done.
  function seconds() {
    for (const time of document.querySelectorAll("time[data-seconds]")) {
      const left = Math.ceil((new Date(time.dateTime) - Date.now()) / 1000);
      time.textContent = left > 0 ? `in ${left} ${left === 1 ? "second" : "seconds"}` : "now";
    }
  }
  // How long until, for what is due.
  function countDown(time, at) {
    const minutes = Math.round((at - Date.now()) / 60000);
    const text = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
    if (minutes < -1) return;
    const [n, unit] = Math.abs(minutes) < 90 ? [minutes, "minute"] : Math.abs(minutes) < 2880 ? [Math.round(minutes / 60), "hour"] : [Math.round(minutes / 1440), "day"];
    time.textContent = text.format(n, unit);
    time.classList.toggle("soon", minutes < 60);
  }

  // A button to copy what is worth copying.
  function copiers(root) {
    if (!navigator.clipboard) return;
    for (const source of root.querySelectorAll("[data-copy]")) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "copier";
      button.textContent = "Copy";
      button.setAttribute("aria-label", "Copy " + (source.textContent.length < 60 ? source.textContent : "the text"));
      button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(source.textContent);
        button.textContent = "Copied";
        setTimeout(() => { button.textContent = "Copy"; }, 1500);
      });
      source.after(button);
    }
  }

  function enhance(root) {
    localTimes(root);
    seconds();
    copiers(root);
    ticks();
  }

  // Keys.
  const typing = (element) => element.matches("input:not([type=checkbox]), textarea, select, [contenteditable]");
  let going = 0;
  function rows() { return [...main.querySelectorAll("[data-row]")].filter((row) => row.offsetParent !== null); }
  const items = "tr, li.case, li.row";
  function step(by) {
    const all = rows();
    if (all.length === 0) return;
    const item = document.activeElement.closest(items);
    const now = all.findIndex((row) => row === document.activeElement || (item && item.contains(row)));
    const next = all[Math.min(Math.max(now + by, 0), all.length - 1)];
    next.focus();
    next.scrollIntoView({ block: "nearest" });
    if (next.dataset.pane !== undefined) openBeside(next);
  }
  // The control that a letter stands for: the one of the selected row, else the page's only one.
  function control(letter) {
    const own = document.activeElement.closest(items)?.querySelectorAll(`[data-key="${letter}"]`) ?? [];
    if (own.length > 0) return own[0];
    const found = main.querySelectorAll(`[data-key="${letter}"]`);
    return found.length === 1 ? found[0] : null;
  }
  // Beside the rows is what the chosen one is about. Until it is there, a letter waits: it would be another one's.
  let opening = null;
  let typed = null;
  async function openBeside(row) {
    const pane = document.getElementById("case");
    if (!pane || row.getAttribute("aria-current")) { opening = null; return; }
    const address = row.href;
    opening = address;
    pane.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(address, { headers: { "X-Live": "1" }, redirect: "error" });
      const fresh = answer.ok && new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("case");
      if (opening !== address || !fresh) return;
      document.getElementById("case").replaceWith(fresh);
      for (const other of rows()) {
        const here = other.href === address;
        if (here) other.setAttribute("aria-current", "true"); else other.removeAttribute("aria-current");
        other.closest("li.row")?.classList.toggle("here", here);
      }
      history.replaceState(null, "", new URL(address).pathname + new URL(address).search);
      enhance(fresh);
    } catch {
      location.href = address;
    } finally {
      if (opening === address) {
        opening = null;
        document.getElementById("case")?.removeAttribute("aria-busy");
        const letter = typed;
        typed = null;
        if (letter) act(letter);
      }
    }
  }
  function act(letter) {
    if (opening && letter !== "x") { typed = letter; return; }
    const found = control(letter);
    if (!found) return;
    // A key decides nothing: it leads to the button that does, which says what it does, and Enter presses that.
    if (found.matches("button")) arm(found);
    else if (found.matches("div")) begin(found);
    else found.click();
  }
  function arm(button) {
    button.focus();
    button.scrollIntoView({ block: "nearest" });
    button.classList.add("armed");
    button.addEventListener("blur", () => button.classList.remove("armed"), { once: true });
  }
  // Any key but those that press a button or lead elsewhere takes an armed one back, and what a letter waits to arm.
  const keepsArmed = ["Enter", " ", "Tab", "Shift", "Control", "Alt", "Meta"];
  function disarm(key) {
    if (keepsArmed.includes(key)) return;
    typed = null;
    main.querySelector("button.armed")?.blur();
  }
  // To write in a form: in its first field, over what it suggests.
  function begin(form) {
    const field = form.querySelector("input:not([type=hidden])");
    field.focus();
    field.select();
  }
  document.addEventListener("keydown", (event) => {
    disarm(event.key);
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key === "k") {
      event.preventDefault();
      const box = document.getElementById("find");
      box?.focus();
      box?.select();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const target = event.target;
    if (event.key === "Escape" && typing(target)) { target.blur(); return; }
    if (typing(target) || document.body.dataset.keys === "off") return;
    if (Date.now() - going < 1200) {
      going = 0;
      const link = document.querySelector(`[data-go="${CSS.escape(event.key)}"]`);
      if (link) { event.preventDefault(); link.click(); }
      return;
    }
    switch (event.key) {
    case "g": going = Date.now(); return;
    case "j": event.preventDefault(); step(1); return;
    case "k": event.preventDefault(); step(-1); return;
    case "/": event.preventDefault(); document.getElementById("find")?.focus(); return;
    case "?": event.preventDefault(); document.getElementById("help")?.togglePopover(); return;
    case "a": case "r": case "c": case "x": case "z": case "t": case "e": {
      event.preventDefault();
      act(event.key);
    }
    }
  });

  // Ticking all of a part, and how many are.
  const boxesOf = (part) => [...main.querySelectorAll(`[data-part="${part}"] input[name="ids"]`)];
  function ticks() {
    for (const all of main.querySelectorAll("[data-all]")) {
      const boxes = boxesOf(all.dataset.all);
      const ticked = boxes.filter((box) => box.checked).length;
      main.querySelector(`[data-ticked="${all.dataset.all}"]`).textContent = ticked ? `${ticked} ticked` : "";
      all.textContent = ticked === boxes.length ? "Tick none" : "Tick all of these";
    }
  }
  document.addEventListener("change", (event) => { if (event.target.name === "ids") ticks(); });
  document.addEventListener("click", (event) => {
    const row = event.target.closest("[data-pane]");
    const plainClick = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
    if (row && plainClick && matchMedia("(min-width: 64.01rem)").matches) { event.preventDefault(); row.focus(); openBeside(row); return; }
    const all = event.target.closest("[data-all]");
    if (!all) return;
    event.preventDefault();
    const boxes = boxesOf(all.dataset.all);
    const to = boxes.some((box) => !box.checked);
    for (const box of boxes) box.checked = to;
    ticks();
  });

  // Staying up to date: when something happened that the page shows, it is fetched again and what is live is replaced.
  let waiting = null;
  let busy = false;
  let dirty = false;
  async function refresh() {
    waiting = null;
    if (busy) { dirty = true; return; }
    const live = document.getElementById("live");
    // A form that is being filled in is not taken away.
    const changed = [...live.querySelectorAll("input, textarea, select")].some((field) =>
      field.type === "checkbox" ? field.checked !== field.defaultChecked :
      field.tagName === "SELECT" ? [...field.options].some((o) => o.selected !== o.defaultSelected && o.value !== "") && field === document.activeElement :
      field.type !== "hidden" && field.value !== field.defaultValue);
    if (changed || (document.activeElement && live.contains(document.activeElement) && typing(document.activeElement))) {
      say("Something changed. Reload to see it.", false);
      return;
    }
    busy = true;
    try {
      // What is open beside rows stays open while it waits, whatever comes before it.
      const address = new URL(location.href);
      const beside = live.querySelector("#case > [data-id]");
      if (beside) address.searchParams.set("open", beside.dataset.id);
      const answer = await fetch(address, { headers: { "X-Live": "1" }, redirect: "error" });
      if (!answer.ok) return;
      const whole = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = whole.getElementById("live");
      if (!fresh || opening) return;
      document.title = whole.title;
      const side = whole.querySelector("nav.side");
      if (side && !document.querySelector("nav.side:focus-within")) document.querySelector("nav.side")?.replaceWith(side);
      const focused = document.activeElement && live.contains(document.activeElement) ? pathOf(document.activeElement) : null;
      const open = [...live.querySelectorAll("details[open]")].map(pathOf);
      const known = new Set([...live.querySelectorAll("[data-id]")].map((row) => row.dataset.id));
      live.replaceWith(fresh);
      enhance(fresh);
      for (const row of fresh.querySelectorAll("[data-id]")) if (!known.has(row.dataset.id)) row.classList.add("fresh");
      for (const path of open) { const details = find(path); if (details) details.open = true; }
      if (focused) restore(focused);
    } catch {
      // The server is away; the stream says so and the next event brings the page up to date.
    } finally {
      busy = false;
      if (dirty) { dirty = false; later(); }
    }
  }
  // Where an element was, to find it again in the page's next version: its link, its name, or its place.
  function pathOf(element) {
    if (element.id) return { id: element.id };
    const item = element.closest("[data-id]");
    const href = element.getAttribute("href");
    if (href) return { query: `${item ? `[data-id="${CSS.escape(item.dataset.id)}"] ` : ""}[href="${CSS.escape(href)}"]` };
    const says = element.matches("button") ? element.textContent : undefined;
    const same = `${item ? `[data-id="${CSS.escape(item.dataset.id)}"] ` : ""}${element.tagName.toLowerCase()}`;
    return { query: same, nth: [...document.querySelectorAll("#live " + same)].indexOf(element), says, armed: element.matches(".armed") };
  }
  // A button gets the focus back, and stays armed, only while it still does what it said.
  function restore(path) {
    const element = find(path);
    if (!element || path.says !== undefined && element.textContent !== path.says) return;
    if (path.armed) arm(element); else element.focus({ preventScroll: true });
  }
  function find(path) {
    if (path.id) return document.getElementById(path.id);
    return document.querySelectorAll("#live " + path.query)[path.nth ?? 0];
  }
  function later() { waiting ??= setTimeout(refresh, 250); }

  function say(text, lost) {
    pulse.hidden = false;
    pulse.textContent = text;
    pulse.classList.toggle("lost", lost);
  }
  // The event that the page is as of: what comes after it is heard, also when the server was away meanwhile.
  let last = main.dataset.after;
  function follow(types) {
    const source = new EventSource("/console/live?after=" + encodeURIComponent(last));
    source.addEventListener("open", () => say("Live", false));
    source.addEventListener("happened", (event) => {
      last = event.lastEventId;
      const type = JSON.parse(event.data).type;
      if (types.some((prefix) => type.startsWith(prefix))) later();
    });
    source.addEventListener("error", () => {
      say("Reconnecting", true);
      // A refusal ends the source for good; it is begun again. The page fetched anew tells why, such as a session's end.
      if (source.readyState === EventSource.CLOSED) setTimeout(() => { later(); follow(types); }, 2000);
    });
    addEventListener("pagehide", () => source.close());
  }

  enhance(document);
  // The browser itself goes to the field that an address names.
  document.addEventListener("focusin", (event) => {
    if (event.target.id && location.hash === "#" + event.target.id) event.target.select?.();
  }, { once: true });
  setInterval(() => localTimes(document), 30000);
  setInterval(seconds, 500);
  if (main.dataset.live !== undefined && pulse) follow(main.dataset.live.split(" "));
})();
