// The stage paints rows of numbers that Python computed. It knows no lesson and does no mathematics:
// a handle's position picks a row of its sweep, and the row's numbers are put where they belong.

const COARSE_POINTER = matchMedia("(pointer: coarse)");
const UPDATES_PER_SECOND = 10;
const KEYBOARD_REST_MS = 350;
const ICON = { play: "\u25B6\uFE0E", pause: "\u23F8\uFE0E" };

const create = (tag, className, parent, attributes = {}) => {
  const node = document.createElement(tag);
  node.className = className;
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  parent?.append(node);
  return node;
};

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

function loadPlotly(url) {
  window.logitLabPlotly ??= new Promise((resolve, reject) => {
    const script = create("script", "", null, { src: new URL(url, document.baseURI).href });
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => {
      window.logitLabPlotly = undefined;
      reject(new Error(`could not load ${script.src}`));
    };
    document.head.append(script);
  });
  return window.logitLabPlotly;
}

// One message: the length of a JSON header, the header, then all sweeps as float64.
function decode(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getUint32(0, true);
  const model = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  const numbers = new Float64Array(bytes.slice(4 + length).buffer);
  let start = 0;
  for (const handle of model.handles) {
    handle.columns = handle.columns.map(([place, index]) => {
      const values = numbers.subarray(start, start + handle.rows);
      start += handle.rows;
      return { place, index, values };
    });
  }
  return model;
}

const write = (node, text) => {
  if (node.textContent !== text) node.textContent = text;
};

// A wide panel is on a projector: it is read from the back of the hall.
const fontSize = (width) => (width >= 560 ? 18 : 14);

const toPixel = (axis, value) => axis._offset + clamp(axis.d2p(value), 0, axis._length);

const formatFixed = (value, decimals) => {
  const text = value.toFixed(decimals);
  return (Number(text) === 0 ? text.replace("-", "") : text).replace("-", "−");
};

// On a bar there is little room, but what is not 0 is not to read as 0.
const formatShort = (value, decimals) =>
  value !== 0 && Number(value.toFixed(decimals)) === 0 ? value.toExponential(0).replaceAll("-", "−") : formatFixed(value, decimals);

function formatNumber(value, decimals) {
  if (value === null || !Number.isFinite(value)) return value === Infinity ? "∞" : value === -Infinity ? "−∞" : "–";
  const fixed = value.toFixed(decimals);
  const lost = value !== 0 && decimals > 0 && Number(fixed) === 0;
  if (lost || Math.abs(value) >= 1e9) return value.toExponential(3).replaceAll("-", "−");
  return formatFixed(value, decimals);
}

// Plotly.animate spends ten times longer on finding out what a figure is than on drawing its bars.
// In a drag only their ends move: they are set here in Plotly's own paths, from Plotly's own axes.
// At rest the same numbers go through Plotly.animate, so that Plotly knows what it shows.
function isPlainBar(plot, trace) {
  const { type, visible, orientation } = plot._fullData[trace];
  const { barmode } = plot._fullLayout;
  return type === "bar" && visible === true && orientation === "v" && (barmode === "overlay" || barmode === "group");
}

