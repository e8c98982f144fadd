// Marks: what the stage itself draws over a panel, far cheaper than a Plotly trace. A class for each kind.

const SHORTEST_ARROW_PX = 3;

const DOT = { text: "\u25CF", shift: 1, size: 24 }; // as a note in a file

class Mark {
  constructor(stage, given) {
    this.stage = stage;
    this.given = given;
    this.panel = stage.panels.get(given.panel);
    const attributes = { "data-kind": given.kind, "data-side": given.side, ...(given.is_round && { "data-round": "" }) };
    this.nodes = this.values(given.y).map(() => create("span", "stage-mark", this.panel.marks, attributes));
  }

  // An array that is fixed, or that of a place.
  values(source) {
    return Array.isArray(source) ? source : this.stage.arrays[source];
  }

  // Another message may bring a new panel, or another number of points.
  get isCurrent() {
    const { given, nodes, panel, stage } = this;
    return stage.panels.get(given.panel) === panel && this.values(given.y).length === nodes.length;
  }

  isDirty(dirty) {
    const { x, y, numbers, shades, tones } = this.given;
    return [x, y, numbers, shades, tones].some((source) => dirty.has(source));
  }

  // Strength and sign of a colour: told, or looked up in the levels that the number reaches.
  shade(i) {
    const { shades, levels, numbers } = this.given;
    if (levels === null) return shades === null ? null : (this.values(shades)[i] ?? 0);
    const number = this.values(numbers)[i] ?? 0;
    const above = levels.findIndex((level) => level > Math.abs(number));
    return ((above < 0 ? levels.length : above) / levels.length) * (number < 0 ? -1 : 1);
  }

  color(i) {
    const { colors, tones } = this.given;
    if (tones !== null) return colors[this.values(tones)[i]];
    const shade = this.shade(i);
    return colors[shade === null ? i % colors.length : shade < 0 ? 1 : 0];
  }

  spot(i) {
    return [this.given.x, this.given.y].map((source) => this.values(source)[i] ?? NaN);
  }

  place() {
    const { given, panel } = this;
    const { figure } = panel;
    if (!figure.hasAxes) return;
    this.size = figure.sizeOf(given.size);
    this.measure(figure);
    this.nodes.forEach((node, i) => {
      const spot = this.spot(i);
      const [left, top] = figure.pixelOf(spot);
      node.hidden = !Number.isFinite(left) || !Number.isFinite(top);
      if (node.hidden) return;
      setStyle(node, "transform", `translate(${left}px, ${top}px)`);
      setStyle(node, "--mark-color", this.color(i));
      if (given.is_kept_in_view) panel.keepInView(spot[0], left, this.size[0]);
      this.dress(node, i, spot);
    });
  }

  // What is the same for all nodes, and what differs.
  measure() {}
  dress() {}

  outline(node) {
    const [width, height] = this.size;
    setStyle(node, "--mark-width", `${width}px`);
    setStyle(node, "--mark-height", `${height}px`);
  }

  // The same in a file.
  notes() {
    return this.nodes.flatMap((node, i) => (node.hidden ? [] : this.note(node, i)));
  }
}

class DotMark extends Mark {
  note(node, i) {
    return { ...DOT, spot: this.spot(i), color: this.color(i) };
  }
}

// An SVG line turns its own head.
class ArrowMark extends Mark {
  isDirty(dirty) {
    return super.isDirty(dirty) || dirty.has(this.given.to_x) || dirty.has(this.given.to_y);
  }

  end(i) {
    return [this.given.to_x, this.given.to_y].map((source) => this.values(source)[i] ?? NaN);
  }

  dress(node, i, spot) {
    const { figure } = this.panel;
    node.line ??= createArrow(node);
    const [from, to] = [figure.pixelOf(spot), figure.pixelOf(this.end(i))];
    const [dx, dy] = to.map((pixel, axis) => pixel - from[axis]);
    node.line.style.display = this.isLong(dx, dy) ? "" : "none";
    node.line.setAttribute("x2", dx);
    node.line.setAttribute("y2", dy);
  }

  // Of a shorter one the head alone would be seen, or none of it.
  isLong(dx, dy) {
    return Math.max(Math.abs(dx), Math.abs(dy)) >= SHORTEST_ARROW_PX;
  }

