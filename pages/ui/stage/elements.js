// What the page is made of.

const create = (tag, className = "", parent = null, attributes = {}) => {
  const node = document.createElement(tag);
  node.className = className;
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  parent?.append(node);
  return node;
};

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

const write = (node, text) => {
  if (node.textContent !== text) node.textContent = text;
};

// To set a style again costs as much as to change it, and most cells of a heat map stay where they are.
function setStyle(node, name, value) {
  const known = (node.known ??= {});
  if (known[name] === value) return;
  known[name] = value;
  node.style.setProperty(name, value);
}
