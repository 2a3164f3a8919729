/** Controls of the text direction, with which a name can hide a part of itself (CVE-2021-42574). */
const DIRECTION = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Text in which nothing is hidden: control characters, except tabs and newlines, and direction marks are written as `\u{202e}`. */
export const visible = (text: string): string =>
  text
    .replace(/\r\n/g, "\n")
    .replace(/[\p{Cc}--[\t\n]]/gv, escaped)
    .replace(DIRECTION, escaped);

const escaped = (character: string): string => `\\u{${character.codePointAt(0)?.toString(16)}}`;
