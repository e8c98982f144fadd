// Marks: what the stage itself draws over a panel, far cheaper than a Plotly trace.

// To set a style again costs as much as to change it, and most cells of a heat map stay where they are.
function setStyle(node, name, value) {
  const known = (node.known ??= {});
  if (known[name] === value) return;
  known[name] = value;
  node.style.setProperty(name, value);
}

class Mark {
  constructor(stage, given) {
    this.stage = stage;
    this.given = given;
    this.panel = stage.panels.get(given.panel);
    this.isShaded = given.shades !== null || given.levels !== null;
    const count = this.values(given.y).length;
    this.nodes = Array.from({ length: count }, () =>
      create("span", "stage-mark", this.panel.marks, { "data-kind": given.kind, "data-side": given.side, ...(given.is_round && { "data-round": "" }) }),
    );
  }

  // An array that is fixed, or that of a place.
  values(source) {
    return Array.isArray(source) ? source : this.stage.arrays[source];
  }

  isDirty(dirty) {
    const { x, y, numbers, shades, tones } = this.given;
    return [x, y, numbers, shades, tones].some((source) => dirty.has(source));
  }

  // Strength and sign of a cell's colour: told, or looked up in the levels that its number reaches.
  shade(i) {
    const { shades, levels, numbers } = this.given;
    if (levels === null) return this.values(shades)[i] ?? 0;
    const number = this.values(numbers)[i] ?? 0;
    const above = levels.findIndex((level) => level > Math.abs(number));
    return ((above < 0 ? levels.length : above) / levels.length) * (number < 0 ? -1 : 1);
  }

  color(i) {
    const { colors, tones } = this.given;
    if (tones !== null) return colors[this.values(tones)[i]];
    if (this.isShaded) return colors[this.shade(i) < 0 ? 1 : 0];
    return colors[i % colors.length];
  }

  text(i) {
    const { kind, choices, decimals, digits, significant, prefix, numbers, y } = this.given;
    const number = this.values(numbers ?? y)[i] ?? NaN;
    if (choices !== null) return choices[number] ?? "";
    if (Number.isNaN(number)) return kind === "cell" ? "NaN" : "";
    if (significant !== null) return prefix + formatSignificant(number, significant);
    if (digits !== null) return prefix + formatCompact(number, digits);
    return prefix + formatFixed(number, decimals[i % decimals.length], { digits: 1 });
  }

  place() {
    const { given, nodes, panel } = this;
    const layout = panel.plot._fullLayout;
    if (!layout?.xaxis?._length) return;
    const { xaxis, yaxis } = layout;
    const isBar = given.kind === "label" || given.kind === "push";
    const letters = given.kind === "push" ? 3.4 : 2.8; // the width of a number with its arrow, in its heights
    const [width, height] = [xaxis, yaxis].map((axis, i) => Math.abs(axis.d2p(given.size[i]) - axis.d2p(0)));
    const room = given.kind === "cell" ? width : xaxis._length / nodes.length;
    const xs = this.values(given.x);
    const ys = this.values(given.y);
    // Seven digits are this much wider than high.
    const roomy = given.room === null ? Infinity : Math.abs(xaxis.d2p(given.room) - xaxis.d2p(0)) / 3.4;
    // Counts are short, and so are numbers of two digits.
    const characters = given.decimals.every((decimals) => decimals === 0) ? 2.4 : given.digits === 2 ? 3.1 : 3.6;
    const size = given.kind === "cell" ? Math.min(width / characters, height / 1.7) : isBar ? room / letters : roomy;
    // As it was drawn: after a style was set, to ask for a width makes the browser lay out the page.
    const largest = panel.size + 2;
    if (isBar) panel.marks.toggleAttribute("data-narrow", room < 24);
    nodes.forEach((node, i) => {
      const [x, y] = [xs[i] ?? NaN, ys[i] ?? NaN];
      node.hidden = !Number.isFinite(xaxis.d2p(x)) || !Number.isFinite(yaxis.d2p(y));
      if (node.hidden) return;
      setStyle(node, "transform", `translate(${toPixel(xaxis, x)}px, ${toPixel(yaxis, y)}px)`);
      setStyle(node, "--mark-color", this.color(i));
      if (given.is_kept_in_view) this.keepInView(x, toPixel(xaxis, x), width);
      if (given.kind === "dot") return;
      if (given.kind === "cell" || given.kind === "ring") {
        setStyle(node, "--mark-width", `${width}px`);
        setStyle(node, "--mark-height", `${height}px`);
      }
      if (given.kind === "ring") return;
      if (this.isShaded) setStyle(node, "--mark-share", `${(100 * Math.abs(this.shade(i))).toFixed(1)}%`);
      if (isBar) {
        node.dataset.side = y < 0 ? "below" : y > 0 ? "above" : "level";
        node.toggleAttribute("data-spare", room < 24 && Math.abs(y) < 0.005);
      }
      const text = this.text(i);
      const fitting = given.kind === "cell" ? clamp(Math.min(size, (1.6 * width) / text.length), 8, largest) : clamp(size, 9, largest);
      setStyle(node, "--mark-size", `${fitting}px`);
      write(node, text);
    });
  }

