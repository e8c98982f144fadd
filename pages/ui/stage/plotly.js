// The only file that knows Plotly. To all others a figure is what has pixels for spots and spots for
// pixels, paints numbers, and writes itself to a file. A spot is [x, y] in units of the axes, a pixel
// [left, top] on the panel.

const COARSE_POINTER = matchMedia("(pointer: coarse)");
const LONGEST_VIEW_MS = 2000; // one that Plotly never calls drawn does not hold up the next
const RESTING_FRAMES = 20; // without a turn: a camera has come to rest

// The page may be loading it already.
function loadPlotly(url) {
  window.logitLabPlotly ??= new Promise((resolve, reject) => {
    if (window.Plotly) return resolve(window.Plotly);
    const { href } = new URL(url, document.baseURI);
    const loading = [...document.scripts].find(({ src }) => src === href);
    const script = loading ?? create("script", "", null, { src: href });
    script.addEventListener("load", () => resolve(window.Plotly));
    script.addEventListener("error", () => {
      window.logitLabPlotly = undefined;
      script.remove();
      reject(new Error(`could not load ${href}`));
    });
    if (!loading) document.head.append(script);
  });
  return window.logitLabPlotly;
}

// Plotly.animate spends ten times longer on finding out what a figure is than on drawing its bars.
// In a drag only their ends move: they are set here in Plotly's own paths, from Plotly's own axes.
// At rest the same numbers go through Plotly.animate, so that Plotly knows what it shows.
class Bars {
  suits(plot, trace) {
    const { type, visible, orientation } = plot._fullData[trace];
    const { barmode } = plot._fullLayout;
    return type === "bar" && visible === true && orientation === "v" && (barmode === "overlay" || barmode === "group");
  }

  paint(plot, trace) {
    const { xaxis, yaxis } = plot._fullLayout;
    const { base, y } = plot.data[trace];
    const earlier = plot._fullData.slice(0, trace).filter(({ type, visible }) => type === "bar" && visible === true).length;
    const paths = plot.querySelectorAll(".barlayer > .trace")[earlier].querySelectorAll(".point > path");
    plot.calcdata[trace].forEach(({ p0, p1 }, i) => {
      const bottom = Array.isArray(base) ? base[i] : 0;
      const isDrawn = Number.isFinite(y[i]) && Number.isFinite(bottom);
      const [left, right] = [xaxis.c2p(p0), xaxis.c2p(p1)];
      const [low, high] = isDrawn ? [yaxis.d2p(bottom), yaxis.d2p(bottom + y[i])] : [];
      paths[i].setAttribute("d", isDrawn ? `M${left},${low}V${high}H${right}V${low}Z` : "M0,0Z");
    });
  }
}

// Lines and markers are both scatter traces: what is drawn of their points is found in the same way.
class Scatter {
  constructor(mode, selector) {
    Object.assign(this, { mode, selector });
  }

  paths(plot, trace, selector = this.selector) {
    return plot.querySelectorAll(`.scatterlayer > .trace${plot._fullData[trace].uid} ${selector}`);
  }

  suits(plot, trace) {
    const { type, visible, mode, x } = plot._fullData[trace];
    const isScatter = type === "scatter" && visible === true && mode === this.mode && Array.isArray(x);
    return isScatter && this.isPlain(plot._fullData[trace], this.paths(plot, trace).length);
  }

  // One for each point; null where there is none.
  pixels(plot, trace) {
    const { xaxis, yaxis } = plot._fullLayout;
    const { x, y } = plot.data[trace];
    return y.map((value, i) => {
      const pixel = [xaxis.d2p(x[i]), yaxis.d2p(value)];
      return pixel.every(Number.isFinite) ? pixel : null;
    });
  }
}

// A straight path from point to point, broken where there is none.
class Lines extends Scatter {
  isPlain({ line, fill }, paths) {
    return line.shape === "linear" && (fill === "none" || fill === "toself") && paths > 0;
  }

