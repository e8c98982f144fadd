// Figures, marks and palettes name colours as CSS variables, so that one message serves every theme.
class Theme {
  constructor(root) {
    this.root = root;
    this.style = getComputedStyle(root);
    this.canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  }

  // Whether it is another one since it was last read.
  read() {
    const key = ["--st-background-color", "--st-text-color", "--st-font"].map((name) => this.style.getPropertyValue(name)).join();
    if (key === this.key) return false;
    this.key = key;
    this.bytesOf = new WeakMap();
    this.colors = new Map();
    const [red, green, blue] = this.pixels([[this.color("--st-background-color") || "#fff", 1]]);
    this.root.dataset.theme = red + green + blue < 384 ? "dark" : "light";
    return true;
  }

  // Kept: to ask the page while it is drawn makes it compute its style anew.
  color(name) {
    if (!this.colors.has(name)) this.colors.set(name, this.style.getPropertyValue(name).trim());
    return this.colors.get(name);
  }

  themed(value) {
    if (typeof value === "string") return value.startsWith("var(") ? this.color(value.slice(4, -1)) : value;
    if (Array.isArray(value)) return value.map((item) => this.themed(item));
    if (value && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.themed(item)]));
    }
    return value;
  }

  // Four bytes for each of the tints, which are colours with their opacities.
  pixels(tints) {
    this.canvas.canvas.width = tints.length; // which also clears it
    tints.forEach(([color, opacity], i) => {
      this.canvas.globalAlpha = opacity;
      this.canvas.fillStyle = this.themed(color);
      this.canvas.fillRect(i, 0, 1, 1);
    });
    return this.canvas.getImageData(0, 0, tints.length, 1).data;
  }

  // A palette as whole pixels; pictures share it.
  palette(tints) {
    if (!this.bytesOf.has(tints)) this.bytesOf.set(tints, new Uint32Array(this.pixels(tints).buffer));
    return this.bytesOf.get(tints);
  }
}