function paintBars(plot, trace) {
  const { xaxis, yaxis } = plot._fullLayout;
  const { base, y } = plot.data[trace];
  const bars = plot.calcdata[trace];
  const earlier = plot._fullData.slice(0, trace).filter(({ type, visible }) => type === "bar" && visible === true).length;
  const paths = plot.querySelectorAll(".barlayer > .trace")[earlier].querySelectorAll(".point > path");
  bars.forEach(({ p0, p1 }, i) => {
    const bottom = Array.isArray(base) ? base[i] : 0;
    const drawn = Number.isFinite(y[i]) && Number.isFinite(bottom);
    const [left, right] = [xaxis.c2p(p0), xaxis.c2p(p1)];
    const [low, high] = drawn ? [yaxis.d2p(bottom), yaxis.d2p(bottom + y[i])] : [];
    paths[i].setAttribute("d", drawn ? `M${left},${low}V${high}H${right}V${low}Z` : "M0,0Z");
  });
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
    for (const panel of this.panels.values()) window.Plotly?.purge(panel.plot);
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
    this.arrays = model.now.map((values) => [...values]);
    this.moved.clear();
    this.focus = model.focus;
    this.syncPanels();
    this.syncMarks();
    this.syncReadouts();
    this.syncHandles();
    for (const handle of this.handles.values()) if (handle.held) handle.show();
  }

  syncPanels() {
    this.root.dataset.panels = this.model.panels.length;
    for (const [id, panel] of this.panels) {
      if (this.model.panels.some((given) => given.id === id)) continue;
      this.plotly.purge(panel.plot);
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
        const frame = create("div", "stage-frame", box);
        panel = { id: given.id, box, title, legend, frame, plot: create("div", "stage-plot", frame, { role: "img" }) };
        panel.marks = create("div", "stage-overlay", frame, { "aria-hidden": "true" });
        panel.overlay = create("div", "stage-overlay", frame);
        panel.downloads = ["png", "svg"].map((format) => {
          const button = create("button", "stage-tool", tools, { type: "button", "data-format": format });
          button.textContent = format.toUpperCase();
          button.onclick = () => this.download(panel, format);
          return button;
        });
        this.panels.set(given.id, panel);
      }
      panel.given = given;
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

  syncMarks() {
    for (const panel of this.panels.values()) panel.marks.replaceChildren();
    this.marks = this.model.marks.map((given) => {
      const { marks } = this.panels.get(given.panel);
      const count = this.arrays[given.y].length;
      const nodes = Array.from({ length: count }, (_, i) => {
        const node = create("span", "stage-mark", marks, { "data-kind": given.kind });
        node.style.setProperty("--mark-color", given.colors[i % given.colors.length]);
        return node;
      });
      return { given, nodes };
    });
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
    for (const panel of this.panels.values()) {
      const size = fontSize(panel.plot.clientWidth);
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
    this.model.places.forEach((place, i) => !redrawnIds.has(place.panel) && this.dirty.add(i));
    this.placeAll();
    await this.paint();
    for (const panel of this.panels.values()) panel.plot.setAttribute("aria-label", panel.given.alt);
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
      const outgrown = [...this.panels.values()].some(({ size, plot }) => size && size !== fontSize(plot.clientWidth));
      if (outgrown) await this.draw(this.theme);
      this.placeAll();
    });
  }

  placeAll() {
    for (const handle of this.handles.values()) handle.place();
    for (const mark of this.marks) this.placeMark(mark);
  }

  markPoints({ given }) {
    const xs = Array.isArray(given.x) ? given.x : this.arrays[given.x];
    return this.arrays[given.y].map((y, i) => [xs[i], y]);
  }

  placeMark(mark) {
    const panel = this.panels.get(mark.given.panel);
    const layout = panel.plot._fullLayout;
    if (!layout?.xaxis?._length) return;
    const room = layout.xaxis._length / mark.nodes.length;
    panel.marks.toggleAttribute("data-narrow", room < 24);
    panel.marks.style.setProperty("--mark-size", `${clamp(room / 2.8, 9, fontSize(panel.plot.clientWidth) + 2)}px`);
    this.markPoints(mark).forEach(([x, y], i) => {
      const node = mark.nodes[i];
      node.hidden = !Number.isFinite(layout.xaxis.d2p(x ?? NaN)) || !Number.isFinite(layout.yaxis.d2p(y ?? NaN));
      if (node.hidden) return;
      const left = toPixel(layout.xaxis, x);
      const top = toPixel(layout.yaxis, y);
      node.style.transform = `translate(${left}px, ${top}px)`;
      if (mark.given.kind === "dot") return;
      node.dataset.side = y < 0 ? "below" : y > 0 ? "above" : "level";
      const text = formatShort(y, mark.given.decimals[i % mark.given.decimals.length]);
      node.toggleAttribute("data-spare", room < 24 && Math.abs(y) < 0.005);
      write(node, text);
    });
  }

  // The file holds what the screen shows: title, legend, marks and handles too, which are not Plotly's.
  async download(panel, format) {
    const { data, layout } = panel.plot;
    const [ink, background] = ["--ink", "--st-background-color"].map(this.color);
    const plain = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
    const note = (x, y, text, yshift, color = ink, size = 14) => ({ x, y, text, yshift, showarrow: false, font: { color, size } });
    const shift = (y, pixels) => (y < 0 ? -pixels : pixels);
    const marks = this.marks.filter(({ given }) => given.panel === panel.id).flatMap((mark) => {
      const { kind, decimals, colors } = mark.given;
      const dot = (i) => this.themed(colors[i % colors.length]);
      return this.markPoints(mark).map(([x, y], i) =>
        kind === "dot" ? note(x, y, "\u25CF", 1, dot(i), 24) : note(x, y, formatShort(y, decimals[i % decimals.length]), shift(y, 10)),
      );
    });
    const handles = [...this.handles.values()]
      .filter(({ given }) => given.panel === panel.id && given.axis !== "xy")
      .map(({ given, value, pill }) =>
        given.axis === "y"
          ? note(given.at, value, plain(pill.textContent), shift(value, 12))
          : { ...note(value, 0, plain(pill.textContent), 14 - layout.margin.b), yref: "paper", yanchor: "middle" },
      );
    const annotations = [...(layout.annotations ?? []), ...marks, ...handles].filter(({ x }) => Number.isFinite(x));
    const legend = panel.given.legend.map(
      ([label, color, shape]) => `${shape === "none" ? "" : `<span style="color:${this.themed(color)}">\u25A0</span> `}${plain(label)}`,
    );
    const text = `<b>${plain(panel.title.textContent)}</b><br><span style="font-size:14px">${legend.join("   ")}</span>`;
    const title = { text, font: { size: 17 }, x: 0.02, y: 1, yanchor: "top", pad: { t: 26 } };
    const { clientWidth: width, clientHeight } = panel.plot;
    const figure = {
      data,
      layout: { ...layout, annotations, title, margin: { ...layout.margin, t: 72 }, paper_bgcolor: background },
    };
    await this.plotly.downloadImage(figure, { format, width, height: clientHeight + 62, filename: panel.id, scale: 2 });
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
    }
    for (const [axis, place, index] of handle.given.moves) {
      this.arrays[place][index] = handle.value[axis];
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
    const bars = new Map();
    for (const i of dirty) {
      const place = this.model.places[i];
      if (place.panel === null) continue;
      const values = this.arrays[i].map((value) => (Number.isFinite(value) ? value : null));
      const { plot } = this.panels.get(place.panel);
      if (inHand && isPlainBar(plot, place.trace)) {
        plot.data[place.trace][place.attribute] = values;
        bars.set(`${place.panel} ${place.trace}`, [plot, place.trace]);
        continue;
      }
      const traces = changes.get(plot) ?? new Map();
      changes.set(plot, traces);
      const trace = traces.get(place.trace) ?? {};
      traces.set(place.trace, trace);
      const [owner, name] = this.target(trace, place.attribute);
      owner[name] = values;
    }
    for (const [plot, trace] of bars.values()) paintBars(plot, trace);
    for (const handle of this.handles.values()) if (handle.held) handle.place();
    for (const mark of this.marks) if (dirty.has(mark.given.x) || dirty.has(mark.given.y)) this.placeMark(mark);
    this.paintReadouts(inHand);
    const animated = Promise.all([...changes].map(([plot, traces]) => this.animate(plot, traces)));
    // Plotly draws at once, but keeps its promise only in the next frame.
    if (changes.size) await new Promise((resolve) => setTimeout(resolve));
    this.root.dataset.painted = (Number(this.root.dataset.painted) || 0) + 1;
    return animated;
  }

  async animate(plot, traces) {
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
    const word = (readout) =>
      readout.choices === null
        ? formatNumber(numbers.get(readout.id), readout.decimals)
        : readout.choices[numbers.get(readout.id)];
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
      if (readout.choices === null) write(value, word(readout));
      else writeSentence(value, word(readout));
      if (!inHand) rooms.forEach((room, i) => writeSentence(room, readout.choices[i]));
    }
    for (const panel of this.panels.values()) write(panel.title, fill(panel.given.title));
  }

  // ---- stage to Python -------------------------------------------------------------------------

  send() {
    clearTimeout(this.throttled);
    this.throttled = undefined;
    this.sent = Math.max(this.sent + 1, Math.round(performance.timeOrigin + performance.now()));
    this.lastSent = performance.now();
    const values = Object.fromEntries([...this.handles].map(([id, handle]) => [id, handle.value]));
    this.root.dataset.sent = this.sent;
    this.setStateValue("state", { number: this.sent, values, focus: this.focus });
  }

  sendThrottled() {
    if (this.throttled !== undefined) return;
    const due = () => {
      if (this.model.answers >= this.sent) this.send();
      else this.throttled = setTimeout(due, 20);
    };
    const since = performance.now() - (this.lastSent ?? -Infinity);
    this.throttled = setTimeout(due, Math.max(0, 1000 / UPDATES_PER_SECOND - since));
  }
}

