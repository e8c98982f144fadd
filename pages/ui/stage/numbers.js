// How a number becomes text.

const formatFixed = (value, decimals) => {
  const text = value.toFixed(decimals);
  return (Number(text) === 0 ? text.replace("-", "") : text).replace("-", "−");
};

// On a bar there is little room, but what is not 0 is not to read as 0.
const formatShort = (value, decimals) =>
  value !== 0 && Number(value.toFixed(decimals)) === 0 ? value.toExponential(0).replaceAll("-", "−") : formatFixed(value, decimals);

// For numbers of very different size side by side: as many digits as there is room for.
function formatDigits(value, digits) {
  if (!Number.isFinite(value)) return formatNumber(value, digits);
  const [mantissa, exponent] = value.toExponential(digits - 1).split("e");
  if (value !== 0 && (exponent >= 6 || exponent < -4)) return `${Number(Number(mantissa).toFixed(1))}e${Number(exponent)}`.replaceAll("-", "−");
  return String(Number(value.toFixed(clamp(digits - 1 - exponent, 0, 4)))).replace("-", "−");
}

// So many digits, however small or large; a 0 is just that.
function formatSignificant(value, digits) {
  if (!Number.isFinite(value)) return formatNumber(value, digits);
  if (value === 0) return "0";
  const isPlain = Math.abs(value) >= 1e-3 && Math.abs(value) < 1e5;
  const text = isPlain ? value.toPrecision(digits) : value.toExponential(digits - 1);
  return text.replaceAll("-", "−").replace("+", "");
}

// At most so many: without the zeros at the end.
const formatTrimmed = (value, digits) =>
  formatSignificant(value, digits).replace(/(\.\d*?)0+(?=e|$)/, "$1").replace(/\.(?=e|$)/, "");

function formatNumber(value, decimals) {
  if (value === null || !Number.isFinite(value)) return value === Infinity ? "∞" : value === -Infinity ? "−∞" : "–";
  const fixed = value.toFixed(decimals);
  const lost = value !== 0 && decimals > 0 && Number(fixed) === 0;
  if (lost || Math.abs(value) >= 1e9) return value.toExponential(3).replaceAll("-", "−");
  return formatFixed(value, decimals);
}
