// Within slides: keys that the stage does not use go to them, in the words of reveal.js.

const SLIDES = {
  ArrowRight: "next",
  PageDown: "next",
  " ": "next",
  ArrowLeft: "prev",
  PageUp: "prev",
  ArrowUp: "up",
  ArrowDown: "down",
  b: "togglePause",
  ".": "togglePause",
  Escape: "toggleOverview",
};

// Which pages may hold this one, the browser has checked (frame-ancestors). A file has no origin to name.
function tellSlides(method) {
  const [origin = ""] = location.ancestorOrigins ?? [];
  parent.postMessage(JSON.stringify({ method, args: [] }), /^https?:/.test(origin) ? origin : "*");
  parent.focus(); // on another slide, nothing is left to reveal here
}

// After a drag, the keys are those of the slides again.
function letGo() {
  if (document.activeElement?.matches(".stage-handle")) document.activeElement.blur();
}
