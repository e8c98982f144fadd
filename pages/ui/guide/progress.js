// What was answered is known to this browser only, by the paths of the lessons.
// Marks are a style sheet of their own: whatever Streamlit draws anew is marked at once.

const STORE = "logit-lab-answered";

function stored() {
  try {
    return JSON.parse(localStorage.getItem(STORE)) ?? {};
  } catch {
    return {}; // a browser may forbid it, and then forgets
  }
}

function store(answered) {
  try {
    localStorage.setItem(STORE, JSON.stringify(answered));
  } catch {
    return;
  }
}

function rules({ path, labels, ...data }, answered) {
  const asking = JSON.parse(data.asking);
  const done = (name) => (asking[name] ?? []).filter((number) => answered[name]?.includes(number));
  const lists = Object.keys(asking).filter((name) => done(name).length);
  const links = lists.map((name) => {
    const text = labels.progress.replace("{done}", done(name).length).replace("{count}", asking[name].length);
    const places = [`="${name}"`, `^="${name}?"`, `$="/${name}"`, `*="/${name}?"`];
    const links = places.map((place) => `.lesson-links a[href${place}] .lesson-title::after`);
    return `${links.join(", ")} { content: "✓ ${done(name).length}/${asking[name].length}" / "${text}"; }`;
  });
  const scenes = done(path).map((number) => `.scene-list > :nth-child(${number}) > button::after { content: "✓"; }`);
  return [...links, ...scenes].join("\n");
}

function show(parent, data) {
  const answered = stored();
  let sheet = document.getElementById("logit-lab-progress");
  if (!sheet) {
    sheet = document.createElement("style");
    sheet.id = "logit-lab-progress";
    document.head.append(sheet);
  }
  sheet.textContent = rules(data, answered);
  document.querySelector(".st-key-guide")?.setAttribute("aria-live", "polite");
  let button = parent.querySelector("button");
  if (!button) {
    button = document.createElement("button");
    button.type = "button";
    button.className = "progress-forget";
    parent.append(button);
  }
  button.textContent = data.labels.forget;
  button.hidden = !Object.keys(answered).length;
  button.onclick = () => {
    store({});
    show(parent, { ...data, answered: null });
  };
}

export default function ({ data, parentElement }) {
  const { path, answered: number } = data;
  const answered = stored();
  if (number !== null && !answered[path]?.includes(number)) {
    store({ ...answered, [path]: [...(answered[path] ?? []), number] });
  }
  show(parentElement, data);
}
