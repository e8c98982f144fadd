// What Streamlit's page says in English whatever it shows, or does not say at all.

let whole = "";
let words = {};

const CHROME = "[data-testid=stSidebar], [data-testid=stSkipToContent], [data-testid^=stMainMenu], [data-testid^=stElementToolbar], [data-testid=stTooltipContent], [data-testid^=stNumberInputStep], [data-testid^=stBaseButton-header], [data-testid^=stExpandSidebar]";

// Streamlit's own menus and buttons are made again and again, always in English.
function translate(node) {
  const texts = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode(); text; text = texts.nextNode()) text.data = words[text.data] ?? text.data;
  for (const named of [node, ...node.querySelectorAll("[aria-label], [title]")]) {
    for (const name of ["aria-label", "title"]) {
      const word = words[named.getAttribute(name)];
      if (word) named.setAttribute(name, word);
    }
  }
}

function translateWithin(node) {
  if (node.nodeType !== Node.ELEMENT_NODE || node.closest(".stage")) return;
  if (node.closest(CHROME)) translate(node);
  else node.querySelectorAll(CHROME).forEach(translate);
}

const watcher = new MutationObserver((changes) => changes.forEach(({ addedNodes }) => addedNodes.forEach(translateWithin)));

// Its fields for whole numbers drop a comma without a word: "0,5" would become 5. Nothing is added behind one.
document.addEventListener("beforeinput", (event) => {
  const field = event.target;
  if (field.type !== "number") return;
  const isAdded = event.inputType.startsWith("insert");
  const isRefused = isAdded && (/[,，]/.test(event.data ?? "") || field.validity.customError);
  if (isRefused) event.preventDefault();
  field.setCustomValidity(isRefused ? whole : "");
  if (isRefused) field.reportValidity();
}, true);

// What stands under the mouse after a button was pressed is not asked about.
document.addEventListener("click", ({ target }) => {
  if (target.closest("button")) document.documentElement.dataset.rests = "";
}, true);
document.addEventListener("pointermove", () => delete document.documentElement.dataset.rests, true);

export default ({ data }) => {
  document.documentElement.lang = data.language; // screen readers and fonts go by it
  whole = data.whole;
  words = data.streamlit;
  watcher.disconnect();
  if (Object.keys(words).length) {
    translateWithin(document.body);
    watcher.observe(document.body, { childList: true, subtree: true });
  }
  const { dataset } = document.documentElement;
  if (data.is_presented) dataset.present = "";
  else delete dataset.present;
  if (data.is_presented && data.is_dark !== null) dataset.scheme = data.is_dark ? "dark" : "light";
  else delete dataset.scheme;
};
