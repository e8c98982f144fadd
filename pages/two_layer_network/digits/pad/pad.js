// A sheet to draw on with mouse, finger or keyboard. Python gets the ink and makes of it what it is.

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const KEY_STEP = 2;
const FAST_KEY_STEP = 8;
const UPDATES_PER_SECOND = 5;

const make = (name, className, parent, attributes = {}) => {
  const node = document.createElement(name);
  node.className = className;
  for (const [key, text] of Object.entries(attributes)) node.setAttribute(key, text);
  parent.append(node);
  return node;
};

class Pad {
  constructor(root) {
    this.root = make("div", "pad", root);
    this.sheet = make("div", "pad-sheet", this.root, { role: "application", tabindex: "0" });
    this.canvas = make("canvas", "pad-ink", this.sheet);
    this.pen = make("div", "pad-pen", this.sheet);
    this.hint = make("p", "pad-hint", this.root);
    this.clearing = make("button", "pad-clear", this.root, { type: "button" });
    this.told = make("p", "pad-told", this.root, { role: "status" });
    this.context = this.canvas.getContext("2d");
    this.sent = 0;
    this.sheet.addEventListener("pointerdown", (event) => this.touch(event));
    this.sheet.addEventListener("pointermove", (event) => this.draw(event));
    for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) {
      this.sheet.addEventListener(end, (event) => this.lift(event));
    }
    this.sheet.addEventListener("keydown", (event) => this.press(event));
    this.sheet.addEventListener("blur", () => this.isDown && this.setDown(false));
    this.clearing.addEventListener("click", () => this.clear());
    this.root.addEventListener("keydown", (event) => event.stopPropagation());
  }

  receive({ size, radius, ink, answers, labels }) {
    if (this.ink === undefined) {
      this.size = size;
      this.canvas.width = this.canvas.height = size;
      this.ink = new Uint8Array(size * size);
      this.spot = [size / 2, size / 4];
      if (ink) [...ink].forEach((digit, i) => [8, 4, 2, 1].forEach((bit, k) => (this.ink[4 * i + k] = parseInt(digit, 16) & bit ? 1 : 0)));
    }
    this.radius = radius;
    this.answers = answers;
    this.labels = labels;
    this.sheet.setAttribute("aria-label", labels.sheet);
    this.hint.textContent = labels.hint;
    this.clearing.textContent = labels.clear;
    this.paint();
    this.placePen();
    this.root.dataset.answers = answers;
  }

  // The theme may be another.
  paint() {
    this.context.clearRect(0, 0, this.size, this.size);
    this.context.fillStyle = getComputedStyle(this.root).color;
    this.ink.forEach((value, i) => value && this.paintCell(i));
  }

  paintCell(i) {
    this.context.fillRect(i % this.size, Math.floor(i / this.size), 1, 1);
  }

  placePen() {
    const share = (value) => `${(100 * value) / this.size}%`;
    Object.assign(this.pen.style, { left: share(this.spot[0]), top: share(this.spot[1]), width: share(2 * this.radius) });
    this.pen.toggleAttribute("data-down", Boolean(this.isDown));
  }

  // ---- ink -------------------------------------------------------------------------------------

  blot([x, y]) {
    const { radius, size } = this;
    for (let row = Math.max(0, Math.floor(y - radius)); row < Math.min(size, y + radius); row += 1) {
      for (let column = Math.max(0, Math.floor(x - radius)); column < Math.min(size, x + radius); column += 1) {
        const [dx, dy] = [column + 0.5 - x, row + 0.5 - y];
        const i = row * size + column;
        if (this.ink[i] || dx * dx + dy * dy > radius * radius) continue;
        this.ink[i] = 1;
        this.paintCell(i);
      }
    }
  }

  lineTo(end) {
    const [from, [x, y]] = [this.spot, end];
    const steps = Math.ceil(Math.max(Math.abs(x - from[0]), Math.abs(y - from[1]), 1));
    for (let step = 1; step <= steps; step += 1) {
      const share = step / steps;
      this.blot([from[0] + share * (x - from[0]), from[1] + share * (y - from[1])]);
    }
    this.spot = end;
    this.placePen();
  }

  clear() {
    this.ink.fill(0);
    this.paint();
    this.say("cleared");
    this.send(false);
  }

  // ---- mouse and finger ------------------------------------------------------------------------

  fromPointer({ clientX, clientY }) {
    const { left, top, width, height } = this.canvas.getBoundingClientRect();
    return [((clientX - left) / width) * this.size, ((clientY - top) / height) * this.size];
  }

  touch(event) {
    if (this.pointer !== undefined || event.button > 0) return;
    this.pointer = event.pointerId;
    this.sheet.setPointerCapture(event.pointerId);
    this.sheet.dataset.pointer = "";
    this.spot = this.fromPointer(event);
    this.lineTo(this.spot);
    this.sendThrottled();
  }

  draw(event) {
    if (event.pointerId !== this.pointer) return;
    const between = event.getCoalescedEvents?.() ?? [];
    for (const part of between.length ? between : [event]) this.lineTo(this.fromPointer(part));
    this.sendThrottled();
  }

  lift(event) {
    if (event.pointerId !== this.pointer) return;
    this.pointer = undefined;
    delete this.sheet.dataset.pointer;
    this.send(false);
  }

  // ---- keyboard --------------------------------------------------------------------------------

  press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const arrow = ARROWS[event.key];
    if (arrow) {
      const step = event.shiftKey ? FAST_KEY_STEP : KEY_STEP;
      const end = this.spot.map((value, axis) => Math.min(this.size, Math.max(0, Math.round(value) + step * arrow[axis])));
      if (this.isDown) {
        this.lineTo(end);
        this.sendThrottled();
      } else {
        this.spot = end;
        this.placePen();
      }
    } else if (event.key === " " || event.key === "Enter") {
      if (!event.repeat) this.setDown(!this.isDown);
    } else if (event.key === "Delete" || event.key === "Backspace") this.clear();
    else return;
    event.preventDefault();
  }

  setDown(isDown) {
    this.isDown = isDown;
    this.placePen();
    this.say(isDown ? "down" : "up");
    if (isDown) {
      this.lineTo(this.spot);
      this.sendThrottled();
    } else this.send(false);
  }

  say(word) {
    this.told.textContent = this.labels[word];
  }

  // ---- pad to Python ---------------------------------------------------------------------------

  send(isHeld) {
    clearTimeout(this.throttled);
    this.throttled = undefined;
    this.lastSent = performance.now();
    this.sent = Math.max(this.sent + 1, Math.round(performance.timeOrigin + this.lastSent));
    let ink = "";
    for (let i = 0; i < this.ink.length; i += 4) ink += (8 * this.ink[i] + 4 * this.ink[i + 1] + 2 * this.ink[i + 2] + this.ink[i + 3]).toString(16);
    this.root.dataset.sent = this.sent;
    this.setStateValue("state", { number: this.sent, ink, is_held: isHeld });
  }

  // During a stroke: not before Python has answered, and not too often.
  sendThrottled() {
    if (this.throttled !== undefined) return;
    const due = () => {
      if (this.answers >= this.sent) this.send(true);
      else this.throttled = setTimeout(due, 20);
    };
    const since = performance.now() - (this.lastSent ?? -Infinity);
    this.throttled = setTimeout(due, Math.max(0, 1000 / UPDATES_PER_SECOND - since));
  }
}

const pads = new WeakMap();

export default function ({ data, parentElement, setStateValue }) {
  if (!pads.has(parentElement)) pads.set(parentElement, new Pad(parentElement));
  const pad = pads.get(parentElement);
  pad.setStateValue = setStateValue;
  pad.receive(data);
  // Streamlit also cleans up after a call that a newer one has overtaken: only what has left the page ends.
  return () =>
    setTimeout(() => {
      if (parentElement.isConnected) return;
      clearTimeout(pad.throttled);
      pads.delete(parentElement);
      pad.root.remove();
    });
}
