// What comes from Python, and what goes to it.

const UPDATES_PER_SECOND = 10;

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

class Messenger {
  constructor(stage) {
    this.stage = stage;
    this.number = 0; // of the last message to Python; Python's answer carries it back
    this.sentAt = -Infinity;
  }

  isAnsweredBy(model) {
    return model.answers >= this.number;
  }

  send(more = {}) {
    this.stop();
    const { handles, focus, moved, root } = this.stage;
    this.number = Math.max(this.number + 1, Math.round(performance.timeOrigin + performance.now()));
    this.sentAt = performance.now();
    const values = Object.fromEntries([...handles].map(([id, handle]) => [id, handle.value]));
    root.dataset.sent = this.number;
    this.setStateValue("state", { number: this.number, values, focus, moved: [...moved], ...more });
  }

  // What cannot be tabulated, Python has to be asked during the drag: as often as it can answer.
  sendThrottled() {
    if (this.throttled !== undefined) return;
    const due = () => {
      if (this.isAnsweredBy(this.stage.model)) this.send({ is_held: true });
      else this.throttled = setTimeout(due, 20);
    };
    const since = performance.now() - this.sentAt;
    this.throttled = setTimeout(due, Math.max(0, 1000 / UPDATES_PER_SECOND - since));
  }

  stop() {
    clearTimeout(this.throttled);
    this.throttled = undefined;
  }
}
