// What Streamlit's page says in English whatever it shows, or does not say at all.

let whole = "";

// Its fields for whole numbers drop a comma without a word: "0,5" would become 5. Nothing is added behind one.
document.addEventListener("beforeinput", (event) => {
  const field = event.target;
  if (field.type !== "number") return;
  const isAdded = event.inputType.startsWith("insert");
  const isRefused = isAdded && (/[,，]/.test(event.data ?? "") || field.validity.customError);
  if (isRefused) event.preventDefault();
  field.setCustomValidity(isRefused ? whole : "");
  if (isRefused) field.reportValidity();
}, true);

// What stands under the mouse after a button was pressed is not asked about.
document.addEventListener("click", ({ target }) => {
  if (target.closest("button")) document.documentElement.dataset.rests = "";
}, true);
document.addEventListener("pointermove", () => delete document.documentElement.dataset.rests, true);

export default ({ data }) => {
  document.documentElement.lang = data.language; // screen readers and fonts go by it
  whole = data.whole;
  const { dataset } = document.documentElement;
  if (data.is_presented) dataset.present = "";
  else delete dataset.present;
  if (data.is_presented && data.is_dark !== null) dataset.scheme = data.is_dark ? "dark" : "light";
  else delete dataset.scheme;
};