  paint(plot, trace) {
    const [first, ...others] = this.paths(plot, trace);
    let pen = "M";
    let path = "";
    for (const pixel of this.pixels(plot, trace)) {
      if (pixel) path += `${pen}${pixel[0].toFixed(2)},${pixel[1].toFixed(2)}`;
      pen = pixel ? "L" : "M";
    }
    first.setAttribute("d", path || "M0,0Z");
    for (const area of this.paths(plot, trace, ".js-fill")) area.setAttribute("d", `${path || "M0,0"}Z`);
    others.forEach((other) => other.setAttribute("d", "M0,0Z"));
  }
}

// Only the places of markers move.
class Markers extends Scatter {
  isPlain({ x }, paths) {
    return paths === x.length;
  }

  paint(plot, trace) {
    const pixels = this.pixels(plot, trace);
    this.paths(plot, trace).forEach((path, i) => {
      path.style.display = pixels[i] ? "" : "none";
      if (pixels[i]) path.setAttribute("transform", `translate(${pixels[i]})`);
    });
  }
}

const PAINTERS = [new Bars(), new Lines("lines", ".js-line"), new Markers("markers", ".points > path.point")];
const MOVING = ["x", "y", "base"]; // what they paint

function assign(trace, attribute, values) {
  const path = attribute.split(".");
  const name = path.pop();
  path.reduce((owner, key) => (owner[key] ??= {}), trace)[name] = values;
}

// ---- what a file holds beside the traces -------------------------------------------------------

const plain = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

// Without y, a note stands below the axis.
function annotation({ spot: [x, y], tail, text, color, size, shift = 0, box = {} }, layout) {
  if (tail) {
    const from = { ax: tail[0], ay: tail[1], axref: "x", ayref: "y" };
    return { x, y, ...from, text, showarrow: true, arrowcolor: color, arrowwidth: 3, arrowhead: 2, arrowsize: 0.8 };
  }
  const note = { x, y, text: plain(text), yshift: shift, showarrow: false, font: { color, size } };
  if (y === null) return { ...note, y: 0, yshift: 14 - layout.margin.b, yref: "paper", yanchor: "middle" };
  return { ...note, ...box };
}

function layoutImage({ extent: [left, right, bottom, top], source }) {
  const size = { x: left, y: top, sizex: right - left, sizey: top - bottom, sizing: "stretch" };
  return { ...size, source, xref: "x", yref: "y", layer: "below" };
}

// Curves over the steps end at the last that is shown; without an x their points are the steps.
function endAt(last, { x, y }) {
  return y.map((value, i) => ((x?.[i] ?? i) > last ? null : value));
}

class Figure {
  constructor(plotly, node, onMove, onTurn) {
    Object.assign(this, { plotly, node, onMove, onTurn, isDrawn: false, solids: new Map(), drawings: new Set(), animations: new Set() });
  }

  // An animation that is under way tells its plot of its end, even of one that is gone.
  discard() {
    this.plotly.purge(this.node);
    this.node.emit = () => {};
  }

  // ---- spots and pixels ------------------------------------------------------------------------

  // A scene in three dimensions has no axes that a pixel could be found from.
  get hasAxes() {
    return Boolean(this.node._fullLayout?.xaxis?._length);
  }

  get axes() {
    const { xaxis, yaxis } = this.node._fullLayout;
    return [xaxis, yaxis];
  }

  get height() {
    return this.node._fullLayout.height;
  }

  // Width and height of the rectangle between the axes.
  get innerSize() {
    return this.axes.map((axis) => axis._length);
  }

  // At most at the edge of the axes; NaN for what no axis can show.
  pixelOf(spot) {
    return this.axes.map((axis, i) => axis._offset + clamp(axis.d2p(spot[i]), 0, axis._length));
  }

  spotAt(pixel) {
    return this.axes.map((axis, i) => axis.p2d(pixel[i] - axis._offset));
  }

  // Null beside the axes.
  spotUnder(x, y, { left, top }) {
    const pixel = [x - left, y - top];
    const isInside = this.axes.every(({ _offset, _length }, i) => pixel[i] >= _offset && pixel[i] <= _offset + _length);
    return isInside ? this.spotAt(pixel) : null;
  }

