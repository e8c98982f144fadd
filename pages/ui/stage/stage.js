// An animation that is under way tells its plot of its end, even of one that is gone.
function discard(plotly, plot) {
  plotly.purge(plot);
  plot.emit = () => {};
}

class Stage {
  constructor(root) {
    this.root = create("div", "stage", root);
    this.readoutBar = create("dl", "stage-readouts", this.root);
    this.sentenceBar = create("div", "stage-sentences", this.root);
    this.grid = create("div", "stage-grid", this.root);
    this.timelines = create("div", "stage-timelines", this.root);
    this.panels = new Map();
    this.handles = new Map();
    this.marks = [];
    this.pictures = new Map();
    this.colorsOf = new WeakMap();
    this.sent = 0; // number of the last message to Python; Python's answer carries it back
    this.moved = new Set(); // handles moved since Python computed the model
    this.dirty = new Set();
    this.root.addEventListener("keydown", (event) => event.stopPropagation());
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(this.grid);
  }

  dispose() {
    this.disposed = true;
    this.observer.disconnect();
    clearTimeout(this.throttled);
    cancelAnimationFrame(this.frame);
    for (const handle of this.handles.values()) handle.stop();
    for (const panel of this.panels.values()) if (window.Plotly) discard(window.Plotly, panel.plot);
    this.root.remove();
  }

  // ---- Python to stage -------------------------------------------------------------------------

  async receive(model) {
    const answered = model.answers >= this.sent;
    const theme = this.readTheme();
    if (!answered && theme === this.theme) return; // an answer to an older question
    this.plotly ??= await loadPlotly(model.plotly);
    if (this.disposed) return;
    if (answered) this.adopt(model);
    await this.draw(theme);
    this.root.dataset.answers = this.model.answers;
    this.root.dataset.ready = "true";
  }

  adopt(model) {
    this.model = model;
    this.arrays = model.now.map((values) => (ArrayBuffer.isView(values) ? values : [...values]));
    this.moved.clear();
    this.focus = model.focus;
    this.syncPanels();
    this.syncMarks();
    this.syncPictures();
    this.syncReadouts();
    this.syncHandles();
    for (const handle of this.handles.values()) if (handle.held) handle.show();
  }

  syncPanels() {
    this.root.dataset.panels = this.model.panels.length;
    this.root.toggleAttribute("data-pinned", this.model.pinned);
    const tall = this.model.panels.filter((given) => given.tall).length;
    if (tall) this.root.dataset.tall = tall;
    else delete this.root.dataset.tall;
    for (const [id, panel] of this.panels) {
      if (this.model.panels.some((given) => given.id === id)) continue;
      discard(this.plotly, panel.plot);
      panel.box.remove();
      this.panels.delete(id);
    }
    this.model.panels.forEach((given, position) => {
      let panel = this.panels.get(given.id);
      if (!panel) {
        const box = create("figure", "stage-panel", null, { "data-panel": given.id });
        const head = create("figcaption", "stage-caption", box);
        const title = create("span", "stage-title", head);
        const legend = create("span", "stage-legend", head);
        const tools = create("span", "stage-tools", head);
        const frame = create("div", "stage-frame", create("div", "stage-scroll", box));
        const under = create("div", "stage-under", frame, { "aria-hidden": "true" });
        panel = { id: given.id, box, title, legend, frame, under, plot: create("div", "stage-plot", frame, { role: "img" }) };
        frame.addEventListener("click", (event) => this.addPoint(panel, event));
        panel.marks = create("div", "stage-overlay", frame, { "aria-hidden": "true" });
        panel.overlay = create("div", "stage-overlay", frame);
        panel.downloads = ["png", "svg"].map((format) => {
          const button = create("button", "stage-tool", tools, { type: "button", "data-format": format });
          button.textContent = format.toUpperCase();
          button.onclick = () => download(this, panel, format);
          return button;
        });
        this.panels.set(given.id, panel);
      }
      panel.given = given;
      panel.box.toggleAttribute("data-wide", given.wide);
      panel.box.toggleAttribute("data-tall", given.tall);
      panel.frame.parentNode.toggleAttribute("data-scroll", given.least_width > 0);
      panel.frame.style.minWidth = given.least_width ? `${given.least_width}px` : "";
      panel.plot.style.setProperty("--panel-share", given.height);
      panel.frame.toggleAttribute("data-ratio", given.ratio !== null);
      panel.frame.style.setProperty("--panel-share", given.height);
      panel.frame.style.setProperty("--panel-ratio", given.ratio);
      panel.legend.replaceChildren(
        ...given.legend.map(([label, color, shape]) => {
          const entry = create("span", "stage-legend-entry", null, { "data-shape": shape });
          entry.style.setProperty("--mark-color", color);
          entry.textContent = label;
          return entry;
        }),
      );
      panel.downloads.forEach((button) => (button.title = this.model.labels[button.dataset.format]));
      // To move a node takes the focus and the pointer from its handles.
      if (this.grid.children[position] !== panel.box) this.grid.insertBefore(panel.box, this.grid.children[position] ?? null);
    });
  }

