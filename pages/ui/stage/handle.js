// Handles: what mouse, finger and keyboard can take and move.

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
    this.grip.addEventListener("pointercancel", (event) => this.lose(event));
    this.grip.addEventListener("lostpointercapture", (event) => this.release(event));
    this.grip.addEventListener("keydown", (event) => this.press(event));
    this.grip.addEventListener("blur", () => this.rest());
    this.grip.addEventListener("dblclick", () => this.given.is_removable || this.type(""));
    if (given.mark === "timeline" || given.mark === "slider") {
      this.box = create("div", "stage-timeline", stage.timelines);
      if (given.mark === "timeline") {
        this.button = create("button", "stage-play", this.box, { type: "button" });
        this.button.onclick = () => (this.playing ? this.pause() : this.play());
      }
      this.caption = create("span", "stage-track-label", this.box, { "aria-hidden": "true" });
      this.track = create("div", "stage-track", this.box);
      this.track.append(this.grip);
      this.track.addEventListener("pointerdown", (event) => {
        if (event.target !== this.track) return;
        this.grab(event, this.fromPointer(event, { x: 0, y: 0 }));
      });
    }
  }

  // A number stays where it is.
  get isNumber() {
    return this.given.mark === "number" || this.given.mark === "cell";
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
    if (this.caption) write(this.caption, given.label);
    if (this.button) {
      this.button.setAttribute("aria-label", this.playing ? this.stage.model.labels.pause : this.stage.model.labels.play);
      this.button.textContent = this.playing ? ICON.pause : ICON.play;
    }
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
      given.follows !== null || Number(value.toFixed(given.decimals)) === value
        ? formatFixed(value ?? NaN, given.decimals)
        : formatGiven(value);
    const text = given.names ? given.names[this.value] : given.axis === "xy" ? this.value.map(digits).join(", ") : digits(this.value);
    this.grip.setAttribute("aria-valuenow", given.axis === "xy" ? this.value[0] : this.value);
    this.grip.setAttribute("aria-valuetext", text);
    const shown = given.mark === "flag" ? given.flag : text;
    if (!this.input && this.pill.textContent !== shown) this.pill.textContent = shown;
    this.pill.style.setProperty("--characters", shown.length);
    this.grip.dataset.value = JSON.stringify(this.value);
    this.grip.toggleAttribute("data-waiting", this.waiting);
    if (this.waiting) this.grip.setAttribute("aria-busy", "true");
    else this.grip.removeAttribute("aria-busy");
  }

  // ---- geometry --------------------------------------------------------------------------------

  layout() {
    return this.stage.panels.get(this.given.panel).plot._fullLayout;
  }

  // From a value to its place on the axis, and back.
  mirrored(number) {
    const { origin } = this.given;
    return origin === null ? number : this.stage.arrays[origin][0] - number;
  }

  place() {
    const { given } = this;
    if (this.box) {
      const share = clamp(this.position(this.value), 0, this.last) / (this.last || 1);
      this.grip.style.left = `${100 * share}%`;
      this.grip.style.setProperty("--share", share);
      return;
    }
    const layout = this.layout();
    if (!layout?.xaxis?._length) return;
    const { xaxis, yaxis } = layout;
    const spot = this.mirrored(this.value);
    const [x, y] = this.isNumber ? given.at : given.axis === "xy" ? spot : given.axis === "x" ? [spot, given.at] : [given.at, spot];
    const isBelow = given.axis === "x" && given.at === null;
    const top = isBelow ? layout.height : toPixel(yaxis, y);
    this.grip.style.transform = `translate(${toPixel(xaxis, x)}px, ${top}px)`;
    const column = Math.abs(xaxis.d2p(1) - xaxis.d2p(0));
    if (given.mark === "flag") this.grip.toggleAttribute("data-narrow", column < 84);
    if (this.isNumber) {
      this.grip.style.setProperty("--handle-width", `${clamp(column - 6, 20, 76)}px`);
      this.grip.style.setProperty("--handle-height", `${Math.abs(yaxis.d2p(1) - yaxis.d2p(0)) - 2}px`);
    }
    if (given.mark === "bar") {
      this.grip.style.setProperty("--handle-width", `${clamp(column - 4, 20, 76)}px`);
      // Held at the edge of the panel, the pill stays within it.
      const isBeyond = yaxis.d2p(y) < 0 || yaxis.d2p(y) > yaxis._length;
      this.grip.dataset.side = this.value < 0 === isBeyond ? "above" : "below";
    }
  }

  // Moves with the hand, or with another handle whose sweep also tells where this one goes.
  follow(dirty) {
    const { follows } = this.given;
    if (this.held || dirty.has(this.given.origin)) this.place();
    else if (follows !== null && dirty.has(follows)) {
      this.value = this.given.axis === "xy" ? [...this.stage.arrays[follows]] : this.stage.arrays[follows][0];
      this.row = null;
      this.describe();
      this.place();
    }
  }

  fromPointer(event, offset) {
    const { given } = this;
    if (this.box) {
      const { left, width } = this.track.getBoundingClientRect();
      return this.at(Math.round(clamp((event.clientX - offset.x - left) / width, 0, 1) * this.last));
    }
    if (this.isNumber) {
      const travel = event.clientX - offset.x;
      return this.at(clamp(Math.round(this.start + (travel * this.last) / NUMBER_TRAVEL_PX), 0, this.last));
    }
    const { xaxis, yaxis } = this.layout();
    const x = xaxis.p2d(event.clientX - offset.x - xaxis._offset);
    const y = yaxis.p2d(event.clientY - offset.y - yaxis._offset);
    return given.axis === "xy" ? [x, y] : this.mirrored(given.axis === "x" ? x : y);
  }

  // From here the travel of the pointer counts, wherever the page moves the panel meanwhile.
  gripPoint() {
    if (this.box) {
      const { left, width } = this.grip.getBoundingClientRect();
      return { x: left + width / 2, y: 0 };
    }
    if (this.isNumber) return { x: 0, y: 0 };
    const { xaxis, yaxis } = this.layout();
    const spot = this.mirrored(this.value);
    const [x, y] = this.given.axis === "xy" ? spot : [spot, spot];
    return { x: toPixel(xaxis, x), y: toPixel(yaxis, y) };
  }

  // ---- values ----------------------------------------------------------------------------------

  // Place of a value on the handle's grid, counted in steps; between two steps for one off the grid.
  position(value) {
    const { grid, minimum, step } = this.given;
    if (!grid) return (value - minimum) / step;
    const above = grid.findIndex((entry) => entry >= value);
    if (above < 1) return above < 0 ? grid.length - 1 : 0;
    return above - (grid[above] - value) / (grid[above] - grid[above - 1]);
  }

  // The last step of the grid, counted from 0.
  get last() {
    const { grid, minimum, maximum, step } = this.given;
    return grid ? grid.length - 1 : Math.round((maximum - minimum) / step);
  }

  at(row) {
    const { grid, minimum, step, decimals } = this.given;
    return grid ? grid[clamp(row, 0, grid.length - 1)] : Number((minimum + row * step).toFixed(decimals));
  }

  snap(value) {
    const { given } = this;
    if (given.axis === "xy") {
      this.row = null;
      const onGrid = (number, low, high) =>
        Number((low + Math.round((clamp(number, low, high) - low) / given.step) * given.step).toFixed(given.decimals));
      return value.map((number, i) => onGrid(number, given.minimum[i], given.maximum[i]));
    }
    this.row = Math.round(this.position(clamp(value, given.minimum, given.maximum)));
    return this.at(this.row);
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
    if (this.isNumber) this.start = this.position(this.value);
    this.focusBefore = this.stage.focus;
    this.stage.root.toggleAttribute("data-used", true);
  }

  grab(event, jump = this.value) {
    if (event.button || this.input) return;
    event.preventDefault();
    this.grip.focus({ preventScroll: true });
    this.pause();
    this.rest();
    this.take();
    if (jump !== this.value) this.setValue(jump);
    const point = this.gripPoint();
    this.pointer = event.pointerId;
    this.offset = { x: event.clientX - point.x, y: event.clientY - point.y };
    this.grip.setPointerCapture(event.pointerId);
    this.grip.toggleAttribute("data-dragging", true);
    if (this.given.focus !== null && this.stage.focus !== this.id) this.show();
  }

  drag(event) {
    if (event.pointerId !== this.pointer) return;
    if (this.setValue(this.fromPointer(event, this.offset))) this.tell();
  }

  // What cannot be tabulated, Python has to be asked during the drag.
  tell() {
    if (!this.given.live) return;
    this.isTold = true;
    this.stage.sendThrottled();
  }

  release(event) {
    if (event.pointerId !== this.pointer) return;
    const isTap = JSON.stringify(this.value) === this.before;
    this.pointer = undefined;
    this.grip.toggleAttribute("data-dragging", false);
    this.finish();
    const isDouble = isTap && performance.now() - this.tapped < DOUBLE_TAP_MS;
    this.tapped = isTap ? performance.now() : undefined;
    if (isDouble && this.given.is_removable) this.stage.send({ removed: this.id });
  }

  // Where up and down scroll the page, the browser takes the finger away for that.
  lose(event) {
    if (this.isNumber && event.pointerId === this.pointer) this.cancel();
    else this.release(event);
  }

  finish() {
    clearTimeout(this.idle);
    this.held = false;
    const isMoved = JSON.stringify(this.value) !== this.before;
    if (isMoved || this.isTold || this.stage.focus !== this.focusBefore) this.stage.send();
    this.isTold = false;
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
    if (this.isTold) {
      this.setValue(JSON.parse(this.before));
      this.finish();
      this.grip.toggleAttribute("data-dragging", false);
      return;
    }
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
    if (given.is_removable && (event.key === "Delete" || event.key === "Backspace")) {
      event.preventDefault();
      this.stage.send({ removed: this.id });
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
    this.tell();
    clearTimeout(this.idle);
    this.idle = setTimeout(() => this.rest(), KEYBOARD_REST_MS);
  }

  nextOnGrid(steps) {
    const position = Number(this.position(this.value).toFixed(6));
    return this.at((steps > 0 ? Math.floor(position) : Math.ceil(position)) + steps);
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
    const [least, most] = this.given.limits;
    if (!(value >= least && value <= most)) {
      this.input.setAttribute("aria-invalid", "true");
      const limits = { least: String(least).replace("-", "−"), most: String(most) };
      this.input.setCustomValidity(this.stage.model.labels.typing.replace(/\{(least|most)\}/g, (_, name) => limits[name]));
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
      // The frame may have begun before the button was pressed.
      const seconds = Math.max(0, now - this.playing.since) / 1000;
      const value = this.playing.from + Math.floor(seconds * given.rate) * given.step;
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
