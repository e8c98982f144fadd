// Pictures: coloured pixels below a panel's traces. A frame of a film is painted in one go.

class Picture {
  constructor(stage) {
    this.stage = stage;
    this.canvas = create("canvas");
    this.context = this.canvas.getContext("2d");
  }

  remove() {
    this.canvas.remove();
  }

  update(given) {
    const [rows, columns] = given.shape;
    this.given = given;
    this.panel = this.stage.panels.get(given.panel);
    if (this.canvas.parentNode !== this.panel.under) this.panel.under.append(this.canvas);
    this.canvas.dataset.picture = this.stage.model.places[given.place].attribute;
    this.canvas.toggleAttribute("data-smooth", given.smooth);
    // To set a size clears the canvas.
    if (this.canvas.width !== columns) this.canvas.width = columns;
    if (this.canvas.height !== rows) this.canvas.height = rows;
    this.image = this.context.createImageData(columns, rows);
    this.pixels = new Uint32Array(this.image.data.buffer);
  }

  paint() {
    const { pixels, stage, given } = this;
    const colors = stage.theme.palette(given.palette);
    stage.arrays[given.place].forEach((entry, i) => (pixels[i] = colors[entry]));
    this.context.putImageData(this.image, 0, 0);
  }

  place() {
    const { figure } = this.panel;
    if (!figure.hasAxes) return;
    const [left, top, width, height] = figure.rectangleOf(this.given.extent);
    Object.assign(this.canvas.style, { transform: `translate(${left}px, ${top}px)`, width: `${width}px`, height: `${height}px` });
  }

  // For a file, which knows no pixelated scaling.
  still() {
    const { canvas, given } = this;
    const factor = given.smooth ? 1 : 16;
    const large = create("canvas", "", null, { width: canvas.width * factor, height: canvas.height * factor });
    const context = large.getContext("2d");
    context.imageSmoothingEnabled = false;
    context.drawImage(canvas, 0, 0, large.width, large.height);
    return { extent: given.extent, source: large.toDataURL() };
  }
}
