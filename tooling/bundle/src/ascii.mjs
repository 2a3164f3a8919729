/**
 * Converts code to ASCII, since V8 stores a file with any other character at twice the size. Such characters occur in strings
 * and regular expressions only, where an escape is equivalent.
 */
export const ascii = (code) =>
  code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
