// Two buttons that print the page: as it is, or with blanks for students to fill in.

// The address stands at the foot of every page; a style cannot read it by itself.
const foot = document.head.appendChild(document.createElement("style"));
addEventListener("beforeprint", () => {
  // A line ends only where a character says that it may.
  const written = decodeURI(location.href).replaceAll("%2C", ",").replace(/[&,+]/g, "$&\u200b");
  const address = JSON.stringify(written).replaceAll("<", "\\3c ");
  const type = "font: 8pt Arial, sans-serif; color: #5c6370;";
  foot.textContent = `@page { size: A4 portrait; margin: 12mm 12mm 16mm;
    @bottom-left { content: ${address}; ${type} text-align: left; white-space: normal; overflow-wrap: anywhere; width: 88%; }
    @bottom-right { content: counter(page) " / " counter(pages); ${type} } }`;
});
let cover; // what was uncovered for the answers
addEventListener("afterprint", () => {
  delete document.documentElement.dataset.paper;
  cover?.();
  cover = undefined;
});

async function print(kind) {
  document.documentElement.dataset.paper = kind;
  if (kind === "answers") cover = await window.logitLabBar?.uncover();
  window.print();
}

export default ({ data, parentElement }) => {
  const box = parentElement.querySelector(".paper");
  box.querySelector("span").textContent = data.print;
  for (const button of box.querySelectorAll("button")) {
    button.textContent = data[button.dataset.with];
    button.onclick = () => print(button.dataset.with);
  }
};