  // During a drag they mostly stay as they are, and to make them anew takes long.
  syncMarks() {
    const key = JSON.stringify(this.model.marks);
    const areKept = (mark) => this.panels.get(mark.given.panel) === mark.panel && mark.values(mark.given.y).length === mark.nodes.length;
    if (key === this.marksKey && this.marks.every(areKept)) return;
    this.marksKey = key;
    for (const panel of this.panels.values()) panel.marks.replaceChildren();
    this.marks = this.model.marks.map((given) => new Mark(this, given));
  }

  syncPictures() {
    const { pictures, places } = this.model;
    const given = new Map(pictures.map((picture) => [places[picture.place].attribute, picture]));
    for (const [id, { canvas }] of this.pictures) {
      if (given.has(id)) continue;
      canvas.remove();
      this.pictures.delete(id);
    }
    for (const [id, picture] of given) {
      if (this.pictures.has(id)) this.pictures.get(id).update(picture);
      else this.pictures.set(id, new Picture(this, picture));
    }
  }

  syncReadouts() {
    const shown = this.model.readouts.filter((readout) => readout.label !== null);
    const key = shown.map(({ id, choices }) => `${id} ${choices?.length}`).join();
    if (key !== this.readoutKey) {
      this.readoutKey = key;
      this.readoutBar.replaceChildren();
      this.sentenceBar.replaceChildren();
      this.readoutNodes = new Map();
      for (const readout of shown) {
        const sentence = readout.choices !== null;
        const box = create("div", sentence ? "stage-sentence" : "stage-readout", sentence ? this.sentenceBar : this.readoutBar);
        const label = sentence ? null : create("dt", "", box);
        const value = create(sentence ? "p" : "dd", "stage-value", box, { "data-readout": readout.id });
        // Unseen, every sentence keeps the room that it needs: nothing jumps when another takes its place.
        const rooms = (readout.choices ?? []).map(() => create("p", "stage-room", box, { "aria-hidden": "true" }));
        this.readoutNodes.set(readout.id, { box, label, value, rooms });
      }
      this.readoutBar.hidden = !this.readoutBar.childElementCount;
    }
    for (const readout of shown) {
      const { box, label } = this.readoutNodes.get(readout.id);
      box.dataset.tone = readout.tone;
      if (label) label.textContent = readout.label;
    }
  }

  syncHandles() {
    for (const [id, handle] of this.handles) {
      if (this.model.handles.some((given) => given.id === id && given.mark === handle.given.mark && given.panel === handle.given.panel)) continue;
      handle.remove();
      this.handles.delete(id);
    }
    for (const given of this.model.handles) {
      const handle = this.handles.get(given.id) ?? new Handle(this, given);
      this.handles.set(given.id, handle);
      handle.update(given);
    }
    for (const [id, { box }] of this.panels) {
      const count = this.model.handles.filter(({ mark, panel }) => mark === "point" && panel === id).length;
      box.dataset.points = count > MANY_POINTS ? "many" : count > SEVERAL_POINTS ? "several" : "few";
    }
  }

  // ---- drawing ---------------------------------------------------------------------------------

  readTheme() {
    const style = getComputedStyle(this.root);
    this.color = (name) => style.getPropertyValue(name).trim();
    const background = this.color("--st-background-color");
    const canvas = (this.canvas ??= document.createElement("canvas").getContext("2d", { willReadFrequently: true }));
    canvas.fillStyle = background || "#fff";
    canvas.fillRect(0, 0, 1, 1);
    const [red, green, blue] = canvas.getImageData(0, 0, 1, 1).data;
    this.root.dataset.theme = red + green + blue < 384 ? "dark" : "light";
    return ["--st-background-color", "--st-text-color", "--st-font"].map(this.color).join();
  }

