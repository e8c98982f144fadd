// What comes from Python, and what goes to it.

const UPDATES_PER_SECOND = 10;

// Tables over a grid are large and mostly stay as they are. They are kept, and Python is told of them, so
// that it need not send them again; what it was told of stays here.
const TABLES_KEPT = 8;
const tables = new Map();
let promised = [];

function promise() {
  promised = [...tables.keys()];
  return promised;
}

function keepTables(read, told) {
  const used = told.map(({ key, sizes, is_sent }) => [key, is_sent ? read(sizes) : tables.get(key)]);
  for (const [key, table] of used) {
    tables.delete(key);
    tables.set(key, table);
  }
  for (const key of tables.keys()) {
    if (tables.size > TABLES_KEPT && !promised.includes(key)) tables.delete(key);
  }
  return used.map(([, table]) => table);
}

// One message: the length of a JSON header, the header, then all sweeps, each type of numbers in a pool
// of its own, then the tables of those over a grid, then pixels.
function decode(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getUint32(0, true);
  const model = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  const revived = (values) => values.map((value) => (typeof value === "string" ? Number(value) : value));
  model.now = model.now.map(revived);
  let end = 4 + length;
  const taken = (Type, size) => new Type(bytes.slice(end, (end += size * Type.BYTES_PER_ELEMENT)).buffer);
  const types = { numbers: Float64Array, singles: Float32Array, words: Uint16Array, bytes: Uint8Array };
  const read = (sizes) => Object.fromEntries(Object.entries(sizes).map(([name, size]) => [name, taken(types[name], size)]));
  const common = read(model.pools);
  const own = keepTables(read, model.tables);
  for (const handle of model.handles) {
    const pools = handle.table === null ? common : own[handle.table];
    handle.focus &&= handle.focus.map(([place, start, size]) => [place, common.numbers.subarray(start, start + size)]);
    if (handle.cells !== null) handle.cells = pools.words.subarray(handle.cells);
    // A column may fill several spots, and serve several handles.
    handle.columns = handle.columns.flatMap((spots, i) => {
      const [type, along, indexType, first] = handle.forms?.[i] ?? ["numbers", 0, "bytes", null];
      const values = pools[type].subarray(handle.starts[i]);
      const indices = first === null ? null : pools[indexType].subarray(first);
      return spots.map(([place, index]) => ({ place, index, values, along, indices }));
    });
  }
  const pixels = bytes.slice(end);
  let start = 0;
  const next = (size) => pixels.subarray(start, (start += size));
  for (const picture of model.pictures) {
    model.now[picture.place] = next(picture.shape[0] * picture.shape[1]);
    picture.palette = model.palettes[picture.palette];
  }
  for (const handle of model.handles) {
    handle.films = handle.films.map((place) => {
      const size = model.now[place].length;
      return { place, size, frames: next(size * handle.rows) };
    });
  }
  return model;
}

const LOOK_AGAIN_MS = 500;

class Messenger {
  constructor(stage) {
    this.stage = stage;
    this.number = 0; // of the last message to Python; Python's answer carries it back
    this.sentAt = -Infinity;
    this.app = document.querySelector(".stApp");
    this.observer = new MutationObserver(() => this.lookAgain());
    this.observer.observe(this.app, { attributes: true, attributeFilter: ["data-test-connection-state"] });
  }

  isAnsweredBy(model) {
    return model.answers >= this.number;
  }

  send(more = {}) {
    this.stop();
    const { handles, focus, moved } = this.stage;
    const values = Object.fromEntries([...handles].map(([id, handle]) => [id, handle.value]));
    this.post({ values, focus, moved: [...moved], address: location.search, held: promise(), ...more });
  }

  post(message) {
    this.number = Math.max(this.number + 1, Math.round(performance.timeOrigin + performance.now()));
    this.sentAt = performance.now();
    this.stage.root.dataset.sent = this.number;
    this.message = message;
    this.setStateValue("state", { number: this.number, ...message });
  }

  // What is under way when the connection goes down is lost. Once it is back, and Python rests, it is sent
  // again. Never to a server that is only slow: that would begin anew.
  lookAgain() {
    clearTimeout(this.waiting);
    const { testConnectionState, testScriptState } = this.app.dataset;
    const isBack = testConnectionState === "CONNECTED";
    this.isCut ||= !isBack;
    this.rests = isBack && testScriptState === "notRunning" ? this.rests + 1 : 0;
    if (!this.isCut || !isBack) return;
    if (this.isAnsweredBy(this.stage.model)) this.isCut = false;
    else if (this.rests > 2) {
      this.isCut = false;
      this.post(this.message);
    } else this.waiting = setTimeout(() => this.lookAgain(), LOOK_AGAIN_MS);
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

  dispose() {
    this.stop();
    clearTimeout(this.waiting);
    this.observer.disconnect();
  }

  stop() {
    clearTimeout(this.throttled);
    this.throttled = undefined;
  }
}
