// Readouts: live numbers and sentences above the panels, and within their titles.

const LONG_NUMBER = 8; // characters
const CHINESE = "[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]";
const APART = new RegExp(`(${CHINESE}\\**) (?=\\**${CHINESE})`, "g");

class Readouts {
  constructor(stage) {
    this.stage = stage;
    this.bar = create("dl", "stage-readouts", stage.root);
    this.sentences = create("div", "stage-sentences", stage.root);
    this.status = create("div", "stage-status", stage.root, { role: "status" });
    this.said = new Map();
    this.nodes = new Map();
  }

  update({ readouts, places }) {
    const shown = readouts.filter((readout) => readout.label !== null);
    const key = shown.map(({ id, choices }) => `${id} ${choices?.length}`).join();
    this.given = new Map(readouts.map((readout) => [readout.id, readout]));
    this.placeOf = new Map(places.map(({ panel, attribute }, place) => [panel === null ? attribute : null, place]));
    if (key !== this.key) this.build(shown);
    this.key = key;
    for (const { id, tone, label } of shown) {
      const nodes = this.nodes.get(id);
      nodes.box.dataset.tone = tone;
      if (nodes.label) nodes.label.textContent = label;
    }
  }

  build(shown) {
    this.bar.replaceChildren();
    this.sentences.replaceChildren();
    this.nodes = new Map(shown.map((readout) => [readout.id, readout.choices ? this.sentence(readout) : this.number(readout)]));
    this.bar.hidden = !this.bar.childElementCount;
  }

  number({ id }) {
    const box = create("div", "stage-readout", this.bar);
    return { box, label: create("dt", "", box), value: create("dd", "stage-value", box, { "data-readout": id }), rooms: [] };
  }

  // Unseen, every sentence keeps the room that it needs: nothing jumps when another takes its place.
  sentence({ id, choices }) {
    const box = create("div", "stage-sentence", this.sentences);
    const value = create("p", "stage-value", box, { "data-readout": id });
    return { box, value, rooms: choices.map(() => create("p", "stage-room", box, { "aria-hidden": "true" })) };
  }

  word({ id, choices, significant, decimals, beyond, is_covered: isCovered }) {
    if (isCovered) return "?";
    const [number] = this.stage.arrays[this.placeOf.get(id)] ?? [];
    if (choices !== null) return choices[number];
    if (number === Infinity) return beyond;
    return significant !== null ? formatSignificant(number ?? NaN, significant, { trimmed: true }) : formatFixed(number ?? NaN, decimals);
  }

  // Chinese words that were filled in stand close to those beside them.
  fill(template) {
    const filled = template.replace(/\{(\w+)\}/g, (whole, id) => (this.given.has(id) ? this.word(this.given.get(id)) : whole));
    return filled.replace(APART, "$1");
  }

  // Every second part of a sentence, between ** and **, is strong.
  writeSentence(node, template) {
    const text = this.fill(template);
    if (node.dataset.text === text) return;
    node.dataset.text = text;
    const parts = text.split("**");
    if (node.childNodes.length !== parts.length) node.replaceChildren(...parts.map((_, i) => (i % 2 ? create("strong") : "")));
    node.childNodes.forEach((child, i) => (i % 2 ? write(child, parts[i]) : (child.data = parts[i])));
  }

  paint(isInHand) {
    for (const [id, { value, rooms }] of this.nodes) {
      const readout = this.given.get(id);
      const word = this.word(readout);
      if (readout.choices === null) {
        write(value, word);
        value.toggleAttribute("data-long", word.length > LONG_NUMBER);
      } else this.writeSentence(value, readout.is_covered ? "" : word); // a mark alone would look forgotten
      if (!isInHand) rooms.forEach((room, i) => this.writeSentence(room, readout.choices[i]));
    }
    if (!isInHand) this.announce();
  }

  // Not while the hand moves, and not what everyone reads first: what has become of it.
  announce() {
    const told = [...this.nodes].filter(([id]) => this.given.get(id).choices !== null);
    const news = told.map(([id, { value }]) => [id, value.textContent]).filter(([id, text]) => this.said.get(id) !== text);
    const isFirst = this.said.size === 0;
    for (const [id, text] of news) this.said.set(id, text);
    if (news.length && !isFirst) this.status.textContent = news.map(([, text]) => text).join(" ");
  }
}