  // Figures name colours as CSS variables, so that one figure serves every theme.
  themed(value) {
    if (typeof value === "string") return value.startsWith("var(") ? this.color(value.slice(4, -1)) : value;
    if (Array.isArray(value)) return value.map((item) => this.themed(item));
    if (value && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.themed(item)]));
    }
    return value;
  }

  async draw(theme) {
    const themeChanged = theme !== this.theme;
    this.theme = theme;
    this.readTheme();
    const redrawn = [];
    const redrawnIds = new Set();
    const size = this.fontSize();
    for (const panel of this.panels.values()) {
      if (!themeChanged && panel.skeleton === panel.given.figure && panel.size === size) continue;
      panel.skeleton = panel.given.figure;
      panel.size = size;
      const figure = this.themed(JSON.parse(panel.skeleton));
      this.model.places.forEach((place, i) => {
        if (place.panel !== panel.id) return;
        const [owner, name] = this.target(figure.data[place.trace], place.attribute);
        owner[name] = [...this.arrays[i]];
      });
      if (COARSE_POINTER.matches) figure.layout.dragmode = false; // a finger scrolls the page
      figure.layout.font = { ...figure.layout.font, size };
      figure.layout.autosize = true;
      const config = { displayModeBar: false, responsive: false, doubleClick: "reset" };
      if (!panel.drawn) panel.plot.style.visibility = "hidden";
      redrawn.push(
        this.plotly.react(panel.plot, figure.data, figure.layout, config).then(() => {
          panel.plot.style.visibility = "";
          if (!panel.drawn) panel.plot.on("plotly_relayout", () => this.placeAll());
          panel.drawn = true;
        }),
      );
      redrawnIds.add(panel.id);
    }
    await Promise.all(redrawn);
    if (this.disposed) return;
    if (themeChanged) this.colorsOf = new WeakMap();
    this.model.places.forEach((place, i) => !redrawnIds.has(place.panel) && this.dirty.add(i));
    this.placeAll();
    await this.paint({ inHand: [...this.handles.values()].some(({ held }) => held) });
    for (const panel of this.panels.values()) panel.plot.setAttribute("aria-label", panel.given.alt);
  }

  // The same in all panels: as the narrowest of them has room for.
  fontSize() {
    return fontSize(Math.min(...[...this.panels.values()].map(({ plot }) => plot.clientWidth)));
  }

  target(trace, attribute) {
    const path = attribute.split(".");
    const name = path.pop();
    return [path.reduce((owner, key) => (owner[key] ??= {}), trace), name];
  }

  resize() {
    cancelAnimationFrame(this.resizing);
    this.resizing = requestAnimationFrame(async () => {
      for (const panel of this.panels.values()) {
        const { clientWidth: width, clientHeight: height, _fullLayout: layout } = panel.plot;
        if (!panel.drawn || !width || (layout.width === width && layout.height === height)) continue;
        await this.plotly.Plots.resize(panel.plot);
      }
      const wanted = this.fontSize();
      const outgrown = [...this.panels.values()].some(({ size }) => size && size !== wanted);
      if (outgrown) await this.draw(this.theme);
      this.placeAll();
    });
  }

  placeAll() {
    for (const handle of this.handles.values()) handle.place();
    for (const mark of this.marks) mark.place();
    for (const picture of this.pictures.values()) picture.place();
  }

  setArray(index, values) {
    this.arrays[index] = [...values];
    this.dirty.add(index);
  }

  paintRow(handle) {
    if (handle.given.focus !== null && this.focus !== handle.id) {
      this.focus = handle.id;
      for (const [place, values] of handle.given.focus) this.setArray(place, values);
    }
    if (handle.row !== null) {
      for (const { place, index, values } of handle.given.columns) {
        if (Object.is(this.arrays[place][index], values[handle.row])) continue;
        this.arrays[place][index] = values[handle.row];
        this.dirty.add(place);
      }
      for (const { place, size, frames } of handle.given.films) {
        this.arrays[place] = frames.subarray(handle.row * size, (handle.row + 1) * size);
        this.dirty.add(place);
      }
    }
    for (const [axis, place, index] of handle.given.moves) {
      this.arrays[place][index] = [handle.value].flat()[axis];
      this.dirty.add(place);
    }
    this.requestPaint();
  }

  requestPaint() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined;
      this.paint({ inHand: true });
    });
  }

  async paint({ inHand = false } = {}) {
    const dirty = this.dirty;
    this.dirty = new Set();
    const changes = new Map();
    const quick = new Map();
    for (const i of dirty) {
      const place = this.model.places[i];
      if (place.panel === null) continue;
      const values = this.arrays[i].map((value) => (Number.isFinite(value) ? value : null));
      const { plot } = this.panels.get(place.panel);
      const painter = painterOf(plot, place.trace);
      if (inHand && painter) {
        plot.data[place.trace][place.attribute] = values;
        quick.set(`${place.panel} ${place.trace}`, () => painter(plot, place.trace));
        continue;
      }
      const traces = changes.get(plot) ?? new Map();
      changes.set(plot, traces);
      const trace = traces.get(place.trace) ?? {};
      traces.set(place.trace, trace);
      const [owner, name] = this.target(trace, place.attribute);
      owner[name] = values;
    }
    for (const paintTrace of quick.values()) paintTrace();
    for (const picture of this.pictures.values()) if (dirty.has(picture.given.place)) picture.paint();
    for (const handle of this.handles.values()) handle.follow(dirty);
    for (const mark of this.marks) if (mark.isDirty(dirty)) mark.place();
    this.paintReadouts(inHand);
    const animated = Promise.all([...changes].map(([plot, traces]) => this.animate(plot, traces)));
    // Plotly draws at once, but keeps its promise only in the next frame.
    if (changes.size) await new Promise((resolve) => setTimeout(resolve));
    this.root.dataset.painted = (Number(this.root.dataset.painted) || 0) + 1;
    return animated;
  }

  async animate(plot, traces) {
    // Bars that are animated without the lines beside them would take those away.
    const kinds = new Set(plot._fullData.map(({ type }) => type));
    if (kinds.size > 1) plot._fullData.forEach((_, i) => traces.has(i) || traces.set(i, {}));
    try {
      await this.plotly.animate(
        plot,
        { data: [...traces.values()], traces: [...traces.keys()] },
        { mode: "immediate", transition: { duration: 0 }, frame: { duration: 0, redraw: false } },
      );
    } catch (interrupted) {
      if (interrupted !== undefined) throw interrupted; // an interrupted animation rejects with undefined
    }
  }

  paintReadouts(inHand) {
    const numbers = new Map();
    this.model.places.forEach((place, i) => place.panel === null && numbers.set(place.attribute, this.arrays[i][0]));
    const byId = new Map(this.model.readouts.map((readout) => [readout.id, readout]));
    const word = ({ id, choices, significant, decimals }) => {
      const number = numbers.get(id) ?? NaN;
      if (choices !== null) return choices[number];
      return significant !== null ? formatSignificant(number, significant, { trimmed: true }) : formatFixed(number, decimals);
    };
    const fill = (template) =>
      template.replace(/\{(\w+)\}/g, (whole, id) => (byId.has(id) ? word(byId.get(id)) : whole));
    // Every second part of a sentence, between ** and **, is strong.
    const writeSentence = (node, template) => {
      const parts = template.split("**").map(fill);
      if (node.dataset.text === parts.join("**")) return;
      node.dataset.text = parts.join("**");
      node.replaceChildren(...parts.map((part, i) => (i % 2 ? Object.assign(create("strong", "", null), { textContent: part }) : part)));
    };
    for (const [id, { value, rooms }] of this.readoutNodes) {
      const readout = byId.get(id);
      if (readout.choices === null) {
        write(value, word(readout));
        value.toggleAttribute("data-long", value.textContent.length > LONG_NUMBER);
      }
      else writeSentence(value, word(readout));
      if (!inHand) rooms.forEach((room, i) => writeSentence(room, readout.choices[i]));
    }
    for (const panel of this.panels.values()) write(panel.title, fill(panel.given.title));
  }

  // ---- stage to Python -------------------------------------------------------------------------

  // A click or tap on the empty plane.
  addPoint(panel, event) {
    if (!panel.given.takes_points || event.target.closest(".stage-handle")) return;
    const { xaxis, yaxis } = panel.plot._fullLayout;
    const { left, top } = panel.plot.getBoundingClientRect();
    const [x, y] = [event.clientX - left - xaxis._offset, event.clientY - top - yaxis._offset];
    if (x < 0 || x > xaxis._length || y < 0 || y > yaxis._length) return;
    this.send({ added: [panel.id, xaxis.p2d(x), yaxis.p2d(y)] });
  }

  send(more = {}) {
    clearTimeout(this.throttled);
    this.throttled = undefined;
    this.sent = Math.max(this.sent + 1, Math.round(performance.timeOrigin + performance.now()));
    this.lastSent = performance.now();
    const values = Object.fromEntries([...this.handles].map(([id, handle]) => [id, handle.value]));
    this.root.dataset.sent = this.sent;
    this.setStateValue("state", { number: this.sent, values, focus: this.focus, moved: [...this.moved], ...more });
  }

  sendThrottled() {
    if (this.throttled !== undefined) return;
    const due = () => {
      if (this.model.answers >= this.sent) this.send({ is_held: true });
      else this.throttled = setTimeout(due, 20);
    };
    const since = performance.now() - (this.lastSent ?? -Infinity);
    this.throttled = setTimeout(due, Math.max(0, 1000 / UPDATES_PER_SECOND - since));
  }
}

const stages = new WeakMap();

export default function ({ data, parentElement, setStateValue }) {
  if (!stages.has(parentElement)) stages.set(parentElement, new Stage(parentElement));
  const stage = stages.get(parentElement);
  stage.setStateValue = setStateValue;
  stage.receive(decode(data));
  // Streamlit also cleans up after a call that a newer one has overtaken: only what has left the page ends.
  return () =>
    setTimeout(() => {
      if (parentElement.isConnected) return;
      stages.delete(parentElement);
      stage.dispose();
    });
}
