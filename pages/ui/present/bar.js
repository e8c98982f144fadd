// The buttons beside the title, and the keys of a lecture. What they change is written into the address
// by Python, so that a link shows the same picture.

const TYPED = "input, textarea, [contenteditable='true']";

function element(name, className, text) {
  const node = document.createElement(name);
  node.className = className;
  node.textContent = text;
  return node;
}

const KEPT = "logit-lab-lecture"; // the reader's lecture, in this browser only
const [TOLD_MS, LOOK_MS, GUARD_MS, PATIENCE_MS] = [3000, 20, 250, 3000];

const isAtRest = () =>
  document.querySelector('[data-test-script-state="notRunning"]') &&
  [...document.querySelectorAll(".stage")].every(({ dataset }) => !dataset.sent || dataset.sent === dataset.answers);

// What the page is told by the address of a lecture alone is no part of a view.
const OF_THE_SHOW = ["present", "dark", "lang", "revealed", "ask", "tab", "embed"];

class Bar {
  constructor() {
    document.addEventListener("keydown", (event) => this.press(event), true); // before a handle takes it
    document.addEventListener("pointerdown", () => (this.walks = false), true);
    document.addEventListener("pointerup", () => this.data.isEmbedded && setTimeout(letGo));
    window.addEventListener("popstate", () => clearTimeout(this.guarding)); // Back is meant
  }

  update({ data, parentElement, setTriggerValue }) {
    // An answer to an earlier key does not undo a later one.
    if (data.revealed === this.sent) this.sent = undefined;
    this.data = { ...data, revealed: this.sent ?? data.revealed };
    this.send = (changes) => setTriggerValue("changed", changes);
    const bar = parentElement.querySelector(".present-bar");
    if (data.isPresented) bar.replaceChildren();
    else if (!bar.childElementCount || bar.firstChild.textContent !== data.labels.present) this.fill(bar);
  }

  fill(bar) {
    const { labels } = this.data;
    const acts = { present: () => this.present(true), add: () => this.add(), copy: () => this.copy() };
    const buttons = Object.entries(acts).map(([name, onclick]) =>
      Object.assign(element("button", "present-button", labels[name]), { type: "button", title: labels[`${name}_help`], onclick }));
    bar.replaceChildren(...buttons);
  }

  get page() {
    return location.pathname.split("/").pop();
  }

  // Keeps what is shown for a lecture, with a question and notes.
  add() {
    const { labels, question } = this.data;
    const dialog = element("dialog", "keep", "");
    const form = element("form", "", "");
    form.method = "dialog";
    const [asked, notes] = ["input", "textarea"].map((tag, i) => Object.assign(element(tag, "", ""), { placeholder: labels[["ask", "notes"][i]], ariaLabel: labels[["ask", "notes"][i]] }));
    Object.assign(asked, { value: question, maxLength: 300 });
    form.append(element("strong", "", labels.add), asked, notes, element("button", "lecture-button lecture-main", labels.keep));
    form.onsubmit = () => this.keep({ question: asked.value.trim(), notes: notes.value.trim() });
    dialog.append(form);
    dialog.onclose = () => dialog.remove();
    document.body.append(dialog);
    dialog.showModal();
  }

  keep(words) {
    const shown = new URLSearchParams(location.search);
    for (const name of OF_THE_SHOW) shown.delete(name);
    const { labels } = this.data;
    let lecture = { title: labels.untitled, views: [] };
    try {
      lecture = JSON.parse(localStorage.getItem(KEPT)) ?? lecture;
      lecture.views.push({ address: `/${this.page}${shown.size ? `?${shown}` : ""}`, ...words });
      localStorage.setItem(KEPT, JSON.stringify(lecture));
    } catch {
      this.tell(labels.not_kept);
      return;
    }
    this.tell(labels.kept.replace("{count}", lecture.views.length));
  }

  // The line that shows this view in slides.
  async copy() {
    const shown = new URL(location.href);
    shown.searchParams.delete("present");
    shown.searchParams.set("embed", "true");
    const line = `<iframe src="${shown.href.replaceAll("&", "&amp;")}" width="1280" height="720" style="border: 0" allow="fullscreen"></iframe>`;
    try {
      await navigator.clipboard.writeText(line);
      this.tell(this.data.labels.copied);
    } catch {
      prompt(this.data.labels.copy, line); // a browser may forbid it, as on a page without https
    }
  }

  tell(text) {
    const told = element("div", "present-told", text);
    told.setAttribute("role", "status");
    document.body.append(told);
    setTimeout(() => told.remove(), TOLD_MS);
  }

