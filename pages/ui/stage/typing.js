// A value typed into a handle. It may lie off the grid or beyond the range: only Python can answer it.

class Typing {
  constructor(handle, first) {
    this.handle = handle;
    this.input = create("input", "stage-typed", handle.grip, { inputmode: "decimal", "aria-label": handle.given.label });
    this.input.value = first || String(handle.value);
    this.input.focus();
    if (!first) this.input.select();
    this.input.onpointerdown = (event) => event.stopPropagation();
    this.input.oninput = () => this.input.setCustomValidity("");
    this.input.onkeydown = (event) => {
      event.stopPropagation();
      if (event.key === "Enter") this.commit();
      if (event.key === "Escape") this.end();
    };
    this.input.onblur = () => this.commit();
  }

  commit() {
    if (this.handle.typing !== this) return; // to remove the input takes its focus away, too
    const written = this.input.value.trim().replace("−", "-");
    if (/^[+-]?[1-9]\d{0,2},\d{3}$/.test(written)) {
      this.refuse("typing_two", { first: written.replace(",", ""), second: written.replace(",", ".") });
      return;
    }
    const text = written.replace(",", ".");
    const [least, most] = this.handle.given.limits;
    const value = Number(text);
    if (text !== "" && !(value >= least && value <= most)) {
      this.refuse("typing", { least, most });
      return;
    }
    this.end();
    if (text !== "" && value !== this.handle.value) this.handle.setExactly(value);
  }

  refuse(label, numbers) {
    const sentence = this.handle.stage.model.labels[label];
    this.input.setAttribute("aria-invalid", "true");
    this.input.setCustomValidity(sentence.replace(/\{(\w+)\}/g, (_, name) => String(numbers[name]).replace("-", "−")));
    if (document.activeElement === this.input) this.input.reportValidity();
  }

  end() {
    const hadFocus = document.activeElement === this.input;
    this.handle.typing = undefined;
    this.input.remove();
    this.handle.describe();
    if (hadFocus) this.handle.grip.focus({ preventScroll: true });
  }
}
