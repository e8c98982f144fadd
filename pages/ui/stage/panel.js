// A panel: a figure with its title and legend, pictures below it, marks and handles on top.

// A wide screen is a projector's: it is read from the back of the hall. Presented, all is magnified anyway.
const fontSize = (width) => (isPresented() || innerWidth < 1600 || width < 440 ? 14 : width < 640 ? 16 : width < 1300 ? 18 : 22);

const [SEVERAL_POINTS, MANY_POINTS] = [4, 24]; // of more than so many in a panel each takes less room

// What a legend shows as swatches, a file writes.
const SIGNS = {
  none: "",
  fill: "\u25A0",
  outline: "\u25A1",
  hatch: "\u25A8",
  line: "\u2501",
  dots: "\u2505",
  ring: "\u25CB",
  circle: "\u25CF",
  square: "\u25A0",
  diamond: "\u25C6",
  "triangle-up": "\u25B2",
  "triangle-down": "\u25BC",
  cross: "\u271A",
  x: "\u2716",
  star: "\u2605",
  hexagon: "\u2B22",
  pentagon: "\u2B1F",
};

class Panel {
  constructor(stage, id) {
    this.stage = stage;
    this.id = id;
    this.box = create("figure", "stage-panel", null, { "data-panel": id });
    const head = create("figcaption", "stage-caption", this.box);
    this.title = create("span", "stage-title", head);
    this.legend = create("span", "stage-legend", head);
    const tools = create("span", "stage-tools", head);
    this.scroll = create("div", "stage-scroll", this.box);
    this.frame = create("div", "stage-frame", this.scroll);
    this.under = create("div", "stage-under", this.frame, { "aria-hidden": "true" });
    this.plot = create("div", "stage-plot", this.frame, { role: "img" });
    this.marks = create("div", "stage-overlay", this.frame, { "aria-hidden": "true" });
    this.overlay = create("div", "stage-overlay", this.frame);
    this.figure = new Figure(stage.plotly, this.plot, () => stage.placeAll(), (camera) => stage.lookFrom(this, camera));
    stage.observer.observe(this.plot); // a panel more or less changes the width of the others
    this.frame.addEventListener("click", (event) => this.addPoint(event));
    this.downloads = ["png", "svg", "stage_png", "stage_svg"].map((name) => {
      const format = name.slice(-3);
      const isWhole = name !== format;
      const button = create("button", "stage-tool", tools, { type: "button", "data-file": name });
      button.textContent = `${isWhole ? "\u25A6 " : ""}${format.toUpperCase()}`;
      button.onclick = () => (isWhole ? new Poster(stage).download(format) : this.download(format));
      return button;
    });
  }

  remove() {
    this.stage.observer.unobserve(this.plot);
    this.figure.discard();
    this.box.remove();
  }

  update(given) {
    const { labels } = this.stage.model;
    this.given = given;
    this.box.toggleAttribute("data-wide", given.wide);
    this.box.toggleAttribute("data-tall", given.tall);
    this.box.toggleAttribute("data-covered", given.is_covered);
    this.scroll.toggleAttribute("data-scroll", given.least_width > 0);
    this.frame.style.minWidth = given.least_width ? `${given.least_width}px` : "";
    this.frame.toggleAttribute("data-ratio", given.ratio !== null);
    this.frame.style.setProperty("--panel-share", given.height);
    this.frame.style.setProperty("--panel-ratio", given.ratio);
    this.legend.replaceChildren(
      ...given.legend.map(([label, color, shape]) => {
        const entry = create("span", "stage-legend-entry", null, { "data-shape": shape });
        entry.style.setProperty("--mark-color", color);
        entry.textContent = label;
        return entry;
      }),
    );
    this.downloads.forEach((button) => (button.title = labels[button.dataset.file]));
  }

  crowd(handles) {
    const count = handles.filter((handle) => handle.panel === this && handle.isSmallInCrowd).length;
    this.box.dataset.points = count > MANY_POINTS ? "many" : count > SEVERAL_POINTS ? "several" : "few";
  }

  get fontSize() {
    return fontSize(this.plot.clientWidth);
  }

  // Whether it has to be drawn anew, which takes long.
  isOutdated(size) {
    return this.skeleton !== this.given.figure || this.size !== size || this.theme !== this.stage.theme.key;
  }

  draw(spots, size) {
    const { theme } = this.stage;
    [this.skeleton, this.size, this.theme] = [this.given.figure, size, theme.key];
    return this.figure.draw(theme.themed(JSON.parse(this.skeleton)), this.own(spots), size, this.lastStep);
  }

  // Where its curves end: in a lecture that does not tell what comes.
  get lastStep() {
    return this.given.over_steps ? this.stage.lastStep : Infinity;
  }

  own(spots) {
    return spots.filter(({ panel }) => panel === this.id);
  }

  // A promise if that is slow.
  paint(spots, isInHand) {
    write(this.title, this.stage.readouts.fill(this.given.title));
    return this.figure.paint(this.own(spots), isInHand, this.lastStep);
  }

  describe() {
    this.plot.setAttribute("aria-label", this.given.alt);
  }

  // Only where the mark goes, not where it stays: the hand may have scrolled elsewhere since. Of what
  // is wider than the screen the beginning is shown.
  keepInView(x, left, width) {
    if (this.inView === x) return;
    this.inView = x;
    this.scroll.scrollTo({ left: left - Math.max(this.scroll.clientWidth, width + 16) / 2, behavior: "smooth" });
  }

  // A click or tap on the empty plane.
  addPoint(event) {
    if (!this.given.takes_points || event.target.closest(".stage-handle")) return;
    const { stage } = this;
    const spot = this.figure.spotUnder(...stage.pointer(event), stage.boxOf(this.plot));
    if (spot) stage.messenger.send({ added: [this.id, ...spot] });
  }

  // The file holds what the screen shows: title, legend, marks and handles too, which are not Plotly's.
  download(format) {
    const { theme, marks, handles, pictures } = this.stage;
    const here = ({ panel }) => panel === this;
    const notes = [
      ...marks.filter(here).flatMap((mark) => mark.notes()),
      ...[...handles.values()].filter(here).flatMap((handle) => handle.note() ?? []),
    ];
    return this.figure.download(format, this.id, {
      title: this.title.textContent,
      legend: this.given.legend.map(([label, color, shape]) => [label, theme.themed(color), SIGNS[shape]]),
      notes: notes.map((note) => ({ ...note, color: theme.themed(note.color) })),
      pictures: [...pictures.values()].filter(here).map((picture) => picture.still()),
      background: theme.color("--st-background-color"),
    });
  }
}
