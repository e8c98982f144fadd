const EDGE_PX = 8; // between the panels and the edge of the window

// Presented, a stage is laid out as if the window were so high, and magnified: 14 px of it are 2.5 %. A narrow
// window is taken for one of this width at least.
const PRESENTED = { height: 560, width: 720 };

// The scene that a stage is seen in: what it is about is marked, and the panels fill the window.

class Scene {
  constructor(stage) {
    this.stage = stage;
  }

  // Marked anew with every scene, so that a handle shows itself once in each.
  update({ scene, look }) {
    const { root, panels, handles } = this.stage;
    if (root.dataset.scene === scene && this.look === String(look)) return;
    this.look = String(look);
    if (root.dataset.scene !== scene) this.page.scrollTop = 0; // chosen from the list at the foot of the page
    if (scene) root.dataset.scene = scene;
    else delete root.dataset.scene;
    for (const [id, { box }] of panels) box.toggleAttribute("data-look", look.includes(id));
    for (const [id, { grip }] of handles) {
      grip.toggleAttribute("data-look", false);
      if (!look.includes(id)) continue;
      grip.getBoundingClientRect(); // an animation begins again only after the browser saw it end
      grip.toggleAttribute("data-look", true);
    }
  }

  get page() {
    return this.stage.root.closest("[data-testid=stMain]") ?? document.documentElement;
  }

  // What is left of the window below the upper edge of the panels, while the page is not scrolled.
  fit() {
    const { page, stage } = this;
    const { root, grid, observer } = stage;
    observer.observe(page); // the window may change its height
    const content = page.querySelector("[data-testid=stMainBlockContainer]");
    if (content) observer.observe(content); // what stands above may take another line when its font comes
    const { height, width } = PRESENTED;
    this.stage.scale = isPresented() ? Math.min(innerHeight / height, innerWidth / width) : 1;
    root.style.setProperty("--scale", this.stage.scale);
    const [outer, inner, whole] = [page, grid, root].map((node) => node.getBoundingClientRect());
    const above = inner.top - outer.top + page.scrollTop;
    const below = whole.bottom - inner.bottom;
    root.style.setProperty("--room", `${Math.floor(page.clientHeight - above - below) - EDGE_PX}px`);
    const stageAbove = whole.top - outer.top;
    root.style.setProperty("--stage-height", `${(page.clientHeight - stageAbove) / this.stage.scale}px`);
  }
}
