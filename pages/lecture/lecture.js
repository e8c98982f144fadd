// The lecture as it is prepared. Every change is kept at once, in this browser only.

const FORMER = `${KEPT}-former`;
const MOST_FORMER = 20;

const former = () => [kept(FORMER) ?? []].flat();

// A title as the name of a file: what no system allows in one goes.
const fileName = (title) => `${title.replace(/[\\/:*?"<>|\s]+/g, " ").trim() || "lecture"}.toml`;

// Text as TOML: its strings are those of JSON, but for one character.
const quoted = (text) => JSON.stringify(text).replace(/\u007f/g, "\\u007f");

const toml = ({ title, views }) =>
  [`title = ${quoted(title)}\n`, ...views.map((view) => `\n[[view]]\n${["address", "question", "notes"].map((key) => `${key} = ${quoted(view[key] ?? "")}\n`).join("")}`)].join("");

class Lecture {
  constructor(box) {
    this.box = box;
    this.answered = Date.now(); // what was opened before this page is not opened again
    window.addEventListener("storage", () => this.draw()); // a view was added in another window
  }

  update({ data, setTriggerValue }) {
    Object.assign(this, { data, send: (text) => setTriggerValue("opened", { number: Date.now(), text }) });
    const { answer } = data;
    if (answer?.number > this.answered) {
      this.answered = answer.number;
      this.adopt(answer);
    }
    this.draw();
    this.begin();
  }

  adopt({ deck, problem }) {
    this.problem = problem;
    if (deck) this.replace(deck);
  }

  // What was there before can be had back, but for a lecture that is ready anyway.
  replace(deck) {
    const { deck: before } = this;
    const isReady = this.data.decks.some((own) => toml(own) === toml(before));
    if (before.views.length && !isReady) keep([...former(), before].slice(-MOST_FORMER), FORMER);
    this.put(deck);
  }

  undo() {
    const decks = former();
    const deck = decks.pop();
    keep(decks, FORMER);
    this.put(deck);
  }

  put(deck) {
    this.problem = undefined;
    keep(deck);
    this.draw();
  }

  get deck() {
    return kept() ?? { title: this.data.labels.untitled, views: [] };
  }

  change(edit) {
    const { deck } = this;
    edit(deck);
    keep(deck);
  }

  // Once, if the address says so: a show that was reloaded goes on.
  begin() {
    if (this.isBegun) return;
    this.isBegun = true;
    const asked = new URLSearchParams(location.search);
    if (asked.get("speaker") === "1") this.speaker = new Speaker(this.data);
    else if (Number(asked.get("show")) > 0) this.start(Number(asked.get("show")) - 1);
  }

  start(index = 0) {
    const { deck } = this;
    if (!deck.views.length || this.show) return;
    this.show = new Show(deck, this.data, () => {
      this.show = undefined;
      history.replaceState(history.state, "", `?${new URLSearchParams({ lang: this.data.language })}`);
    });
    this.show.go(Math.min(index, deck.views.length - 1));
  }

  // ---- drawing ---------------------------------------------------------------------------------

  draw() {
    const { box, deck } = this;
    const { labels, decks } = this.data;
    if (box.contains(document.activeElement) && document.activeElement.matches(TYPED)) return;
    box.replaceChildren();
    const head = create("div", "lecture-row", box);
    const title = create("input", "lecture-title", head, { value: deck.title, ariaLabel: labels.title, maxLength: 120 });
    title.oninput = () => this.change((changed) => (changed.title = title.value));
    button(head, labels.start, () => this.start(), "lecture-main").disabled = !deck.views.length;
    button(head, labels.speaker, () => window.open(`?${new URLSearchParams({ lang: this.data.language, speaker: 1 })}`, "logit-lab-speaker", "width=900,height=600"));
    this.files(create("div", "lecture-row", box), deck);
    const ready = create("div", "lecture-row", box);
    create("span", "", ready, { textContent: labels.ready });
    for (const own of decks) button(ready, own.title, () => this.replace(own));
    if (this.problem) create("p", "lecture-problem", box, { textContent: this.problem, role: "alert" });
    if (!deck.views.length) create("p", "lecture-empty", box, { textContent: labels.empty });
    const list = create("ol", "lecture-views", box);
    deck.views.forEach((view, i) => this.view(create("li", "lecture-view", list), view, i, deck.views.length));
  }

  files(row, deck) {
    const { labels } = this.data;
    const file = create("input", "", row, { type: "file", accept: ".toml", hidden: true });
    file.onchange = async () => {
      if (file.files[0]) this.send(await file.files[0].text());
      file.value = "";
    };
    button(row, labels.open, () => file.click());
    button(row, labels.save, () => this.save(deck)).disabled = !deck.views.length;
    if (former().length) button(row, labels.undo, () => this.undo());
  }

  save() {
    const href = URL.createObjectURL(new Blob([toml(this.deck)], { type: "application/toml" }));
    create("a", "", null, { href, download: fileName(this.deck.title) }).click();
    setTimeout(() => URL.revokeObjectURL(href), 1000);
  }

  view(item, view, i, count) {
    const { labels, titles, language } = this.data;
    const head = create("div", "lecture-row", item);
    const path = view.address.replace(/^\//, "").split("?")[0];
    create("a", "", head, { textContent: `${i + 1} · ${titles[path] ?? path}`, href: presented(view, language), target: "_blank" });
    // The focus goes with the view: pressed again, the button moves it on.
    const moved = (to, way) => () => {
      this.change(({ views }) => views.splice(to, 0, ...views.splice(i, 1)));
      this.draw();
      this.box.querySelectorAll(".lecture-view")[to].querySelector(`[data-way=${way}]`).focus();
    };
    const buttons = create("span", "lecture-tools", head);
    for (const [way, to] of [["up", i - 1], ["down", i + 1]]) {
      const mover = button(buttons, labels[way], moved(to, way));
      mover.dataset.way = way;
      mover.disabled = to < 0 || to >= count;
    }
    button(buttons, labels.remove, () => this.replace({ ...this.deck, views: this.deck.views.filter((_, other) => other !== i) }));
    for (const [key, tag] of [["question", "input"], ["notes", "textarea"], ["address", "input"]]) {
      const field = create(tag, `lecture-${key}`, item, { value: view[key] ?? "", placeholder: labels[key], ariaLabel: labels[key] });
      if (key === "question") field.maxLength = 300;
      field.oninput = () => this.change(({ views }) => (views[i][key] = field.value));
    }
  }
}

const lectures = new WeakMap();

export default function (component) {
  const box = component.parentElement.querySelector(".lecture");
  if (!lectures.has(box)) lectures.set(box, new Lecture(box));
  lectures.get(box).update(component);
}