  note(node, i) {
    return node.line.style.display ? [] : { spot: this.end(i), tail: this.spot(i), text: "", color: this.color(i), size: 14 };
  }
}

class RingMark extends Mark {
  dress(node) {
    this.outline(node);
  }

  // A file has no room for it: an annotation is no ellipse.
  note() {
    return [];
  }
}

// What is written as text: a number, or the one of several texts that it picks.
class WrittenMark extends Mark {
  missing = "";
  least = 12; // size of the letters: where there is less room they stand closer

  text(i) {
    const { choices, decimals, digits, significant, prefix, numbers, y } = this.given;
    const number = this.values(numbers ?? y)[i] ?? NaN;
    if (choices !== null) return choices[number] ?? "";
    if (Number.isNaN(number)) return this.missing;
    if (significant !== null) return prefix + formatSignificant(number, significant);
    if (digits !== null) return prefix + formatCompact(number, digits);
    const places = decimals[i % decimals.length];
    return prefix + formatFixed(number, places, { digits: Math.max(1, places - 2) });
  }

  dress(node, i) {
    const text = this.text(i);
    // As the panel was drawn: after a style was set, to ask for a width makes the browser lay out the page.
    const letters = this.letters(text);
    setStyle(node, "--mark-size", `${clamp(letters, this.least, this.panel.size + 2)}px`);
    node.toggleAttribute("data-tight", letters < this.least);
    write(node, text);
  }

  note(node, i) {
    const shift = { above: 10, below: -10 }[node.dataset.side] ?? 0;
    const size = Number.parseFloat(node.style.getPropertyValue("--mark-size"));
    return { spot: this.spot(i), text: node.textContent, shift, color: "var(--ink)", size };
  }
}

// At the end of a bar, beyond it.
class LabelMark extends WrittenMark {
  width = 2.8; // of a number, in its heights

  measure(figure) {
    this.room = figure.innerSize[0] / this.nodes.length;
    this.panel.marks.toggleAttribute("data-narrow", this.room < 24);
  }

  letters() {
    return this.room / this.width;
  }

  dress(node, i, spot) {
    const [, y] = spot;
    node.dataset.side = y < 0 ? "below" : y > 0 ? "above" : "level";
    node.toggleAttribute("data-spare", this.room < 24 && Math.abs(y) < 0.005);
    super.dress(node, i, spot);
  }
}

class PushMark extends LabelMark {
  width = 3.4; // with its arrow
}

class TextMark extends WrittenMark {
  measure(figure) {
    const { room } = this.given;
    // Seven digits are this much wider than high.
    this.largest = room === null ? Infinity : figure.sizeOf([room, 0])[0] / 3.4;
  }

  letters() {
    return this.largest;
  }

  note(node, i) {
    return { ...super.note(node, i), color: this.color(i) };
  }
}

class CellMark extends WrittenMark {
  missing = "NaN";

  measure() {
    const { decimals, digits } = this.given;
    const [width, height] = this.size;
    // Counts are short, and so are numbers of two digits.
    const characters = decimals.every((places) => places === 0) ? 2.2 : digits === 2 ? 2.7 : 3.2;
    this.largest = Math.min(width / characters, height / 1.7);
  }

  // A power of ten that the cell has no room for is nearly nothing beside the others.
  text(i) {
    const text = super.text(i);
    const width = (text.replace(".", "").length * this.least) / 2;
    return text.includes("e") && width > this.size[0] ? "≈0" : text;
  }

  letters(text) {
    return Math.min(this.largest, (1.95 * this.size[0]) / text.length);
  }

  dress(node, i, spot) {
    const shade = this.shade(i);
    this.outline(node);
    if (shade !== null) setStyle(node, "--mark-share", `${(100 * Math.abs(shade)).toFixed(1)}%`);
    super.dress(node, i, spot);
  }

  note(node, i) {
    const [width, height] = this.size.map((length) => length - 4);
    const box = { width, height, bgcolor: getComputedStyle(node, "::before").backgroundColor };
    return { ...super.note(node, i), box };
  }
}

const MARKS = { arrow: ArrowMark, label: LabelMark, push: PushMark, dot: DotMark, ring: RingMark, text: TextMark, cell: CellMark };
