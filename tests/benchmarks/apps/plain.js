const { figure, dragged, limit, step } = await (await fetch("plain.json")).json();
const plot = document.getElementById("plot");
const grip = document.getElementById("grip");
const heights = [...figure.data[0].y];
await Plotly.newPlot(plot, figure.data, figure.layout, { displayModeBar: false });
const { xaxis, yaxis } = plot._fullLayout;

const placeGrip = () => {
  grip.style.left = `${xaxis._offset + xaxis.d2p(dragged)}px`;
  grip.style.top = `${yaxis._offset + yaxis.d2p(heights[dragged])}px`;
};
placeGrip();

let frame;
let offset;
const paint = () => {
  frame = undefined;
  placeGrip();
  Plotly.animate(
    plot,
    { data: [{ y: [...heights] }], traces: [0] },
    { mode: "immediate", transition: { duration: 0 }, frame: { duration: 0, redraw: false } },
  ).catch(() => {}); // an interrupted animation rejects
};
grip.onpointerdown = (event) => {
  event.preventDefault();
  grip.setPointerCapture(event.pointerId);
  offset = event.clientY - yaxis.d2p(heights[dragged]);
};
grip.onpointermove = (event) => {
  if (!grip.hasPointerCapture(event.pointerId)) return;
  const value = Math.min(Math.max(yaxis.p2d(event.clientY - offset), -limit), limit);
  heights[dragged] = Number((Math.round(value / step) * step).toFixed(1));
  frame ??= requestAnimationFrame(paint);
};
grip.dataset.ready = "true";
