// On a phone, panels that take turns: one at a time, chosen by its title.

class Turns {
  constructor(stage) {
    this.stage = stage;
    this.bar = create("div", "stage-turns", stage.root, { role: "group" });
  }

  update({ turns, panels }) {
    const { root } = this.stage;
    root.toggleAttribute("data-turns", turns && panels.length > 1);
    const titles = panels.map(({ id, title }) => [id, title.split(/[:：]/)[0]]);
    const key = JSON.stringify(titles);
    if (key !== this.key) this.build(titles);
    this.key = key;
    if (!panels.some(({ id }) => id === this.shown)) this.shown = panels[0]?.id;
    this.mark();
  }

  build(titles) {
    this.buttons = titles.map(([id, title]) => {
      const button = create("button", "stage-turn", null, { type: "button", "data-turn": id });
      button.textContent = title;
      button.onclick = () => this.choose(id);
      return button;
    });
    this.bar.replaceChildren(...this.buttons);
  }

  mark() {
    for (const button of this.buttons) button.setAttribute("aria-pressed", button.dataset.turn === this.shown);
    for (const [id, { box }] of this.stage.panels) box.toggleAttribute("data-off", id !== this.shown);
  }

  // What was hidden has had no size.
  choose(id) {
    this.shown = id;
    this.mark();
    this.stage.resize();
  }
}
