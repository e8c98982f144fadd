// The scenes of a lesson; what was answered is marked by progress.js.

export default function ({ data, parentElement, setTriggerValue }) {
  const list = parentElement.querySelector(".scene-list");
  if (list.drawn !== data.scenes) {
    const scenes = JSON.parse(data.scenes).map(({ title, asks }, i) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = `${i + 1} · ${title}`;
      button.toggleAttribute("data-asks", asks);
      button.onclick = () => setTriggerValue("scene", i + 1);
      const item = document.createElement("li");
      item.append(button);
      return item;
    });
    list.replaceChildren(...scenes);
  }
  list.drawn = data.scenes;
}
