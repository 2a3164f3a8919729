/**
 * The code in ASCII: V8 stores a file with one wider character at twice the size. Wider characters are in strings and
 * regular expressions only, where an escape means the same.
 */
export const ascii = (code) =>
  code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
