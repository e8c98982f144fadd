// The kinds of handles.

const NUMBER_TRAVEL_PX = 400; // the way of the pointer through the whole range of a number

// Drawn: not every font has the signs.
const ICONS = { play: "M7 4 L20 12 L7 20 Z", pause: "M6 4 H10 V20 H6 Z M14 4 H18 V20 H14 Z" };

class PointHandle extends Handle {
  isSmallInCrowd = true;

  // A point in the plane lies over one that the figure draws.
  note() {
    return this.values.length === 1 ? { ...DOT, spot: this.spot, color: this.given.color } : null;
  }
}

class BarHandle extends Handle {
  fit(figure) {
    this.grip.style.setProperty("--handle-width", `${clamp(figure.sizeOf([1, 1])[0] - 4, 20, 76)}px`);
    // Held at the edge of the panel, the pill stays within it.
    this.grip.dataset.side = this.value < 0 === figure.isBeyond(this.spot) ? "above" : "below";
  }

  note() {
    return super.note(this.value < 0 ? -12 : 12);
  }
}

// It names a class, and moves from one to another.
class FlagHandle extends Handle {
  fit(figure) {
    this.grip.toggleAttribute("data-narrow", figure.sizeOf([1, 1])[0] < 84);
  }

  shown() {
    return this.given.flag;
  }
}

// A number stays where it is.
class NumberHandle extends Handle {
  // For the keys, in a table whose numbers stand side by side.
  orientation = "vertical";

  get spot() {
    return this.given.at;
  }

  fit(figure) {
    const [column, row] = figure.sizeOf([1, 1]);
    this.grip.style.setProperty("--handle-width", `${clamp(column - 6, 20, 76)}px`);
    this.grip.style.setProperty("--handle-height", `${row - 2}px`);
  }

  get pixel() {
    return [0, 0];
  }

  take() {
    super.take();
    this.hold.from = this.steps[0].position(this.value);
  }

  valuesAt([travel]) {
    const [steps] = this.steps;
    const row = Math.round(this.hold.from + (travel * steps.last) / NUMBER_TRAVEL_PX);
    return [steps.at(clamp(row, 0, steps.last))];
  }

  // Where up and down scroll the page, the browser takes the finger away for that.
  lose(event) {
    if (event.pointerId === this.hold?.pointer) this.cancel();
  }
}

// A mark writes its number.
class CellHandle extends NumberHandle {
  fit(figure) {
    super.fit(figure);
    this.grip.style.setProperty("--handle-width", `${Math.max(figure.sizeOf([1, 1])[0] - 6, 20)}px`);
  }

  note() {
    return null;
  }
}

// On a track of its own below the panels.
class SliderHandle extends Handle {
  constructor(stage, given) {
    super(stage, given);
    this.box = create("div", "stage-timeline", stage.timelines);
    this.caption = create("span", "stage-track-label", this.box, { "aria-hidden": "true" });
    this.track = create("div", "stage-track", this.box);
    this.track.addEventListener("pointerdown", (event) => {
      if (event.target === this.track) this.grab(event, this.valuesAt(stage.pointer(event)));
    });
  }

  get home() {
    return this.track;
  }

  remove() {
    super.remove();
    this.box.remove();
  }

  update(given) {
    super.update(given);
    this.box.inert = given.is_fixed;
    write(this.caption, given.label);
  }

  get share() {
    const [{ last }] = this.steps;
    return clamp(this.steps[0].position(this.value), 0, last) / (last || 1);
  }

  place() {
    this.grip.style.left = `${100 * this.share}%`;
    this.grip.style.setProperty("--share", this.share);
  }

  // Where the middle of the grip can be: from which pixel, and how far.
  get run() {
    const { left, width } = this.stage.boxOf(this.track);
    return [left, width];
  }

  get pixel() {
    const [start, length] = this.run;
    return [start + this.share * length, 0];
  }

  valuesAt([pixel]) {
    const [start, length] = this.run;
    const [steps] = this.steps;
    return [steps.at(Math.round(clamp((pixel - start) / length, 0, 1) * steps.last))];
  }
}

class TimelineHandle extends SliderHandle {
  constructor(stage, given) {
    super(stage, given);
    this.button = create("button", "stage-play", null, { type: "button" });
    this.icon = createIcon(this.button);
    this.button.onclick = () => (this.playing ? this.pause() : this.play());
    this.speed = create("select", "stage-speed");
    this.speed.onchange = () => stage.setSpeed(this.speed.value);
    this.box.prepend(this.button, this.speed);
  }

  update(given) {
    super.update(given);
    const action = this.playing ? "pause" : "play";
    this.button.setAttribute("aria-label", this.stage.model.labels[action]);
    this.icon.setAttribute("d", ICONS[action]);
    this.offer(this.stage.model);
  }

  offer({ speed, speeds, labels }) {
    this.speed.hidden = !speeds.length;
    this.speed.setAttribute("aria-label", labels.speed);
    this.speed.title = labels.speed;
    if (this.speed.length !== speeds.length) {
      this.speed.replaceChildren(...speeds.map((name) => Object.assign(create("option", "", null, { value: name }), { textContent: `${name} ×` })));
    }
    this.speed.value = speed;
  }

  // It stands within its track at both ends.
  get run() {
    const [left, width] = super.run;
    const { width: grip } = this.stage.boxOf(this.pill);
    return [left + grip / 2, Math.max(1, width - grip)];
  }

  play() {
    const { given } = this;
    this.take();
    if (this.value >= given.maximum) this.setValues([given.minimum]);
    this.playing = {};
    this.pace();
    this.update(given);
    this.tick(this.playing.since);
  }

  // From here on, as fast as is chosen now.
  pace() {
    if (!this.playing) return;
    const rate = this.given.rate * Number(this.stage.model.speed);
    Object.assign(this.playing, { from: this.steps[0].nearest(this.value), since: performance.now(), rate });
  }

  tick(now) {
    const { playing } = this;
    const [steps] = this.steps;
    // The frame may have begun before the button was pressed.
    const seconds = Math.max(0, now - playing.since) / 1000;
    const step = Math.min(playing.from + Math.floor(seconds * playing.rate), steps.last);
    this.setValues([steps.at(step)]);
    if (step >= steps.last) this.pause();
    else playing.frame = requestAnimationFrame((next) => this.tick(next));
  }

  pause() {
    if (!this.playing) return;
    this.stop();
    this.update(this.given);
    this.finish();
  }

  stop() {
    super.stop();
    cancelAnimationFrame(this.playing?.frame);
    this.playing = undefined;
  }

  rest() {
    if (!this.playing) super.rest();
  }

  cancel() {
    this.stop();
    super.cancel();
  }
}

const HANDLES = {
  bar: BarHandle,
  point: PointHandle,
  flag: FlagHandle,
  number: NumberHandle,
  cell: CellHandle,
  slider: SliderHandle,
  timeline: TimelineHandle,
};