class Handle {
  constructor(stage, given) {
    this.stage = stage;
    this.id = given.id;
    this.given = given;
    this.grip = create("div", "stage-handle", null, { role: "slider", tabindex: "0", "data-handle": given.id });
    this.pill = create("span", "stage-pill", this.grip);
    this.grip.addEventListener("pointerdown", (event) => this.grab(event));
    this.grip.addEventListener("pointermove", (event) => this.drag(event));
    this.grip.addEventListener("pointerup", (event) => this.release(event));
    this.grip.addEventListener("pointercancel", (event) => this.release(event));
    this.grip.addEventListener("lostpointercapture", (event) => this.release(event));
    this.grip.addEventListener("keydown", (event) => this.press(event));
    this.grip.addEventListener("blur", () => this.rest());
    this.grip.addEventListener("dblclick", () => this.type(""));
    if (given.mark === "timeline") {
      this.box = create("div", "stage-timeline", stage.timelines);
      this.button = create("button", "stage-play", this.box, { type: "button" });
      this.button.onclick = () => (this.playing ? this.pause() : this.play());
      this.track = create("div", "stage-track", this.box);
      this.track.append(this.grip);
      this.track.addEventListener("pointerdown", (event) => {
        if (event.target !== this.track) return;
        this.setValue(this.fromPointer(event, { x: 0, y: 0 }));
        this.grab(event);
      });
    }
  }

