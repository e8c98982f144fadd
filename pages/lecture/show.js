// The show: view after view in a frame of its own. The next one is loaded behind the present one; one that
// is left is thrown away, so that it is fresh when it comes back.

const LOOK_MS = 50;
const PATIENCE_MS = 20000; // for a view that shows no stage
const TYPED = "input, textarea";

class Show {
  constructor(deck, { language, labels }, onEnd) {
    Object.assign(this, { deck, language, onEnd, frames: new Map() });
    this.box = create("div", "show", document.body, { role: "application", ariaLabel: labels.show });
    this.cover = create("div", "show-cover", this.box, { hidden: true });
    this.channel = new BroadcastChannel(CHANNEL);
    this.channel.onmessage = ({ data }) => (data.key ? this.press(data) : this.tell());
    this.onKey = (event) => this.take(event);
    window.addEventListener("keydown", this.onKey, true);
  }

  end() {
    window.removeEventListener("keydown", this.onKey, true);
    this.channel.postMessage({ ended: true });
    this.channel.close();
    clearTimeout(this.waiting);
    this.box.remove();
    if (document.fullscreenElement) document.exitFullscreen();
    this.onEnd();
  }

  // ---- frames ----------------------------------------------------------------------------------

  frame(index) {
    if (!this.frames.has(index)) {
      const frame = create("iframe", "show-frame", this.box, { src: presented(this.deck.views[index], this.language, this.isDark) });
      frame.allow = "fullscreen";
      // Before anything on its page: these keys never reach a handle.
      frame.addEventListener("load", () => frame.contentWindow.addEventListener("keydown", this.onKey, true));
      this.frames.set(index, frame);
    }
    return this.frames.get(index);
  }

  isReady(frame) {
    return frame.contentDocument?.querySelector(".stage[data-ready]") && frame.contentWindow.logitLabBar;
  }

  go(index) {
    if (index < 0 || index >= this.deck.views.length) return;
    clearTimeout(this.waiting);
    this.wanted = index;
    const frame = this.frame(index);
    const since = performance.now();
    const look = () => {
      if (this.isReady(frame) || performance.now() - since > PATIENCE_MS) this.show(index);
      else this.waiting = setTimeout(look, LOOK_MS);
    };
    look();
  }

  show(index) {
    this.index = index;
    for (const [other, frame] of this.frames) {
      frame.toggleAttribute("data-shown", other === index);
      if (other === index || other === index + 1) continue;
      frame.remove();
      this.frames.delete(other);
    }
    if (index + 1 < this.deck.views.length) this.frame(index + 1);
    this.frames.get(index).contentWindow.focus();
    history.replaceState(history.state, "", `?${new URLSearchParams({ lang: this.language, show: index + 1 })}`);
    this.tell();
  }

  // The speaker's window follows: which view, how much of it is revealed, whether the screen is black.
  tell() {
    const { hidden = 0, revealed = 0 } = this.bar?.data ?? {};
    this.channel.postMessage({ index: this.index, hidden, revealed, isBlack: !this.cover.hidden });
  }

  get bar() {
    return this.frames.get(this.index)?.contentWindow.logitLabBar;
  }

  // ---- keys ------------------------------------------------------------------------------------

  step(by) {
    if (this.wanted !== this.index) return; // on its way
    if (this.bar?.reveal(by)) this.tell();
    else this.go(this.index + by);
  }

  // What a key does; undefined if it is none of the show.
  action({ key, shiftKey }) {
    const last = this.deck.views.length - 1;
    return {
      ArrowRight: () => this.step(1),
      PageDown: () => this.step(1),
      " ": () => this.step(shiftKey ? -1 : 1),
      Enter: () => this.step(1),
      ArrowLeft: () => this.step(-1),
      PageUp: () => this.step(-1),
      Home: () => this.go(0),
      End: () => this.go(last),
      b: () => this.black(),
      ".": () => this.black(),
      d: () => this.darken(),
      f: () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen()),
      Escape: () => this.end(),
    }[key.length === 1 ? key.toLowerCase() : key];
  }

  // Nothing is revealed unseen: on a black screen each key only brings the picture back.
  press(event) {
    const act = this.action(event);
    if (act && event.key !== "Escape" && !this.cover.hidden) this.black();
    else act?.();
    return Boolean(act);
  }

  take(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key !== "Escape" && event.target.closest?.(TYPED)) return;
    if (!this.press(event)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  black() {
    this.cover.hidden = !this.cover.hidden;
    this.tell();
  }

  darken() {
    this.isDark = this.frames.get(this.index).contentDocument.querySelector(".stage")?.dataset.theme !== "dark";
    for (const { contentWindow } of this.frames.values()) contentWindow.logitLabBar?.change({ dark: this.isDark ? "1" : "0" });
  }
}