  isBeyond(spot) {
    return this.axes.some((axis, i) => axis.d2p(spot[i]) < 0 || axis.d2p(spot[i]) > axis._length);
  }

  // In pixels, of a size in units of the axes.
  sizeOf(size) {
    return this.axes.map((axis, i) => Math.abs(axis.d2p(size[i]) - axis.d2p(0)));
  }

  // Left, top, width and height in pixels; it may reach beyond the axes.
  rectangleOf([left, right, bottom, top]) {
    const [x, y] = this.axes;
    const corner = [x._offset + x.d2p(left), y._offset + y.d2p(top)];
    return [...corner, x.d2p(right) - x.d2p(left), y.d2p(bottom) - y.d2p(top)];
  }

  // ---- drawing ---------------------------------------------------------------------------------

  // Asked to draw anew while it animates, or to animate while it draws, Plotly leaves either half done.
  // At once if it is idle: paper is taken as it stands.
  async inTurn(own, before, act) {
    const done = before.length ? Promise.allSettled(before).then(act) : act();
    own.add(done);
    try {
      await done;
    } finally {
      own.delete(done);
    }
  }

  alone(act) {
    const { drawings, animations } = this;
    return this.inTurn(drawings, [...drawings, ...animations], act);
  }

  async draw({ data, layout }, spots, fontSize, last) {
    for (const { trace, attribute, values } of spots) assign(data[trace], attribute, [...values]);
    if (last < Infinity) for (const trace of data) trace.y = endAt(last, trace);
    if (COARSE_POINTER.matches) layout.dragmode = false; // a finger scrolls the page
    layout.font = { ...layout.font, size: fontSize };
    layout.autosize = true;
    if (!this.isDrawn) this.node.style.visibility = "hidden";
    await this.alone(() => this.plotly.react(this.node, data, layout, { displayModeBar: false, responsive: false, doubleClick: "reset" }));
    this.node.style.visibility = "";
    if (!this.isDrawn) {
      this.node.on("plotly_relayout", this.onMove);
      for (const event of ["plotly_relayouting", "plotly_relayout"]) this.node.on(event, (change) => this.turned(change));
    }
    this.isDrawn = true;
  }

  // ---- three dimensions ------------------------------------------------------------------------

  get isSolid() {
    return Boolean(this.node._fullLayout?.scene?._scene);
  }

  get camera() {
    return this.node._fullLayout.scene._scene.getCamera();
  }

  // By the hand, not by another figure that was turned. The camera may glide on after the last that Plotly tells,
  // and the other figure may be drawn anew meanwhile: told once more at rest.
  async turned(change) {
    if (!change?.["scene.camera"] || this.isFollowing) return;
    this.stillFrames = 0;
    this.onTurn(change["scene.camera"]);
    if (this.isTurning) return;
    this.isTurning = true;
    while (this.stillFrames++ < RESTING_FRAMES) await new Promise(requestAnimationFrame);
    if (this.isSolid) this.onTurn(this.camera);
    this.isTurning = false;
  }

  // One view at a time: of those that come meanwhile only the last is drawn.
  async lookFrom(camera) {
    this.nextCamera = camera;
    if (this.isFollowing) return;
    this.isFollowing = true;
    try {
      while (this.nextCamera) {
        const next = this.nextCamera;
        this.nextCamera = undefined;
        await Promise.allSettled([...this.drawings]);
        const drawn = this.plotly.relayout(this.node, { "scene.camera": next });
        await Promise.race([drawn, new Promise((resolve) => setTimeout(resolve, LONGEST_VIEW_MS))]);
      }
    } finally {
      this.isFollowing = false;
    }
  }

  // Plotly itself draws what stands in three dimensions, and takes its time: likewise only the last.
  async paintSolids() {
    if (this.isPaintingSolids) return;
    this.isPaintingSolids = true;
    while (this.solids.size) {
      const [[trace, change]] = this.solids;
      this.solids.delete(trace);
      const lists = Object.entries(change).map(([attribute, values]) => [attribute, [values]]);
      await this.plotly.restyle(this.node, Object.fromEntries(lists), [trace]);
    }
    this.isPaintingSolids = false;
  }

