// How a number is written: the twin of number_format.py, where it is specified.

// JavaScript rounds a tie, which has one more digit and that is a 5, away from zero.
function roundToEven(value, method, digits) {
  const longer = value[method](digits + 1);
  if (!/[02468]\.?5(e|$)/.test(longer)) return value[method](digits);
  const [exact, exponent] = longer.split("e");
  const [everyDigit] = value[method](100).split("e");
  if (everyDigit !== exact.padEnd(everyDigit.length, "0")) return value[method](digits);
  const kept = exact.slice(0, -1).replace(/\.$/, "");
  return exponent ? `${kept}e${exponent}` : kept;
}

const trimZeros = (text) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);

const isPlain = (value) => Math.abs(value) >= 1e-3 && Math.abs(value) < 1e6;

const exponentOf = (value, digits) => Number(value.toExponential(digits - 1).split("e")[1]);

function formatFixed(value, decimals, { digits = 4, trimmed = false } = {}) {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "–" : value > 0 ? "∞" : "−∞";
  if (Math.abs(value) >= 1e9) return formatScientific(value, digits, { trimmed });
  const text = roundToEven(value, "toFixed", decimals);
  if (value !== 0 && Number(text) === 0) return formatScientific(value, digits, { trimmed });
  return (trimmed ? trimZeros(text) : text).replace("-", "−");
}

function formatSignificant(value, digits, { trimmed = false } = {}) {
  if (value === 0) return "0";
  if (!isPlain(value)) return formatScientific(value, digits, { trimmed });
  return formatFixed(value, Math.max(0, digits - 1 - exponentOf(value, digits)), { trimmed });
}

const formatGiven = (value) => formatSignificant(value, 6, { trimmed: true });

function formatCompact(value, digits) {
  if (value === 0 || !isPlain(value)) return formatSignificant(value, 2, { trimmed: true });
  const decimals = Math.min(Math.max(0, digits - 1 - exponentOf(value, digits)), 4);
  return formatFixed(value, decimals, { trimmed: true });
}

function formatScientific(value, digits, { trimmed = false } = {}) {
  if (!Number.isFinite(value)) return formatFixed(value, 0);
  const [mantissa, exponent] = roundToEven(value, "toExponential", digits - 1).split("e");
  return `${trimmed ? trimZeros(mantissa) : mantissa}e${Number(exponent)}`.replaceAll("-", "−");
}
