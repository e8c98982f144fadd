// Handles: what mouse, finger and keyboard can take and move. Here: what all kinds share.

const KEYBOARD_REST_MS = 350;
const DOUBLE_TAP_MS = 400;

const POINTER = { pointerdown: "grab", pointermove: "drag", pointerup: "release", pointercancel: "lose" };
const REACTIONS = { ...POINTER, lostpointercapture: "release", keydown: "press", blur: "rest" };

// Which coordinate of a handle a key moves, and by how many steps.
const KEYS = { ArrowUp: [1, 1], ArrowDown: [1, -1], ArrowRight: [0, 1], ArrowLeft: [0, -1], PageUp: [1, 10], PageDown: [1, -10] };

class Handle {
  constructor(stage, given) {
    this.stage = stage;
    this.id = given.id;
    const attributes = { role: "slider", tabindex: "0", "data-handle": given.id, "data-mark": given.mark };
    this.grip = create("div", "stage-handle", null, attributes);
    this.pill = create("span", "stage-pill", this.grip);
    for (const [type, method] of Object.entries(REACTIONS)) this.grip.addEventListener(type, (event) => this[method](event));
    this.grip.addEventListener("dblclick", () => this.given.is_removable || this.type(""));
  }

  remove() {
    this.stop();
    this.grip.remove();
  }

  stop() {
    clearTimeout(this.idle);
  }

  update(given) {
    const { labels, handles } = this.stage.model;
    const [minima, maxima, values] = [given.minimum, given.maximum, given.value].map((numbers) => [numbers].flat());
    this.given = given;
    this.panel = this.stage.panels.get(given.panel);
    this.steps = minima.map((minimum, i) => new Steps(given, minimum, maxima[i]));
    if (this.grip.parentNode !== this.home) this.home.append(this.grip);
    this.grip.dataset.axis = given.axis;
    this.grip.toggleAttribute("data-hint", given.id === handles[0].id);
    this.grip.title = labels.hint;
    this.grip.style.setProperty("--handle-color", given.color);
    this.grip.setAttribute("aria-label", given.label);
    if (values.length === 1) {
      this.grip.setAttribute("aria-valuemin", given.minimum);
      this.grip.setAttribute("aria-valuemax", given.maximum);
    }
    if (this.hold) this.snap(this.values);
    else [this.values, this.row] = [values, null];
    this.describe();
  }

  get home() {
    return this.panel.overlay;
  }

  // A number, or a pair of them.
  get value() {
    return this.values.length === 1 ? this.values[0] : this.values;
  }

  describe() {
    const { given, grip, pill, values } = this;
    const text = given.names ? given.names[values[0]] : values.map((value) => this.digits(value)).join(", ");
    grip.setAttribute("aria-valuenow", values[0]);
    grip.setAttribute("aria-valuetext", text);
    const shown = this.shown(text);
    if (!this.typing) write(pill, shown);
    pill.style.setProperty("--characters", shown.length);
    grip.dataset.value = JSON.stringify(this.value);
    grip.toggleAttribute("data-waiting", this.waiting);
    if (this.waiting) grip.setAttribute("aria-busy", "true");
    else grip.removeAttribute("aria-busy");
  }

  // Off its grid, a value is written as it was typed.
  digits(value) {
    const { follows, decimals } = this.given;
    return follows !== null || Number(value.toFixed(decimals)) === value
      ? formatFixed(value ?? NaN, decimals)
      : formatGiven(value);
  }

  shown(text) {
    return text;
  }

  // ---- where it is -----------------------------------------------------------------------------

  // From a value to its place on the axis, and back.
  mirrored(number) {
    const { origin } = this.given;
    return origin === null ? number : this.stage.arrays[origin][0] - number;
  }

  // Without y, it is at the lower edge of the panel.
  get spot() {
    const { axis, at } = this.given;
    return AXES[axis].spot(this.values.map((value) => this.mirrored(value)), at);
  }

  place() {
    const { figure } = this.panel;
    if (!figure.hasAxes) return;
    const { spot } = this;
    const [left, top] = figure.pixelOf(spot);
    this.grip.style.transform = `translate(${left}px, ${spot[1] === null ? figure.height : top}px)`;
    this.fit(figure);
  }

  // To the panel's size.
  fit() {}

  // Moves with the hand, or with another handle whose sweep also tells where this one goes.
  follow(dirty) {
    const { follows, origin } = this.given;
    if (this.hold || dirty.has(origin)) this.place();
    else if (follows !== null && dirty.has(follows)) {
      this.values = this.stage.arrays[follows].slice(0, this.steps.length);
      this.row = null;
      this.describe();
      this.place();
    }
  }

  // From here the travel of the pointer counts, wherever the page moves the panel meanwhile.
  get pixel() {
    return this.panel.figure.pixelOf(this.spot);
  }

  valuesAt(pixel) {
    const spot = this.panel.figure.spotAt(pixel);
    return AXES[this.given.axis].values(spot).map((value) => this.mirrored(value));
  }

  // ---- values ----------------------------------------------------------------------------------