  remove() {
    this.stop();
    (this.box ?? this.grip).remove();
  }

  update(given) {
    this.given = given;
    if (this.box === undefined) {
      const { overlay } = this.stage.panels.get(given.panel);
      if (this.grip.parentNode !== overlay) overlay.append(this.grip);
    }
    this.grip.dataset.mark = given.mark;
    this.grip.dataset.axis = given.axis;
    this.grip.toggleAttribute("data-hint", given.id === this.stage.model.handles[0].id);
    this.grip.title = this.stage.model.labels.hint;
    this.grip.style.setProperty("--handle-color", given.color);
    this.grip.setAttribute("aria-label", given.label);
    if (given.axis !== "xy") {
      this.grip.setAttribute("aria-valuemin", given.minimum);
      this.grip.setAttribute("aria-valuemax", given.maximum);
    }
    if (this.box) this.button.setAttribute("aria-label", this.playing ? this.stage.model.labels.pause : this.stage.model.labels.play);
    if (this.box) this.button.textContent = this.playing ? ICON.pause : ICON.play;
    if (this.held) this.value = this.snap(this.value);
    else {
      this.value = given.value;
      this.row = null;
    }
    this.describe();
  }

  describe() {
    const { given } = this;
    const digits = (value) =>
      Number(value.toFixed(given.decimals)) === value
        ? formatNumber(value, given.decimals)
        : String(Number(value.toPrecision(6))).replace("-", "−");
    const text = given.names ? given.names[this.value] : given.axis === "xy" ? this.value.map(digits).join(", ") : digits(this.value);
    this.grip.setAttribute("aria-valuenow", given.axis === "xy" ? this.value[0] : this.value);
    this.grip.setAttribute("aria-valuetext", text);
    const shown = given.mark === "flag" ? given.flag : text;
    if (!this.input && this.pill.textContent !== shown) this.pill.textContent = shown;
    this.grip.dataset.value = JSON.stringify(this.value);
    this.grip.toggleAttribute("data-waiting", this.waiting);
    if (this.waiting) this.grip.setAttribute("aria-busy", "true");
    else this.grip.removeAttribute("aria-busy");
  }

  // ---- geometry --------------------------------------------------------------------------------

  layout() {
    return this.stage.panels.get(this.given.panel).plot._fullLayout;
  }

  place() {
    const { given } = this;
    if (this.box) {
      const share = (this.value - given.minimum) / (given.maximum - given.minimum || 1);
      this.grip.style.left = `${100 * share}%`;
      return;
    }
    const layout = this.layout();
    if (!layout?.xaxis?._length) return;
    const { xaxis, yaxis } = layout;
    const [x, y] =
      given.axis === "xy" ? this.value : given.axis === "x" ? [this.value, given.at] : [given.at, this.value];
    const isBelow = given.axis === "x" && given.at === null;
    const top = isBelow ? layout.height : toPixel(yaxis, y);
    this.grip.style.transform = `translate(${toPixel(xaxis, x)}px, ${top}px)`;
    const column = Math.abs(xaxis.d2p(1) - xaxis.d2p(0));
    if (given.mark === "flag") this.grip.toggleAttribute("data-narrow", column < 84);
    if (given.mark === "bar") {
      this.grip.style.setProperty("--handle-width", `${clamp(column - 4, 20, 76)}px`);
      this.grip.dataset.side = this.value < 0 ? "below" : "above";
    }
  }

