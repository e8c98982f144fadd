// Handles: what mouse, finger and keyboard can take and move. Here: what all kinds share.

const KEYBOARD_REST_MS = 350;
const DOUBLE_TAP_MS = 400;

const POINTER = { pointerdown: "grab", pointermove: "drag", pointerup: "release", pointercancel: "lose" };
const REACTIONS = { ...POINTER, lostpointercapture: "release", keydown: "press", focus: "stand", blur: "rest" };

// Which coordinate of a handle a key moves, and by how many steps.
const KEYS = { ArrowUp: [1, 1], ArrowDown: [1, -1], ArrowRight: [0, 1], ArrowLeft: [0, -1], PageUp: [1, 10], PageDown: [1, -10] };

// The arrows that do not move a handle go to its neighbours.
const ACROSS = { horizontal: /Up|Down/, vertical: /Left|Right/ };

class Handle {
  constructor(stage, given) {
    this.stage = stage;
    this.id = given.id;
    const attributes = { role: "slider", tabindex: "-1", "data-handle": given.id, "data-mark": given.mark };
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
    this.grip.title = given.is_removable ? labels.hint_removable : labels.hint;
    this.grip.inert = given.is_fixed;
    this.grip.style.setProperty("--handle-color", given.color);
    this.grip.setAttribute("aria-label", given.label);
    if (this.hold) this.snap(this.values);
    else [this.values, this.rows] = [values, null];
    this.speakLimits(minima, maxima);
    this.describe();
  }

  get home() {
    return this.panel.overlay;
  }

  // All of a kind on a panel are one stop of the tabulator; a slider on its own track is one, too.
  get group() {
    return `${this.given.panel ?? this.id} ${this.given.mark}`;
  }

  // A point in the plane has none.
  get orientation() {
    return { x: "horizontal", y: "vertical" }[this.given.axis];
  }

  // On a grid of uneven steps, these are counted: 1e-15 is nothing that one would say.
  speakLimits(minima, maxima) {
    const [{ last }] = this.steps;
    // What is given may lie beyond the range in which it can be dragged.
    this.grip.setAttribute("aria-valuemin", this.given.grid ? 0 : Math.min(minima[0], this.values[0]));
    this.grip.setAttribute("aria-valuemax", this.given.grid ? last : Math.max(maxima[0], this.values[0]));
    if (this.orientation) {
      this.grip.setAttribute("aria-orientation", this.orientation);
      return;
    }
    // A slider has one range; a point in the plane has two, in words.
    const { plane } = this.stage.model.labels;
    const ends = [minima[0], maxima[0], minima[1], maxima[1]].map((number) => formatGiven(number));
    const words = ["left", "right", "bottom", "top"];
    this.grip.setAttribute("aria-description", plane.replace(/\{(\w+)\}/g, (_, name) => ends[words.indexOf(name)]));
  }

  // A number, or a pair of them.
  get value() {
    return this.values.length === 1 ? this.values[0] : this.values;
  }

  describe() {
    const { given, grip, pill, values } = this;
    const text = given.names ? given.names[values[0]] : values.map((value) => this.digits(value)).join(", ");
    grip.setAttribute("aria-valuenow", given.grid ? this.steps[0].nearest(values[0]) : values[0]);
    grip.setAttribute("aria-valuetext", values.length === 1 ? text : this.toldPlace());
    const shown = this.shown(text);
    if (!this.typing) write(pill, shown);
    pill.style.setProperty("--characters", shown.length);
    grip.dataset.value = JSON.stringify(this.value);
    grip.toggleAttribute("data-waiting", this.waiting);
    if (this.waiting) grip.setAttribute("aria-busy", "true");
    else grip.removeAttribute("aria-busy");
  }

  toldPlace() {
    const { told } = this.given;
    const [x, y] = [...this.standing].map((value) => this.digits(value));
    return this.stage.readouts.fill((told || "x {x}, y {y}").replace("{x}", x).replace("{y}", y));
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
    return AXES[axis].spot([...this.standing].map((value) => this.mirrored(value)), at);
  }

  // In the plane the sweep tells where it stands: the hand may be where it cannot.
  get standing() {
    const { follows, rows } = this.given;
    const isTold = this.values.length > 1 && follows !== null && rows > 0 && !this.waiting;
    return isTold ? this.stage.arrays[follows] : this.values;
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
      this.rows = null;
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

  // A sweep has a row for each step; in the plane for each pair of steps, or for the cell that it is in.
  snap(values) {
    const each = this.steps.map((steps, i) => steps.nearest(values[i]));
    const { cells } = this.given;
    const place = each.reduce((before, row, i) => before * (this.steps[i].last + 1) + row);
    this.values = this.steps.map((steps, i) => steps.at(each[i]));
    this.rows = [cells === null ? place : cells[place], ...each];
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
    [this.values, this.rows] = [[value], null];
    if (given.focus !== null) stage.focus = this.id;
    stage.moved.add(this.id);
    stage.messenger.send();
    this.describe();
  }

  show() {
    this.stage.moved.add(this.id);
    if (this.waiting) this.place();
    else this.stage.paintRow(this);
    this.describe();
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
    const [[x, y], [left, top]] = [this.stage.pointer(event), this.pixel];
    this.hold.pointer = event.pointerId;
    this.hold.offset = [x - left, y - top];
    this.grip.setPointerCapture(event.pointerId);
    this.grip.toggleAttribute("data-dragging", true);
    if (this.given.focus !== null && this.stage.focus !== this.id) this.show();
  }

  drag(event) {
    if (event.pointerId !== this.hold?.pointer) return;
    const [[x, y], [left, top]] = [this.stage.pointer(event), this.hold.offset];
    if (this.setValues(this.valuesAt([x - left, y - top]))) this.tell();
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

  // From now on the tabulator comes back to this one of its group.
  stand() {
    for (const handle of this.stage.group(this)) handle.grip.tabIndex = handle === this ? 0 : -1;
  }

  // Only a timeline plays.
  pause() {}
  pace() {}

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
    if (this.goes(event)) {
      event.preventDefault();
      this.stage.neighbour(this, key === "ArrowLeft" || key === "ArrowUp" ? -1 : 1).grip.focus();
      return;
    }
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

  // Whether an arrow goes to another handle of the group.
  goes({ key, shiftKey }) {
    if (!key.startsWith("Arrow") || this.stage.group(this).length === 1) return false;
    return shiftKey || ACROSS[this.orientation]?.test(key);
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
