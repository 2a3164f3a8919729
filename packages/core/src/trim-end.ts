/** The text without the character at its end, however often. A pattern such as `/x+$/` takes quadratic time in an engine with backtracking. */
export function trimEnd(text: string, character: string): string {
  let end = text.length;
  while (end > 0 && text.charAt(end - 1) === character) end -= 1;
  return text.slice(0, end);
}
