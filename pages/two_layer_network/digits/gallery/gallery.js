// Small images to choose from: each a button.

const add = (name, className, parent) => {
  const node = document.createElement(name);
  node.className = className;
  parent.append(node);
  return node;
};

class Gallery {
  constructor(root) {
    this.list = add("ul", "gallery", root);
    this.choices = [];
    this.sent = 0;
  }

  receive({ shape, levels, items, answers }) {
    const [rows, columns] = shape;
    while (this.choices.length > items.length) this.choices.pop().item.remove();
    while (this.choices.length < items.length) this.choices.push(this.choice());
    items.forEach(({ name, ink, caption, note, spoken, is_chosen: isChosen }, i) => {
      const { button, canvas, captionNode, noteNode } = this.choices[i];
      button.onclick = () => this.send(name);
      button.dataset.name = name;
      button.setAttribute("aria-label", spoken);
      button.setAttribute("aria-pressed", isChosen);
      captionNode.textContent = caption;
      noteNode.textContent = note;
      Object.assign(canvas, { width: columns, height: rows }); // which clears it
      const context = canvas.getContext("2d");
      context.fillStyle = getComputedStyle(this.list).color;
      ink.forEach((level, pixel) => {
        context.globalAlpha = level / levels;
        context.fillRect(pixel % columns, Math.floor(pixel / columns), 1, 1);
      });
    });
    this.list.dataset.answers = answers;
  }

  choice() {
    const item = add("li", "", this.list);
    const button = add("button", "gallery-choice", item);
    button.type = "button";
    const canvas = add("canvas", "gallery-image", button);
    const captionNode = add("span", "gallery-caption", button);
    const noteNode = add("span", "gallery-note", button);
    return { item, button, canvas, captionNode, noteNode };
  }

  send(name) {
    this.sent = Math.max(this.sent + 1, Math.round(performance.timeOrigin + performance.now()));
    this.setStateValue("state", { number: this.sent, name });
  }
}

const galleries = new WeakMap();

export default function ({ data, parentElement, setStateValue }) {
  if (!galleries.has(parentElement)) galleries.set(parentElement, new Gallery(parentElement));
  const gallery = galleries.get(parentElement);
  gallery.setStateValue = setStateValue;
  gallery.receive(data);
  // Streamlit also cleans up after a call that a newer one has overtaken: only what has left the page ends.
  return () =>
    setTimeout(() => {
      if (parentElement.isConnected) return;
      galleries.delete(parentElement);
      gallery.list.remove();
    });
}