  // A sweep has a row for each step of one coordinate.
  snap(values) {
    const rows = this.steps.map((steps, i) => steps.nearest(values[i]));
    this.values = this.steps.map((steps, i) => steps.at(rows[i]));
    this.row = rows.length === 1 ? rows[0] : null;
  }

  // A handle's sweep holds until another handle moves; then only Python's answer may be painted.
  get waiting() {
    const { moved } = this.stage;
    return moved.has(this.id) && moved.size > 1;
  }

  setValues(values) {
    const before = String(this.values);
    this.snap(values);
    if (String(this.values) === before) return false;
    this.show();
    return true;
  }

  setExactly(value) {
    const { stage, given } = this;
    [this.values, this.row] = [[value], null];
    if (given.focus !== null) stage.focus = this.id;
    stage.moved.add(this.id);
    stage.messenger.send();
    this.describe();
  }

  show() {
    this.stage.moved.add(this.id);
    this.describe();
    if (this.waiting) this.place();
    else this.stage.paintRow(this);
  }

  // ---- hand and keyboard -----------------------------------------------------------------------

  take() {
    this.hold = { before: this.values, focus: this.stage.focus, isTold: false };
    this.stage.root.toggleAttribute("data-used", true);
  }

  get isMoved() {
    return String(this.values) !== String(this.hold.before);
  }

  grab(event, jump) {
    if (event.button || this.typing) return;
    event.preventDefault();
    this.grip.focus({ preventScroll: true });
    this.pause();
    this.rest();
    this.take();
    if (jump) this.setValues(jump);
    const [left, top] = this.pixel;
    this.hold.pointer = event.pointerId;
    this.hold.offset = [event.clientX - left, event.clientY - top];
    this.grip.setPointerCapture(event.pointerId);
    this.grip.toggleAttribute("data-dragging", true);
    if (this.given.focus !== null && this.stage.focus !== this.id) this.show();
  }

  drag(event) {
    if (event.pointerId !== this.hold?.pointer) return;
    const [left, top] = this.hold.offset;
    if (this.setValues(this.valuesAt([event.clientX - left, event.clientY - top]))) this.tell();
  }

  tell() {
    if (!this.given.live) return;
    this.hold.isTold = true;
    this.stage.messenger.sendThrottled();
  }

  release(event) {
    if (event.pointerId !== this.hold?.pointer) return;
    const isTap = !this.isMoved;
    this.grip.toggleAttribute("data-dragging", false);
    this.finish();
    const isDouble = isTap && performance.now() - this.tapped < DOUBLE_TAP_MS;
    this.tapped = isTap ? performance.now() : undefined;
    if (isDouble && this.given.is_removable) this.askRemoval();
  }

  lose(event) {
    this.release(event);
  }

  finish() {
    clearTimeout(this.idle);
    const { isMoved, hold, stage } = this;
    this.hold = undefined;
    if (isMoved || hold.isTold || stage.focus !== hold.focus) stage.messenger.send();
    this.describe();
  }

  // The keyboard has no release: a pause, or leaving the handle, is one.
  rest() {
    if (this.hold && this.hold.pointer === undefined) this.finish();
  }

  // Only a timeline plays.
  pause() {}

  cancel() {
    const { hold, stage } = this;
    clearTimeout(this.idle);
    this.grip.toggleAttribute("data-dragging", false);
    if (hold.isTold) {
      this.setValues(hold.before);
      this.finish();
    } else {
      this.hold = undefined;
      stage.adopt(stage.model);
      stage.draw();
    }
  }

  askRemoval() {
    this.stage.messenger.send({ removed: this.id });
  }

  press(event) {
    const { key } = event;
    if (this.typing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (key === "Escape") {
      if (this.hold) this.cancel();
      return;
    }
    const { minimum, maximum, is_removable: isRemovable } = this.given;
    const end = { Home: minimum, End: maximum }[key];
    if (/^[\d.,\-−]$/.test(key) || key === "Enter") this.type(key === "Enter" ? "" : key);
    else if (isRemovable && (key === "Delete" || key === "Backspace")) this.askRemoval();
    else if (end !== undefined) this.walk([end].flat());
    else if (key in KEYS) this.walk(this.next(...KEYS[key]));
    else return;
    event.preventDefault();
  }

  next(coordinate, count) {
    const moving = Math.min(coordinate, this.values.length - 1);
    return this.values.map((value, i) => (i === moving ? this.steps[i].next(value, count) : value));
  }

  walk(values) {
    this.pause();
    if (!this.hold) this.take();
    this.setValues(values);
    this.tell();
    clearTimeout(this.idle);
    this.idle = setTimeout(() => this.rest(), KEYBOARD_REST_MS);
  }

  type(first) {
    if (this.given.names || this.values.length > 1 || this.typing) return;
    this.typing = new Typing(this, first);
  }

  // ---- file ------------------------------------------------------------------------------------

  // Its text, for a file.
  note(shift = 0) {
    return { spot: this.spot, text: this.pill.textContent, shift, color: "var(--ink)", size: 14 };
  }
}
