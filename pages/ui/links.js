// Links to lessons. A click goes there within the app; the address is a whole one, to copy or to open elsewhere.

function element(name, className, text) {
  const node = document.createElement(name);
  node.className = className;
  node.textContent = text;
  return node;
}

function linkTo({ title, number, summary, picture }) {
  const link = element("a", summary ? "lesson-card" : "", "");
  if (picture) {
    const frame = element("span", "lesson-picture", "");
    frame.setAttribute("aria-hidden", "true");
    frame.innerHTML = picture; // a file of the lesson
    link.append(frame);
  }
  if (number) link.append(element("span", "lesson-number", `${number} `));
  link.append(element("span", "lesson-title", title));
  if (summary) link.append(element("span", "lesson-summary", summary));
  return link;
}

// Where the tools begin, they are named.
const listed = (links, tools) =>
  links.flatMap((link, i) => {
    const isFirst = link.part === "tools" && links[i - 1]?.part !== "tools";
    return isFirst ? [element("p", "lesson-part", tools), linkTo(link)] : [linkTo(link)];
  });

export default function ({ data, parentElement, setTriggerValue }) {
  const links = JSON.parse(data.links);
  const list = parentElement.querySelector(".lesson-links");
  list.setAttribute("aria-label", data.label);
  if (list.drawn !== data.links) list.replaceChildren(...listed(links, data.tools));
  list.drawn = data.links;
  list.querySelectorAll("a").forEach((link, i) => {
    const { path } = links[i];
    link.href = new URL(data.query ? `./${path}?${data.query}` : `./${path}`, document.baseURI);
    if (path === data.shown) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
    link.onclick = (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      setTriggerValue("path", path);
    };
  });
}
