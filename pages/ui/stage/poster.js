// The whole stage as one picture for a slide: laid out anew out of sight, in light colours, and written
// as shapes and words that every drawing program reads.

const [POSTER_WIDTH, POSTER_HEIGHT, POSTER_SCALE] = [1920, 1080, 1.4];
const POSTER_MARGIN = 24;
const POSTER_LIGHT = {
  "--st-background-color": "#ffffff",
  "--st-text-color": "#262730",
  "--st-primary-color": "#00609a",
  "--st-font": "Arial, Helvetica, 'Noto Sans SC', sans-serif", // every machine has one of them
};

const NO_BORDER = { borderTopWidth: "0", borderLeftWidth: "0", borderTopLeftRadius: "0" };

const escapeXml = (text) => text.replace(/[&<>"]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign]);

const tag = (name, attributes, inner = "") =>
  `<${name} ${Object.entries(attributes)
    .filter(([, value]) => value !== null)
    .map(([key, value]) => `${key}="${typeof value === "number" ? Number(value.toFixed(2)) : escapeXml(value)}"`)
    .join(" ")}>${inner}</${name}>`;

class Poster {
  constructor(stage) {
    this.original = stage;
    this.root = create("div", "stage-poster", document.body, { "aria-hidden": "true", inert: "" });
    for (const [name, value] of Object.entries(POSTER_LIGHT)) this.root.style.setProperty(name, value);
  }

  async download(format) {
    const { stage, left, top, height } = await this.arrange();
    this.origin = [left, top];
    this.stage = stage;
    const name = document.title.split(" · ")[0];
    const text = this.drawing(name, await this.element(stage.root), height);
    stage.dispose();
    this.root.remove();
    const file = new Blob([text], { type: "image/svg+xml" });
    this.save(format === "svg" ? file : await this.pixels(file), `${name}.${format}`);
  }

  // The same numbers at the same places, as the handles stand now.
  async arrange() {
    const { model, arrays, handles, plotly } = this.original;
    const stage = new Stage(this.root);
    stage.theme.read();
    stage.plotly = plotly;
    const now = model.handles.map((given) => ({ ...given, value: handles.get(given.id).value }));
    stage.adopt({ ...model, scene: "", look: [], now: arrays, handles: now });
    stage.readouts.paint(false);
    for (const { title, given } of stage.panels.values()) write(title, stage.readouts.fill(given.title));
    const room = POSTER_HEIGHT / POSTER_SCALE - 3.2 * POSTER_MARGIN - 28;
    this.fill(stage.root, room);
    await stage.draw();
    const { left, top, height } = stage.root.getBoundingClientRect();
    return { stage, left, top, height };
  }

  // As high as there is room for: found by halving, since rows and captions depend on the width.
  fill(root, room) {
    let [low, high] = [90, room];
    while (high - low > 1) {
      const middle = (low + high) / 2;
      root.style.setProperty("--panel-height", `${middle}px`);
      if (root.getBoundingClientRect().height > room) high = middle;
      else low = middle;
    }
    root.style.setProperty("--panel-height", `${Math.floor(low)}px`);
  }

  drawing(name, inner, height) {
    const [width, whole] = [POSTER_WIDTH / POSTER_SCALE, POSTER_HEIGHT / POSTER_SCALE];
    const room = whole - 3.2 * POSTER_MARGIN - 28;
    const fit = Math.min(1, room / height); // what cannot be made lower becomes smaller
    const left = POSTER_MARGIN + ((width - 2 * POSTER_MARGIN) * (1 - fit)) / 2;
    const words = { "font-family": POSTER_LIGHT["--st-font"], fill: "#262730" };
    return `<?xml version="1.0" encoding="UTF-8"?>\n${tag(
      "svg",
      { xmlns: SVG, "xmlns:xlink": "http://www.w3.org/1999/xlink", width: POSTER_WIDTH, height: POSTER_HEIGHT, viewBox: `0 0 ${width} ${whole}` },
      tag("rect", { width, height: whole, fill: "#ffffff" }) +
        tag("text", { x: POSTER_MARGIN, y: POSTER_MARGIN + 18, "font-size": 23, "font-weight": 700, ...words }, escapeXml(name)) +
        tag("g", { transform: `translate(${left} ${POSTER_MARGIN + 32}) scale(${fit})` }, inner) +
        tag("text", { x: POSTER_MARGIN, y: whole - 12, "font-size": 12, ...words, fill: "#5c6370" }, escapeXml(decodeURI(location.href))),
    )}`;
  }

  // ---- from the page to shapes -----------------------------------------------------------------

  async element(node) {
    const style = getComputedStyle(node);
    if (style.display === "none" || style.visibility === "hidden" || node.hidden || style.clipPath.startsWith("inset")) return "";
    const box = this.box(node);
    let parts = this.surface(box, style) + this.pseudo(node, "::before", box);
    if (node.matches(".stage-track")) parts += this.surface({ ...box, y: box.y + box.height / 2 - 2, height: 4 }, { ...NO_BORDER, backgroundColor: this.stage.theme.color("--zero") });
    for (const child of node.childNodes) parts += child.nodeType === Node.TEXT_NODE ? this.text(child, node, style) : await this.content(child);
    parts += this.pseudo(node, "::after", box);
    return style.opacity === "1" || !parts ? parts : tag("g", { opacity: style.opacity }, parts);
  }

  async content(node) {
    const panel = [...this.stage.panels.values()].find(({ plot, under }) => plot === node || under === node);
    if (!panel) return node.namespaceURI === SVG ? this.inline(node) : this.element(node);
    const box = this.box(node);
    if (node === panel.plot) return panel.figure.drawing(box);
    const pictures = [...this.stage.pictures.values()].filter((picture) => picture.panel === panel);
    return pictures.map((picture) => this.picture(picture)).join("");
  }

  // What is drawn as SVG already, such as an arrow.
  inline(node) {
    const { x, y } = this.box(node.parentNode);
    const copy = node.cloneNode(true);
    const { color, stroke, strokeWidth } = getComputedStyle(node);
    const style = `color: ${this.color(color)?.color}; stroke: ${this.color(stroke)?.color ?? "none"}; stroke-width: ${strokeWidth}; overflow: visible`;
    for (const [name, value] of Object.entries({ x, y, width: 1, height: 1, style })) copy.setAttribute(name, value);
    return new XMLSerializer().serializeToString(copy);
  }

  picture(picture) {
    const { x, y, width, height } = this.box(picture.canvas);
    const style = picture.given.smooth ? null : "image-rendering: pixelated";
    return tag("image", { x, y, width, height, style, preserveAspectRatio: "none", "xlink:href": picture.still().source });
  }

  box(node) {
    const { left, top, width, height } = node.getBoundingClientRect();
    return { x: left - this.origin[0], y: top - this.origin[1], width, height };
  }

  // A colour that every program reads, and its opacity; null where there is none.
  color(value) {
    const [red, green, blue, alpha] = this.stage.theme.pixels([[value, 1]]);
    return alpha ? { color: `rgb(${red},${green},${blue})`, opacity: alpha / 255 } : null;
  }

  // Background and border.
  surface({ x, y, width, height }, style) {
    const [top, left] = [style.borderTopWidth, style.borderLeftWidth].map(Number.parseFloat);
    const fill = this.color(style.backgroundColor);
    const edge = top && style.borderBottomWidth !== "0px" ? this.color(style.borderTopColor) : null;
    const corner = Number.parseFloat(style.borderTopLeftRadius) || 0;
    const rx = style.borderTopLeftRadius.endsWith("%") ? (corner / 100) * width : Math.min(corner, width / 2, height / 2);
    const ry = style.borderTopLeftRadius.endsWith("%") ? (corner / 100) * height : rx;
    let parts = "";
    if (fill || edge) {
      const inset = edge ? top / 2 : 0;
      const place = { x: x + inset, y: y + inset, width: Math.max(0, width - 2 * inset), height: Math.max(0, height - 2 * inset), rx, ry };
      const stroke = edge ? { stroke: edge.color, "stroke-opacity": edge.opacity, "stroke-width": top } : {};
      parts += tag("rect", { ...place, fill: fill?.color ?? "none", "fill-opacity": fill?.opacity ?? null, ...stroke });
    }
    // A readout has the colour of its loss at its left.
    if (left > top) parts += tag("rect", { x, y: y + 2, width: left, height: height - 4, rx: left / 2, fill: this.color(style.borderLeftColor)?.color ?? "none" });
    return parts;
  }

  // What a style draws before or after a node: the shapes of a legend, rings, cells, dots.
  pseudo(node, which, box) {
    const style = getComputedStyle(node, which);
    const [width, height] = [style.width, style.height].map((length) => Number.parseFloat(length) || 0);
    if (style.content !== '""' || style.display === "none" || style.visibility === "hidden") return "";
    if (!width || node.matches(".stage-pill, .stage-handle")) return "";
    const isPoint = box.width === 0 && box.height === 0;
    const x = isPoint ? box.x - width / 2 : box.x;
    const y = isPoint ? box.y - height / 2 : box.y + (box.height - height) / 2;
    return this.shape({ x, y, width, height }, style);
  }

  shape(place, style) {
    const { x, y, width, height } = place;
    const corners = style.clipPath.match(/polygon\((.*)\)/)?.[1];
    if (corners) {
      const points = corners.split(",").map((pair) => pair.trim().split(/\s+/).map((part) => Number.parseFloat(part) / 100));
      const fill = this.color(style.backgroundColor)?.color ?? "none";
      return tag("polygon", { points: points.map(([right, down]) => `${(x + right * width).toFixed(2)},${(y + down * height).toFixed(2)}`).join(" "), fill });
    }
    if (style.borderTopStyle === "dotted") {
      const stroke = { stroke: this.color(style.borderTopColor)?.color ?? "none", "stroke-width": 3, "stroke-dasharray": "3 3" };
      return tag("line", { x1: x, x2: x + width, y1: y + 1.5, y2: y + 1.5, ...stroke });
    }
    const ring = style.boxShadow === "none" ? "" : tag("circle", { cx: x + width / 2, cy: y + height / 2, r: width / 2 + 1.5, fill: "#262730" });
    return ring + this.surface(place, style) + (style.backgroundImage === "none" ? "" : this.hatching(place, style));
  }

  hatching({ x, y, width, height }, style) {
    const stroke = { stroke: this.color(style.borderTopColor)?.color ?? "none", "stroke-width": 1.5 };
    const shares = [0.35, 0.7];
    const lines = shares.flatMap((share) => [
      { x1: x, y1: y + share * height, x2: x + share * width, y2: y },
      { x1: x + (1 - share) * width, y1: y + height, x2: x + width, y2: y + (1 - share) * height },
    ]);
    return [...lines, { x1: x, y1: y + height, x2: x + width, y2: y }].map((line) => tag("line", { ...line, ...stroke })).join("");
  }

  // Line by line, as the page breaks them.
  text(node, parent, style) {
    const lines = [];
    const range = document.createRange();
    for (let i = 0; i < node.length; i++) {
      range.setStart(node, i);
      range.setEnd(node, i + 1);
      const [place] = range.getClientRects();
      if (!place?.width) continue;
      const line = lines.at(-1);
      if (!line && !node.data[i].trim()) continue; // a space that begins a text would be lost
      if (line && Math.abs(line.top - place.top) < 2) Object.assign(line, { text: line.text + node.data[i], right: place.right });
      else lines.push({ text: node.data[i], left: place.left, right: place.right, top: place.top, height: place.height });
    }
    const fill = this.color(style.color);
    if (!fill) return "";
    const isCentred = parent.matches(".stage-mark, .stage-pill");
    const sign = this.sign(getComputedStyle(parent, "::after"));
    const halo = style.textShadow === "none" ? {} : { stroke: "#ffffff", "stroke-width": 3, "paint-order": "stroke", "stroke-linejoin": "round" };
    return lines
      .map(({ text, left, right, top, height }) => {
        const isMark = parent.matches(".stage-mark");
        const x = (isMark ? parent.getBoundingClientRect().left : isCentred ? (left + right) / 2 : left) - this.origin[0];
        const place = { x, y: top - this.origin[1] + 0.79 * height, "text-anchor": isCentred ? "middle" : null };
        const font = { "font-family": style.fontFamily, "font-size": Number.parseFloat(style.fontSize), "font-weight": style.fontWeight };
        return tag("text", { ...place, ...font, fill: fill.color, ...halo }, escapeXml(text.trimEnd()) + sign);
      })
      .join("");
  }

  // What a style writes after a text, such as the arrow of a push.
  sign({ content, display, visibility, fontSize, color }) {
    const text = /^"(.+)"$/.exec(content)?.[1];
    if (!text || display === "none" || visibility === "hidden") return "";
    return tag("tspan", { dx: 2, "font-size": Number.parseFloat(fontSize), fill: this.color(color).color }, escapeXml(text));
  }

  // ---- file ------------------------------------------------------------------------------------

  async pixels(file) {
    const url = URL.createObjectURL(file);
    const image = create("img", "", null, { src: url });
    await image.decode();
    const canvas = new OffscreenCanvas(POSTER_WIDTH, POSTER_HEIGHT);
    canvas.getContext("2d").drawImage(image, 0, 0, POSTER_WIDTH, POSTER_HEIGHT);
    URL.revokeObjectURL(url);
    return canvas.convertToBlob({ type: "image/png" });
  }

  save(file, name) {
    const link = create("a", "", null, { href: URL.createObjectURL(file), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href));
  }
}
