// What on the page has less contrast than WCAG 2.1 AA asks for: 4.5 for texts, 3 for large ones (1.4.3) and for the edges of
// fields and buttons (1.4.11).
(() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const colours = new Map();
  // The browser itself says what a colour is in red, green, blue and alpha.
  function colour(text) {
    if (!colours.has(text)) {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = text;
      canvas.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
      colours.set(text, [r, g, b, a / 255]);
    }
    return colours.get(text);
  }
  const over = ([r, g, b, a], [r2, g2, b2]) => [r * a + r2 * (1 - a), g * a + g2 * (1 - a), b * a + b2 * (1 - a), 1];
  function ground(element) {
    const layers = [];
    for (let e = element; e; e = e.parentElement) layers.push(colour(getComputedStyle(e).backgroundColor));
    return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255, 1]);
  }
  function opacity(element) {
    let all = 1;
    for (let e = element; e; e = e.parentElement) all *= parseFloat(getComputedStyle(e).opacity);
    return all;
  }
  const linear = (c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  const luminance = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  function contrast(a, b) {
    const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
    return (light + 0.05) / (dark + 0.05);
  }
  const wrong = new Set();
  function judge(element, what, front, back, needed) {
    const ratio = contrast(front, back);
    if (ratio < needed) wrong.add(`${ratio.toFixed(2)} instead of ${needed}: ${what} of <${element.tagName.toLowerCase()} class="${element.getAttribute("class") ?? ""}"> "${element.textContent.trim().slice(0, 40)}"`);
  }
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || !element.checkVisibility({ visibilityProperty: true }) || element.closest(".hidden, title, option, [popover]")) continue;
    const style = getComputedStyle(element);
    const back = ground(element);
    const [r, g, b, a] = colour(element.closest("svg") ? style.fill : style.color);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || size >= 18.66 && parseInt(style.fontWeight, 10) >= 700;
    judge(element, "text", over([r, g, b, a * opacity(element)], back), back, large ? 3 : 4.5);
  }
  for (const field of document.querySelectorAll("input:not([type=hidden], [type=checkbox]), select, textarea")) {
    if (!field.checkVisibility()) continue;
    const style = getComputedStyle(field);
    const around = ground(field.parentElement);
    judge(field, "edge", over(colour(style.borderTopColor), around), around, 3);
    judge(field, "text", over(colour(style.color), ground(field)), ground(field), 4.5);
    if (field.placeholder) judge(field, "placeholder", over(colour(getComputedStyle(field, "::placeholder").color), ground(field)), ground(field), 4.5);
  }
  return [...wrong].join("\n");
})()
