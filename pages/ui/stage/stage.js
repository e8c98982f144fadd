// The stage paints rows of numbers that Python computed. It knows no lesson and does no mathematics:
// a handle's position picks a row of its sweep, and the row's numbers are put where they belong.

class Stage {
  constructor(root) {
    this.root = create("div", "stage", root);
    this.theme = new Theme(this.root);
    this.messenger = new Messenger(this);
    this.readouts = new Readouts(this);
    this.turns = new Turns(this);
    this.grid = create("div", "stage-grid", this.root);
    this.timelines = create("div", "stage-timelines", this.root);
    this.panels = new Map();
    this.handles = new Map();
    this.marks = [];
    this.pictures = new Map();
    this.scale = 1; // presented, everything is magnified
    this.scene = new Scene(this);
    this.moved = new Set(); // handles moved since Python computed the model
    this.dirty = new Set(); // places whose numbers are not painted yet
    this.root.addEventListener("keydown", (event) => event.stopPropagation());
    this.paper = { beforeprint: () => this.print(true), afterprint: () => this.print(false) };
    for (const [type, react] of Object.entries(this.paper)) addEventListener(type, react);
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(this.grid);
    // Presented or not, dark or light: told by the page.
    this.look = new MutationObserver(() => this.redress());
    this.look.observe(document.documentElement, { attributes: true, attributeFilter: ["data-present", "data-scheme"] });
  }

  dispose() {
    this.isDisposed = true;
    for (const [type, react] of Object.entries(this.paper)) removeEventListener(type, react);
    this.observer.disconnect();
    this.look.disconnect();
    this.messenger.dispose();
    cancelAnimationFrame(this.frame);
    cancelAnimationFrame(this.resizing);
    for (const handle of this.handles.values()) handle.stop();
    for (const panel of this.panels.values()) panel.remove();
    this.root.remove();
  }

  // ---- Python to stage -------------------------------------------------------------------------

  async receive(model) {
    const isAnswer = this.messenger.isAnsweredBy(model); // not to an older question
    if (!this.theme.read() && !isAnswer) return;
    this.plotly ??= await loadPlotly(model.plotly);
    if (this.isDisposed) return;
    if (isAnswer) this.adopt(model);
    await this.draw();
    this.root.dataset.answers = this.model.answers;
    this.root.dataset.ready = "true";
  }

  adopt(model) {
    this.model = model;
    this.arrays = model.now.map((values) => (ArrayBuffer.isView(values) ? values : [...values]));
    this.moved.clear();
    this.focus = model.focus;
    this.updatePanels();
    this.turns.update(model);
    this.updateMarks();
    this.updatePictures();
    this.readouts.update(model);
    this.updateHandles();
    this.scene.update(model);
    for (const handle of this.handles.values()) if (handle.hold) handle.show();
  }

  // What is given is made or updated; what is no longer given goes.
  keep(map, given, make, isSame = () => true) {
    for (const [id, item] of map) {
      if (given.has(id) && isSame(item.given, given.get(id))) continue;
      item.remove();
      map.delete(id);
    }
    for (const [id, entry] of given) {
      if (!map.has(id)) map.set(id, make(entry));
      map.get(id).update(entry);
    }
  }

  updatePanels() {
    const { panels, pinned } = this.model;
    this.root.dataset.panels = panels.length;
    this.root.toggleAttribute("data-pinned", pinned);
    const tall = panels.filter((given) => given.tall).length;
    if (tall) this.root.dataset.tall = tall;
    else delete this.root.dataset.tall;
    this.keep(this.panels, new Map(panels.map((given) => [given.id, given])), ({ id }) => new Panel(this, id));
    panels.forEach(({ id }, position) => {
      const { box } = this.panels.get(id);
      // To move a node takes the focus and the pointer from its handles.
      if (this.grid.children[position] !== box) this.grid.insertBefore(box, this.grid.children[position] ?? null);
    });
  }

  // During a drag they mostly stay as they are, and to make them anew takes long.
  updateMarks() {
    const key = JSON.stringify(this.model.marks);
    if (key === this.marksKey && this.marks.every((mark) => mark.isCurrent)) return;
    this.marksKey = key;
    for (const panel of this.panels.values()) panel.marks.replaceChildren();
    this.marks = this.model.marks.map((given) => new MARKS[given.kind](this, given));
  }

  updatePictures() {
    const { pictures, places } = this.model;
    const given = new Map(pictures.map((picture) => [places[picture.place].attribute, picture]));
    this.keep(this.pictures, given, () => new Picture(this));
  }

  updateHandles() {
    const given = new Map(this.model.handles.map((handle) => [handle.id, handle]));
    const isSame = (before, after) => before.mark === after.mark && before.panel === after.panel;
    this.keep(this.handles, given, (handle) => new HANDLES[handle.mark](this, handle), isSame);
    for (const panel of this.panels.values()) panel.crowd([...this.handles.values()]);
    const stops = new Set([...this.handles.values()].filter(({ grip }) => grip.tabIndex === 0).map(({ group }) => group));
    for (const { grip, group } of this.handles.values()) {
      if (!stops.has(group)) grip.tabIndex = 0;
      stops.add(group);
    }
  }

  group({ group }) {
    return [...this.handles.values()].filter((other) => other.group === group);
  }

  neighbour(handle, step) {
    const group = this.group(handle);
    return group[(group.indexOf(handle) + step + group.length) % group.length];
  }

  // ---- drawing ---------------------------------------------------------------------------------

  // The same in all panels: as the narrowest of them has room for.
  get fontSize() {
    return Math.min(...[...this.panels.values()].map((panel) => panel.fontSize));
  }

