// What the page is made of.

const create = (tag, className = "", parent = null, attributes = {}) => {
  const node = document.createElement(tag);
  node.className = className;
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  parent?.append(node);
  return node;
};

const SVG = "http://www.w3.org/2000/svg";

// A path in a square of 24 units.
function createIcon(parent) {
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("viewBox", "0 0 24 24");
  drawing.setAttribute("aria-hidden", "true");
  parent.append(drawing);
  return drawing.appendChild(document.createElementNS(SVG, "path"));
}

let arrows = 0;

// A line from the origin to (x2, y2), in the colour of the text, with a head that turns with it.
function createArrow(parent) {
  const drawing = document.createElementNS(SVG, "svg");
  const head = `stage-head-${(arrows += 1)}`;
  drawing.innerHTML = `<marker id="${head}" viewBox="0 0 8 8" refX="6.5" refY="4" markerWidth="3.6" markerHeight="3.6"
    orient="auto"><path d="M0 0.6L7.4 4L0 7.4Z" fill="currentColor"/></marker><line marker-end="url(#${head})"/>`;
  parent.append(drawing);
  return drawing.querySelector("line");
}

const isPresented = () => "present" in document.documentElement.dataset;

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

// A new text node would make the browser try every rule with :has() again: a fifth of a frame.
const write = (node, text) => {
  const words = node.firstChild;
  if (words?.nodeType !== Node.TEXT_NODE || words.nextSibling) node.textContent = text;
  else if (words.data !== text) words.data = text;
};

// To set a style again costs as much as to change it, and most cells of a heat map stay where they are.
function setStyle(node, name, value) {
  const known = (node.known ??= {});
  if (known[name] === value) return;
  known[name] = value;
  node.style.setProperty(name, value);
}