  // Not while an answer is under way: the browser does not know its address yet, and would undo it.
  change(changes) {
    this.changes = { ...this.changes, ...changes };
    this.since ??= performance.now();
    clearTimeout(this.waiting);
    if (!isAtRest() && performance.now() - this.since < PATIENCE_MS) {
      this.waiting = setTimeout(() => this.change({}), LOOK_MS);
      return;
    }
    this.send(this.changes);
    this.guard(this.changes);
    this.changes = this.since = undefined;
  }

  // Nor may a release undo it that was let go before the browser knew of it.
  guard(changes) {
    clearTimeout(this.guarding);
    const end = performance.now() + PATIENCE_MS;
    const look = () => {
      const shown = new URLSearchParams(location.search);
      if (isAtRest() && Object.entries(changes).some(([name, text]) => shown.get(name) !== text)) this.send(changes);
      if (performance.now() < end) this.guarding = setTimeout(look, GUARD_MS);
    };
    this.guarding = setTimeout(look, GUARD_MS);
  }

  present(isWanted) {
    this.change({ present: isWanted ? "1" : null, ...(!isWanted && { revealed: null, ...this.chosen() }) });
  }

  // One panel large; before that, some may have been chosen.
  enlarge(panel) {
    if (this.before?.page !== this.page) this.before = { page: this.page, panels: new URLSearchParams(location.search).get("panels") };
    this.change({ panels: panel });
  }

  chosen() {
    const { page, panels } = this.before ?? {};
    this.before = undefined;
    return page === this.page && { panels };
  }

  // Uncovers everything, for paper; what it gives covers it again.
  async uncover() {
    const { hidden, revealed } = this.data;
    if (revealed === hidden || !document.querySelector(".present-bar")) return undefined;
    this.change({ revealed: String(hidden) });
    const end = performance.now() + PATIENCE_MS;
    while (performance.now() < end && !(this.data.revealed === hidden && isAtRest())) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    return () => this.change({ revealed: revealed ? String(revealed) : null });
  }

  // How much is revealed then; false if there is nothing more.
  reveal(step) {
    const { hidden, revealed } = this.data;
    const next = revealed + step;
    if (!(next >= 0 && next <= hidden)) return false;
    this.sent = next;
    this.data = { ...this.data, revealed: next };
    this.change({ revealed: next ? String(next) : null });
    return true;
  }

  // What a key does; undefined if it is none of a lecture.
  action({ key, shiftKey }) {
    const { isPresented, isEmbedded, panels } = this.data;
    const small = key.length === 1 ? key.toLowerCase() : key;
    const way = isEmbedded && (shiftKey && key === " " ? "prev" : SLIDES[small]);
    if (way) return () => this.reveal({ next: 1, prev: -1 }[way]) || tellSlides(way);
    if (small === "p" && !isEmbedded) return () => this.present(!isPresented);
    if (small === "a" && !isEmbedded) return () => this.add();
    if (!isPresented) return undefined;
    if (key === "Escape" && !isEmbedded) return () => this.present(false);
    if (small === "d") return () => this.change({ dark: document.querySelector(".stage")?.dataset.theme === "dark" ? "0" : "1" });
    if (small === "f") return () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen());
    if (key === "0") return () => this.change({ panels: null, ...this.chosen() });
    if (/^[1-9]$/.test(key) && panels[key - 1]) return () => this.enlarge(panels[key - 1]);
    if (key === " ") return () => this.reveal(shiftKey ? -1 : 1);
    if (key === "Enter") return () => this.reveal(1);
    return undefined;
  }

  press(event) {
    const { target, key } = event;
    if (key === "Tab") this.walks = true;
    const typed = `${TYPED}, dialog${this.data.isPresented ? "" : ", select"}`; // a remote does not choose from a list
    if (event.ctrlKey || event.metaKey || event.altKey || target.closest(typed)) return;
    // Who walks with the keyboard types numbers into handles, and presses buttons.
    if (this.walks && target.matches(".stage-handle") && (this.data.isEmbedded || /^(\d|Enter)$/.test(key))) return;
    if (target.matches(".stage-handle[data-dragging]") && key === "Escape") return;
    if (target.closest("button, a") && /^( |Enter)$/.test(key)) return;
    const act = this.action(event);
    if (!act || act() === false) return;
    event.preventDefault();
    event.stopPropagation();
  }
}

// A component may be loaded anew: the page listens once.
const bar = (window.logitLabBar ??= new Bar());

export default (component) => bar.update(component);
