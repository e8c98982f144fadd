// The speaker's window: notes, the present and the next question. It learns from the show where it is, and
// its keys are the show's.

const STEPS = ["ArrowRight", "PageDown", " ", "Enter", "ArrowLeft", "PageUp", "Home", "End", "b", ".", "d", "Escape"];

class Speaker {
  constructor({ labels }) {
    Object.assign(this, { labels, index: 0, hidden: 0, since: Date.now() });
    this.box = create("div", "speaker", document.body);
    this.place = create("p", "speaker-place", this.box);
    this.question = create("p", "speaker-question", this.box);
    this.reveals = create("p", "speaker-reveals", this.box);
    this.notes = create("p", "speaker-notes", this.box);
    create("p", "speaker-label", this.box, { textContent: labels.then });
    this.next = create("p", "speaker-next", this.box);
    this.channel = new BroadcastChannel(CHANNEL);
    this.channel.onmessage = ({ data }) => this.hear(data);
    this.channel.postMessage({ asks: true });
    window.addEventListener("keydown", (event) => this.press(event), true);
    setInterval(() => this.draw(), 1000);
    this.draw();
  }

  hear({ key, ...told }) {
    if (key || told.index === undefined) return;
    Object.assign(this, told);
    this.draw();
  }

  draw() {
    const views = kept()?.views ?? [];
    const { labels, index } = this;
    const minutes = Math.floor((Date.now() - this.since) / 60000);
    this.place.textContent = filled(labels.place, { number: index + 1, count: views.length, minutes });
    this.question.textContent = views[index]?.question || labels.no_question;
    this.reveals.textContent = [this.hidden && filled(labels.reveals, this), this.isBlack && labels.black].filter(Boolean).join(" · ");
    this.notes.textContent = views[index]?.notes ?? "";
    this.next.textContent = views[index + 1] ? views[index + 1].question || labels.no_question : labels.last;
  }

  press({ key, shiftKey }) {
    const small = key.length === 1 ? key.toLowerCase() : key;
    if (STEPS.includes(small)) this.channel.postMessage({ key: small, shiftKey });
  }
}
