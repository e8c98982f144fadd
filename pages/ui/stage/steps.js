// Where the values of a handle are: on which axes, on which grid.

// The spot of a handle's values, and the values of a spot: one along an axis, two in the plane.
const AXES = {
  x: { spot: ([x], at) => [x, at], values: ([x]) => [x] },
  y: { spot: ([y], at) => [at, y], values: ([, y]) => [y] },
  xy: { spot: (values) => values, values: (spot) => spot },
};

// The grid of one coordinate; its steps are counted from 0.
class Steps {
  constructor({ grid, step, decimals }, minimum, maximum) {
    const last = grid ? grid.length - 1 : Math.round((maximum - minimum) / step);
    Object.assign(this, { grid, step, decimals, minimum, maximum, last });
  }

  // Between two steps for a value off the grid.
  position(value) {
    const { grid, minimum, step } = this;
    if (!grid) return (value - minimum) / step;
    const above = grid.findIndex((entry) => entry >= value);
    if (above < 1) return above < 0 ? this.last : 0;
    return above - (grid[above] - value) / (grid[above] - grid[above - 1]);
  }

  at(row) {
    const { grid, minimum, step, decimals, last } = this;
    return grid ? grid[clamp(row, 0, last)] : Number((minimum + row * step).toFixed(decimals));
  }

  nearest(value) {
    return Math.round(this.position(clamp(value, this.minimum, this.maximum)));
  }

  next(value, count) {
    const position = Number(this.position(value).toFixed(6));
    return this.at((count > 0 ? Math.floor(position) : Math.ceil(position)) + count);
  }
}
