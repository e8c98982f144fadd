// The stage paints rows of numbers that Python computed. It knows no lesson and does no mathematics:
// a handle's position picks a row of its sweep, and the row's numbers are put where they belong.
//
// This file: what the others share. How a message is read, and how a number becomes a bar.

const COARSE_POINTER = matchMedia("(pointer: coarse)");
const UPDATES_PER_SECOND = 10;
const KEYBOARD_REST_MS = 350;
const [SEVERAL_POINTS, MANY_POINTS] = [4, 24]; // of more than so many in a panel each takes less room
const LONG_NUMBER = 8; // characters of a readout
const NUMBER_TRAVEL_PX = 400; // the way of the pointer through the whole range of a number
const DOUBLE_TAP_MS = 400;
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

// One message: the length of a JSON header, the header, then all sweeps as float64, then pixels.
function decode(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getUint32(0, true);
  const model = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  const revived = (values) => values.map((value) => (typeof value === "string" ? Number(value) : value));
  model.now = model.now.map(revived);
  const end = 4 + length + 8 * model.numbers;
  const numbers = new Float64Array(bytes.slice(4 + length, end).buffer);
  for (const handle of model.handles) {
    handle.focus &&= handle.focus.map(([place, values]) => [place, revived(values)]);
    // A column may fill several spots, and serve several handles.
    handle.columns = handle.columns.flatMap((spots, i) => {
      const values = numbers.subarray(handle.starts[i], handle.starts[i] + handle.rows);
      return spots.map(([place, index]) => ({ place, index, values }));
    });
  }
  const pixels = bytes.slice(end);
  let start = 0;
  const taken = (size) => pixels.subarray(start, (start += size));
  for (const picture of model.pictures) {
    model.now[picture.place] = taken(picture.shape[0] * picture.shape[1]);
    picture.palette = model.palettes[picture.palette];
  }
  for (const handle of model.handles) {
    handle.films = handle.films.map((place) => {
      const size = model.now[place].length;
      return { place, size, frames: taken(size * handle.rows) };
    });
  }
  return model;
}

const write = (node, text) => {
  if (node.textContent !== text) node.textContent = text;
};

// A wide screen is a projector's: it is read from the back of the hall.
const fontSize = (width) => (innerWidth < 1600 || width < 440 ? 14 : width < 640 ? 16 : width < 1300 ? 18 : 22);

const toPixel = (axis, value) => axis._offset + clamp(axis.d2p(value), 0, axis._length);

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

// Lines, in the same way: a straight path from point to point, broken where there is none.
const linePaths = (plot, trace) => plot.querySelectorAll(`.scatterlayer > .trace${plot._fullData[trace].uid} .js-line`);

function isPlainLine(plot, trace) {
  const { type, visible, mode, line, fill, x } = plot._fullData[trace];
  const isLine = type === "scatter" && visible === true && mode === "lines" && Array.isArray(x);
  return isLine && line.shape === "linear" && fill === "none" && linePaths(plot, trace).length > 0;
}

// Markers: only their places move.
const markerPaths = (plot, trace) => plot.querySelectorAll(`.scatterlayer > .trace${plot._fullData[trace].uid} .points > path.point`);

function isPlainMarkers(plot, trace) {
  const { type, visible, mode, x } = plot._fullData[trace];
  const isPlain = type === "scatter" && visible === true && mode === "markers" && Array.isArray(x);
  return isPlain && markerPaths(plot, trace).length === x.length;
}

function paintMarkers(plot, trace) {
  const { xaxis, yaxis } = plot._fullLayout;
  const { x, y } = plot.data[trace];
  markerPaths(plot, trace).forEach((path, i) => {
    const [left, top] = [xaxis.d2p(x[i]), yaxis.d2p(y[i])];
    const drawn = Number.isFinite(left) && Number.isFinite(top);
    path.style.display = drawn ? "" : "none";
    if (drawn) path.setAttribute("transform", `translate(${left},${top})`);
  });
}

function paintLine(plot, trace) {
  const { xaxis, yaxis } = plot._fullLayout;
  const { x, y } = plot.data[trace];
  const [first, ...others] = linePaths(plot, trace);
  let pen = "M";
  let path = "";
  y.forEach((value, i) => {
    const [left, top] = [xaxis.d2p(x[i]), yaxis.d2p(value)];
    const drawn = Number.isFinite(left) && Number.isFinite(top);
    if (drawn) path += `${pen}${left.toFixed(2)},${top.toFixed(2)}`;
    pen = drawn ? "L" : "M";
  });
  first.setAttribute("d", path || "M0,0Z");
  others.forEach((other) => other.setAttribute("d", "M0,0Z"));
}

const painterOf = (plot, trace) =>
  isPlainBar(plot, trace) ? paintBars : isPlainLine(plot, trace) ? paintLine : isPlainMarkers(plot, trace) ? paintMarkers : null;
