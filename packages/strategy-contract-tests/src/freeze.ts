/** Freezes plain data, all the way down: whoever writes to it throws. */
export const freeze = <Value>(value: Value): Value => {
  if (typeof value === "object" && value !== null) Object.values(Object.freeze(value)).forEach(freeze);
  return value;
};