  spots(places) {
    return places.map((i) => ({ ...this.model.places[i], values: this.arrays[i] }));
  }

  // A panel whose figure has changed is drawn; in the others only numbers are painted.
  async draw() {
    this.scene.fit();
    const { fontSize } = this;
    const everywhere = this.model.places.map((_, i) => i);
    const outdated = [...this.panels.values()].filter((panel) => panel.isOutdated(fontSize));
    const drawn = new Set(outdated.map(({ id }) => id));
    await Promise.all(outdated.map((panel) => panel.draw(this.spots(everywhere), fontSize)));
    if (this.isDisposed) return;
    this.model.places.forEach(({ panel }, i) => drawn.has(panel) || this.dirty.add(i));
    await this.fit(); // before anything moves
    await this.paint([...this.handles.values()].some(({ hold }) => hold));
    await this.fit(); // once more: only now the readouts are as high as their words
    for (const panel of this.panels.values()) panel.describe();
  }

  async fit() {
    this.scene.fit();
    for (const { figure } of this.panels.values()) await figure.resize();
    this.placeAll();
  }

  resize() {
    cancelAnimationFrame(this.resizing);
    this.resizing = requestAnimationFrame(async () => {
      await this.fit();
      const { fontSize } = this;
      if ([...this.panels.values()].some(({ size }) => size && size !== fontSize)) await this.draw();
      this.placeAll();
    });
  }

  // The browser takes the page for paper as it stands at the end of this.
  print(isOnPaper) {
    this.root.toggleAttribute("data-paper", isOnPaper);
    if (!this.model) return;
    this.theme.read();
    const spots = this.spots(this.model.places.map((_, i) => i));
    for (const panel of this.panels.values()) panel.draw(spots, this.fontSize);
    for (const picture of this.pictures.values()) picture.paint();
    this.placeAll();
  }

  async redress() {
    if (this.theme.read() && this.model) await this.draw();
    this.resize();
  }

  // Pixels of the page as they are before they are magnified.
  pointer({ clientX, clientY }) {
    return [clientX / this.scale, clientY / this.scale];
  }

  boxOf(node) {
    const { left, top, width } = node.getBoundingClientRect();
    return { left: left / this.scale, top: top / this.scale, width: width / this.scale };
  }

  placeAll() {
    for (const handle of this.handles.values()) handle.place();
    for (const mark of this.marks) mark.place();
    for (const picture of this.pictures.values()) picture.place();
  }

  // What is seen in three dimensions is seen from one place.
  lookFrom(turned, camera) {
    for (const panel of this.panels.values()) if (panel !== turned && panel.figure.isSolid) panel.figure.lookFrom(camera);
  }

  setArray(place, values) {
    this.arrays[place] = values;
    this.dirty.add(place);
  }

  setNumber(place, index, number) {
    if (Object.is(this.arrays[place][index], number)) return;
    this.arrays[place][index] = number;
    this.dirty.add(place);
  }

  setSpeed(speed) {
    this.model.speed = speed;
    for (const handle of this.handles.values()) handle.pace();
    this.messenger.send({ speed });
  }

  get lastStep() {
    const timeline = this.model.ends_now && [...this.handles.values()].find(({ given }) => given.rate);
    return timeline ? timeline.value : Infinity;
  }

  // What the sweep of a handle tells for where it is now.
  paintRow({ id, given, rows, values }) {
    if (given.focus !== null && this.focus !== id) {
      this.focus = id;
      for (const [place, numbers] of given.focus) this.setArray(place, [...numbers]);
    }
    if (rows !== null) {
      for (const { place, index, values: column, along, indices } of given.columns) {
        this.setNumber(place, index, column[indices === null ? rows[along] : indices[rows[along]]]);
      }
      const [row] = rows;
      for (const { place, size, frames } of given.films) this.setArray(place, frames.subarray(row * size, (row + 1) * size));
    }
    this.model.places.forEach(({ panel, attribute }, place) => {
      if (attribute === "y" && this.panels.get(panel)?.lastStep < Infinity) this.dirty.add(place);
    });
    for (const [coordinate, place, index] of given.moves) this.setNumber(place, index, values[coordinate]);
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined;
      this.paint(true);
    });
  }

  async paint(isInHand) {
    const { dirty } = this;
    this.dirty = new Set();
    const spots = this.spots([...dirty]);
    const animations = [...this.panels.values()].map((panel) => panel.paint(spots, isInHand)).filter(Boolean);
    for (const picture of this.pictures.values()) if (dirty.has(picture.given.place)) picture.paint();
    for (const handle of this.handles.values()) handle.follow(dirty);
    for (const mark of this.marks) if (mark.isDirty(dirty)) mark.place();
    this.readouts.paint(isInHand);
    // Plotly draws at once, but keeps its promise only in the next frame.
    if (animations.length) await new Promise((resolve) => setTimeout(resolve));
    this.root.dataset.painted = (Number(this.root.dataset.painted) || 0) + 1;
    await Promise.all(animations);
  }
}

const stages = new WeakMap();

export default function ({ data, parentElement, setStateValue }) {
  if (!stages.has(parentElement)) stages.set(parentElement, new Stage(parentElement));
  const stage = stages.get(parentElement);
  stage.messenger.setStateValue = setStateValue;
  stage.receive(decode(data));
  // Streamlit also cleans up after a call that a newer one has overtaken: only what has left the page ends.
  return () =>
    setTimeout(() => {
      if (parentElement.isConnected) return;
      stages.delete(parentElement);
      stage.dispose();
    });
}
