// Pictures: coloured pixels below a panel's traces. A frame of a film is painted in one go.

class Picture {
  constructor(stage, given) {
    this.stage = stage;
    this.canvas = document.createElement("canvas");
    this.context = this.canvas.getContext("2d");
    this.update(given);
  }

  update(given) {
    const [rows, columns] = given.shape;
    this.given = given;
    this.panel = this.stage.panels.get(given.panel);
    if (this.canvas.parentNode !== this.panel.under) this.panel.under.append(this.canvas);
    this.canvas.dataset.picture = this.stage.model.places[given.place].attribute;
    this.canvas.toggleAttribute("data-smooth", given.smooth);
    if (this.canvas.width !== columns || this.canvas.height !== rows) Object.assign(this.canvas, { width: columns, height: rows });
    this.image = this.context.createImageData(columns, rows);
    this.pixels = new Uint32Array(this.image.data.buffer);
  }

  // The colours of the palette as the bytes of a pixel, in the present theme; pictures share them.
  get colors() {
    const { palette } = this.given;
    const { colorsOf } = this.stage;
    if (!colorsOf.has(palette)) {
      const row = new OffscreenCanvas(palette.length, 1).getContext("2d", { willReadFrequently: true });
      palette.forEach(([color, opacity], i) => {
        row.globalAlpha = opacity;
        row.fillStyle = this.stage.themed(color);
        row.fillRect(i, 0, 1, 1);
      });
      colorsOf.set(palette, new Uint32Array(row.getImageData(0, 0, palette.length, 1).data.buffer));
    }
    return colorsOf.get(palette);
  }

  paint() {
    const { colors, pixels } = this;
    this.stage.arrays[this.given.place].forEach((entry, i) => (pixels[i] = colors[entry]));
    this.context.putImageData(this.image, 0, 0);
  }

  place() {
    const layout = this.panel.plot._fullLayout;
    if (!layout?.xaxis?._length) return;
    const { xaxis, yaxis } = layout;
    const [left, right, bottom, top] = this.given.extent;
    const [x, y] = [xaxis._offset + xaxis.d2p(left), yaxis._offset + yaxis.d2p(top)];
    Object.assign(this.canvas.style, {
      transform: `translate(${x}px, ${y}px)`,
      width: `${xaxis.d2p(right) - xaxis.d2p(left)}px`,
      height: `${yaxis.d2p(bottom) - yaxis.d2p(top)}px`,
    });
  }

  // The same as an image of Plotly, for a file.
  layoutImage() {
    const [left, right, bottom, top] = this.given.extent;
    const size = { x: left, y: top, sizex: right - left, sizey: top - bottom, sizing: "stretch" };
    return { ...size, source: this.sharp().toDataURL(), xref: "x", yref: "y", layer: "below" };
  }

  // A file knows no pixelated scaling.
  sharp() {
    const factor = this.given.smooth ? 1 : 16;
    const { canvas } = this;
    const large = Object.assign(document.createElement("canvas"), { width: canvas.width * factor, height: canvas.height * factor });
    const context = large.getContext("2d");
    context.imageSmoothingEnabled = false;
    context.drawImage(canvas, 0, 0, large.width, large.height);
    return large;
  }
}
