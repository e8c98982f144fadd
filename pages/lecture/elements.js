// What the page is made of, and what is kept in the browser.

const KEPT = "logit-lab-lecture";
const CHANNEL = "logit-lab-lecture";

function create(tag, className, parent, properties = {}) {
  const node = Object.assign(document.createElement(tag), properties);
  node.className = className;
  parent?.append(node);
  return node;
}

function button(parent, label, act, className = "") {
  return create("button", `lecture-button ${className}`, parent, { type: "button", textContent: label, onclick: act });
}

function kept(name = KEPT) {
  try {
    return JSON.parse(localStorage.getItem(name));
  } catch {
    return null; // a browser may forbid it, and then forgets
  }
}

function keep(deck, name = KEPT) {
  try {
    localStorage.setItem(name, JSON.stringify(deck));
  } catch {
    return;
  }
}

const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

// Where a view is in the app, as it is presented.
function presented({ address, question }, language, isDark) {
  const url = new URL(`./${address.replace(/^\//, "")}`, document.baseURI);
  const { searchParams } = url;
  searchParams.set("present", "1");
  searchParams.set("lang", language);
  if (question) searchParams.set("ask", question);
  if (isDark !== undefined) searchParams.set("dark", isDark ? "1" : "0");
  return url.href;
}