  // Returns a promise if the figure is slow to paint, which it is at rest.
  paint(spots, isInHand, last) {
    const changes = new Map();
    for (const { trace, attribute, values } of spots) {
      if (!changes.has(trace)) changes.set(trace, {});
      assign(changes.get(trace), attribute, values.map((value) => (Number.isFinite(value) ? value : null)));
    }
    for (const [trace, change] of changes) {
      if (last < Infinity && change.y) change.y = endAt(last, { x: change.x ?? this.node.data[trace].x, y: change.y });
    }
    if (this.isSolid) {
      for (const [trace, change] of changes) this.solids.set(trace, { ...this.solids.get(trace), ...change });
      return this.paintSolids();
    }
    if (isInHand) for (const [trace, change] of changes) if (this.paintDirectly(trace, change)) changes.delete(trace);
    return changes.size ? this.animate(changes) : null;
  }

  paintDirectly(trace, change) {
    const isMoved = Object.keys(change).every((attribute) => MOVING.includes(attribute));
    const painter = isMoved && PAINTERS.find((candidate) => candidate.suits(this.node, trace));
    if (!painter) return false;
    Object.assign(this.node.data[trace], change);
    painter.paint(this.node, trace);
    return true;
  }

  async animate(changes) {
    // Bars that are animated without the lines beside them would take those away.
    const kinds = new Set(this.node._fullData.map(({ type }) => type));
    if (kinds.size > 1) this.node._fullData.forEach((_, i) => changes.has(i) || changes.set(i, {}));
    const move = () =>
      this.plotly.animate(
        this.node,
        { data: [...changes.values()], traces: [...changes.keys()] },
        { mode: "immediate", transition: { duration: 0 }, frame: { duration: 0, redraw: false } },
      );
    try {
      await this.inTurn(this.animations, [...this.drawings], move);
    } catch (interrupted) {
      if (interrupted !== undefined) throw interrupted; // an interrupted animation rejects with undefined
    }
  }

  get fits() {
    const { clientWidth: width, clientHeight: height, _fullLayout: layout } = this.node;
    return !width || (Math.abs(layout.width - width) < 1 && Math.abs(layout.height - height) < 1); // parts of pixels
  }

  async resize() {
    if (!this.isDrawn || this.fits) return;
    // Plots.resize waits 100 ms before it does that.
    await this.alone(() => this.fits || this.plotly.relayout(this.node, { autosize: true }));
  }

  // For a larger picture, which is at home nowhere on the page: its ids are its own.
  async drawing({ x, y, width, height }) {
    const url = await this.plotly.toImage(this.node, { format: "svg", width, height });
    const text = decodeURIComponent(url.slice(url.indexOf(",") + 1));
    const place = `x="${x.toFixed(2)}" y="${y.toFixed(2)}"`;
    return text.replace("<svg ", `<svg ${place} `);
  }

  async download(format, filename, { title, legend, notes, pictures, background }) {
    const { data, layout, clientWidth: width, clientHeight } = this.node;
    const entries = legend.map(([label, color, sign]) => `${sign && `<span style="color:${color}">${sign}</span> `}${plain(label)}`);
    const text = `<b>${plain(title)}</b><br><span style="font-size:14px">${entries.join("   ")}</span>`;
    const figure = {
      data,
      layout: {
        ...layout,
        annotations: [...(layout.annotations ?? []), ...notes.map((note) => annotation(note, layout))],
        images: pictures.map(layoutImage),
        title: { text, font: { size: 17 }, x: 0.02, y: 1, yanchor: "top", pad: { t: 26 } },
        margin: { ...layout.margin, t: 72 },
        paper_bgcolor: background,
      },
    };
    await this.plotly.downloadImage(figure, { format, width, height: clientHeight + 62, filename, scale: 2 });
  }
}