  fromPointer(event, offset) {
    const { given } = this;
    if (this.box) {
      const { left, width } = this.track.getBoundingClientRect();
      return given.minimum + ((event.clientX - offset.x - left) / width) * (given.maximum - given.minimum);
    }
    const { xaxis, yaxis } = this.layout();
    const x = xaxis.p2d(event.clientX - offset.x - xaxis._offset);
    const y = yaxis.p2d(event.clientY - offset.y - yaxis._offset);
    return given.axis === "xy" ? [x, y] : given.axis === "x" ? x : y;
  }

  // From here the travel of the pointer counts, wherever the page moves the panel meanwhile.
  gripPoint() {
    if (this.box) {
      const { left, width } = this.grip.getBoundingClientRect();
      return { x: left + width / 2, y: 0 };
    }
    const { xaxis, yaxis } = this.layout();
    const [x, y] = this.given.axis === "xy" ? this.value : [this.value, this.value];
    return { x: xaxis._offset + xaxis.d2p(x), y: yaxis._offset + yaxis.d2p(y) };
  }

  // ---- values ----------------------------------------------------------------------------------

  snap(value) {
    const { given } = this;
    const onGrid = (number, low, high) => {
      const steps = Math.round((clamp(number, low, high) - low) / given.step);
      return [Number((low + steps * given.step).toFixed(given.decimals)), steps];
    };
    if (given.axis === "xy") {
      this.row = null;
      return value.map((number, i) => onGrid(number, given.minimum[i], given.maximum[i])[0]);
    }
    const [snapped, row] = onGrid(value, given.minimum, given.maximum);
    this.row = row;
    return snapped;
  }

  // A handle's sweep holds until another handle moves; then only Python's answer may be painted.
  get waiting() {
    const { moved } = this.stage;
    return moved.has(this.id) && moved.size > 1;
  }

  setValue(value) {
    const before = JSON.stringify(this.value);
    this.value = this.snap(value);
    if (JSON.stringify(this.value) === before) return false;
    this.show();
    return true;
  }

  show() {
    this.stage.moved.add(this.id);
    this.describe();
    if (this.waiting) this.place();
    else this.stage.paintRow(this);
  }

  // ---- hand and keyboard -----------------------------------------------------------------------

  take() {
    this.held = true;
    this.before = JSON.stringify(this.value);
    this.focusBefore = this.stage.focus;
    this.stage.root.toggleAttribute("data-used", true);
  }

  grab(event) {
    if (event.button || this.input) return;
    event.preventDefault();
    this.grip.focus({ preventScroll: true });
    this.pause();
    this.rest();
    this.take();
    const point = this.gripPoint();
    this.pointer = event.pointerId;
    this.offset = { x: event.clientX - point.x, y: event.clientY - point.y };
    this.grip.setPointerCapture(event.pointerId);
    this.grip.toggleAttribute("data-dragging", true);
    if (this.given.focus !== null && this.stage.focus !== this.id) this.show();
  }

  drag(event) {
    if (event.pointerId !== this.pointer) return;
    if (this.setValue(this.fromPointer(event, this.offset)) && this.given.live) this.stage.sendThrottled();
  }

  release(event) {
    if (event.pointerId !== this.pointer) return;
    this.pointer = undefined;
    this.grip.toggleAttribute("data-dragging", false);
    this.finish();
  }

  finish() {
    clearTimeout(this.idle);
    this.held = false;
    if (JSON.stringify(this.value) !== this.before || this.stage.focus !== this.focusBefore) this.stage.send();
    this.describe();
  }

  // The keyboard has no release: a pause, or leaving the handle, is one.
  rest() {
    if (this.held && this.pointer === undefined && !this.playing) this.finish();
  }

  cancel() {
    const { stage } = this;
    clearTimeout(this.idle);
    this.pointer = undefined;
    this.held = false;
    this.grip.toggleAttribute("data-dragging", false);
    stage.adopt(stage.model);
    stage.draw(stage.theme);
  }