  // Only where the mark goes, not where it stays: the hand may have scrolled elsewhere since. Of what
  // is wider than the screen the beginning is shown.
  keepInView(x, left, width) {
    const { panel } = this;
    if (panel.inView === x) return;
    panel.inView = x;
    const scroll = panel.frame.parentNode;
    scroll.scrollTo({ left: left - Math.max(scroll.clientWidth, width + 16) / 2, behavior: "smooth" });
  }

  // The same as annotations of Plotly, for a file.
  annotations() {
    const { given } = this;
    const xs = this.values(given.x);
    const ys = this.values(given.y);
    return this.nodes.flatMap((node, i) => {
      if (node.hidden || given.kind === "ring") return [];
      const color = this.stage.themed(this.color(i));
      const spot = { x: xs[i], y: ys[i], showarrow: false };
      if (given.kind === "dot") return { ...spot, text: "\u25CF", yshift: 1, font: { color, size: 24 } };
      const size = Number.parseFloat(node.style.getPropertyValue("--mark-size"));
      const ink = given.kind === "text" ? color : this.stage.color("--ink");
      const note = { ...spot, text: plain(node.textContent), yshift: { above: 10, below: -10 }[node.dataset.side] ?? 0, font: { color: ink, size } };
      if (given.kind !== "cell") return note;
      const [width, height] = ["--mark-width", "--mark-height"].map((name) => Number.parseFloat(node.style.getPropertyValue(name)) - 4);
      return { ...note, width, height, bgcolor: getComputedStyle(node, "::before").backgroundColor, align: "center" };
    });
  }
}

const plain = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

// The file holds what the screen shows: title, legend, marks and handles too, which are not Plotly's.
async function download(stage, panel, format) {
  const { data, layout } = panel.plot;
  const [ink, background] = ["--ink", "--st-background-color"].map(stage.color);
  const note = (x, y, text, yshift) => ({ x, y, text, yshift, showarrow: false, font: { color: ink, size: 14 } });
  const marks = stage.marks.filter((mark) => mark.panel === panel).flatMap((mark) => mark.annotations());
  const handles = [...stage.handles.values()]
    .filter(({ given }) => given.panel === panel.id && given.axis !== "xy" && given.mark !== "cell")
    .map(({ given, value, pill, isNumber }) =>
      isNumber
        ? note(...given.at, plain(pill.textContent), 0)
        : given.axis === "y"
        ? note(given.at, value, plain(pill.textContent), value < 0 ? -12 : 12)
        : given.at !== null
        ? { ...note(value, given.at, "\u25CF", 1), font: { color: stage.themed(given.color), size: 24 } }
        : { ...note(value, 0, plain(pill.textContent), 14 - layout.margin.b), yref: "paper", yanchor: "middle" },
    );
  const annotations = [...(layout.annotations ?? []), ...marks, ...handles].filter(({ x }) => Number.isFinite(x));
  const images = [...stage.pictures.values()].filter((picture) => picture.panel === panel).map((picture) => picture.layoutImage());
  const legend = panel.given.legend.map(
    ([label, color, shape]) => `${shape === "none" ? "" : `<span style="color:${stage.themed(color)}">\u25A0</span> `}${plain(label)}`,
  );
  const text = `<b>${plain(panel.title.textContent)}</b><br><span style="font-size:14px">${legend.join("   ")}</span>`;
  const title = { text, font: { size: 17 }, x: 0.02, y: 1, yanchor: "top", pad: { t: 26 } };
  const { clientWidth: width, clientHeight } = panel.plot;
  const figure = {
    data,
    layout: { ...layout, annotations, images, title, margin: { ...layout.margin, t: 72 }, paper_bgcolor: background },
  };
  await stage.plotly.downloadImage(figure, { format, width, height: clientHeight + 62, filename: panel.id, scale: 2 });
}
