// A ghost: where the reader thinks that a number will be. A handle, then a mark beside the truth.

const GAP_PX = 90; // beside the truth, for the gap to it

// A pale bar from 0 to where it is, or a point.
function drawGhost(node, figure, spot, width) {
  const [x, y] = spot;
  const [, here] = figure.pixelOf([x, y]);
  const [, zero] = figure.pixelOf([x, 0]);
  const isBar = width !== null;
  node.toggleAttribute("data-bar", isBar);
  if (!isBar) return;
  setStyle(node, "--ghost-width", `${figure.sizeOf([width, 0])[0]}px`);
  setStyle(node, "--ghost-top", `${Math.min(0, zero - here)}px`);
  setStyle(node, "--ghost-height", `${Math.abs(zero - here)}px`);
}

class GhostHandle extends BarHandle {
  constructor(stage, given) {
    super(stage, given);
    this.shape = create("span", "stage-ghost", this.grip);
  }

  fit(figure) {
    super.fit(figure);
    drawGhost(this.shape, figure, this.spot, this.given.width);
  }

  // Pressed, it stands where the reader wants it, moved or not.
  finish() {
    this.hold.isTold = true;
    super.finish();
  }

  // Not yet an answer: nothing is written of it.
  note() {
    return null;
  }
}

class GhostMark extends Mark {
  dress(node, i, spot) {
    const { figure } = this.panel;
    const { width, truth, gap } = this.given;
    node.ghost ??= create("span", "stage-ghost", node);
    node.way ??= create("span", "stage-gap", node);
    node.gap ??= create("span", "", node.way);
    drawGhost(node.ghost, figure, spot, width);
    const [left, here] = figure.pixelOf(spot);
    const [, there] = figure.pixelOf([spot[0], truth]);
    setStyle(node, "--gap-top", `${Math.min(0, there - here)}px`);
    setStyle(node, "--gap-height", `${Math.abs(there - here)}px`);
    setStyle(node, "--gap-side", `${width === null ? 12 : figure.sizeOf([width, 0])[0] / 2}px`);
    node.way.hidden = gap === "";
    node.way.toggleAttribute("data-left", left + GAP_PX > this.panel.plot.clientWidth);
    write(node.gap, gap);
  }

  note(node, i) {
    return { spot: this.spot(i), text: `${this.given.gap} \u2195`, color: "var(--muted)", size: 14, shift: 0 };
  }
}

HANDLES.ghost = GhostHandle;
MARKS.ghost = GhostMark;