  press(event) {
    if (this.input) return;
    const { given } = this;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (/^[\d.,\-−]$/.test(event.key) || event.key === "Enter") {
      event.preventDefault();
      this.type(event.key === "Enter" ? "" : event.key);
      return;
    }
    if (event.key === "Escape" && this.held) {
      this.cancel();
      return;
    }
    const steps = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1, PageUp: 10, PageDown: -10 }[event.key];
    const end = { Home: given.minimum, End: given.maximum }[event.key];
    if (steps === undefined && end === undefined) return;
    event.preventDefault();
    this.pause();
    if (!this.held) this.take();
    if (given.axis === "xy") {
      const axis = event.key === "ArrowLeft" || event.key === "ArrowRight" ? 0 : 1;
      this.setValue(this.value.map((v, i) => (end !== undefined ? end[i] : i === axis ? v + steps * given.step : v)));
    } else {
      this.setValue(end ?? this.nextOnGrid(steps));
    }
    clearTimeout(this.idle);
    this.idle = setTimeout(() => this.rest(), KEYBOARD_REST_MS);
  }

  nextOnGrid(steps) {
    const { minimum, step } = this.given;
    const position = Number(((this.value - minimum) / step).toFixed(6));
    return minimum + ((steps > 0 ? Math.floor(position) : Math.ceil(position)) + steps) * step;
  }

  // An exact value may lie off the grid or beyond the range: only Python can answer it.
  type(first) {
    if (this.given.names || this.given.axis === "xy" || this.input) return;
    this.input = create("input", "stage-typed", this.grip, { inputmode: "decimal", "aria-label": this.given.label });
    this.input.value = first || String(this.value);
    this.input.focus();
    if (!first) this.input.select();
    this.input.onpointerdown = (event) => event.stopPropagation();
    this.input.oninput = () => this.input.setCustomValidity("");
    this.input.onkeydown = (event) => {
      event.stopPropagation();
      if (event.key === "Enter") this.commitTyped();
      if (event.key === "Escape") this.endTyping();
    };
    this.input.onblur = () => this.commitTyped();
  }

  commitTyped() {
    if (!this.input) return;
    if (this.input.value.trim() === "") {
      this.endTyping();
      return;
    }
    const text = this.input.value.trim().replace("−", "-").replace(",", ".");
    const value = Number(text);
    if (!Number.isFinite(value) || Math.abs(value) > this.given.limit) {
      this.input.setAttribute("aria-invalid", "true");
      this.input.setCustomValidity(this.stage.model.labels.typing);
      if (document.activeElement === this.input) this.input.reportValidity();
      return;
    }
    this.endTyping();
    if (value === this.value) return;
    this.value = value;
    this.row = null;
    if (this.given.focus !== null) this.stage.focus = this.id;
    this.stage.moved.add(this.id);
    this.stage.send();
    this.describe();
  }

  endTyping() {
    const { input } = this;
    const hadFocus = document.activeElement === input;
    this.input = undefined;
    input.remove();
    this.describe();
    if (hadFocus) this.grip.focus({ preventScroll: true });
  }

  // ---- timeline --------------------------------------------------------------------------------

  play() {
    const { given } = this;
    this.take();
    if (this.value >= given.maximum) this.setValue(given.minimum);
    this.playing = { from: this.value, since: performance.now() };
    this.update(given);
    const tick = (now) => {
      if (!this.playing) return;
      const value = this.playing.from + Math.floor(((now - this.playing.since) / 1000) * given.rate) * given.step;
      this.setValue(value);
      if (value >= given.maximum) this.pause();
      else this.ticking = requestAnimationFrame(tick);
    };
    this.ticking = requestAnimationFrame(tick);
  }

  pause() {
    if (!this.playing) return;
    this.stop();
    this.update(this.given);
    this.finish();
  }

  stop() {
    this.playing = undefined;
    cancelAnimationFrame(this.ticking);
    clearTimeout(this.idle);
  }
}

const stages = new WeakMap();

export default function ({ data, parentElement, setStateValue }) {
  if (!stages.has(parentElement)) stages.set(parentElement, new Stage(parentElement));
  const stage = stages.get(parentElement);
  stage.setStateValue = setStateValue;
  stage.receive(decode(data));
  return () => {
    stages.delete(parentElement);
    stage.dispose();
  };
}
