/** Characters that XML 1.0 does not allow. */
const NOT_XML = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;" };

/** A text for an attribute or the content of an XML element. */
export const escapeXml = (text: string): string =>
  text
    .replace(NOT_XML, "\u{FFFD}")
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character)
    .replace(/[\t\n\r]/g, " ");

/**
 * A text for a line or a table cell of Markdown that renders as it is: no markup, HTML, link, mention, or template of Vue.
 * The result has one line.
 */
export const escapeMarkdown = (text: string): string =>
  text
    .replace(/\s+|\p{Cc}/gu, " ")
    .replace(/[&<>"@{}]/g, (character) => `&#${character.charCodeAt(0)};`)
    .replace(/:(?=\/\/)/g, "&#58;")
    .replace(/\bwww\./gi, (prefix) => `${prefix.slice(0, 3)}&#46;`)
    .replace(/[\\`*_[\]|~#!$^]/g, (character, at, whole) =>
      character === "#" && whole[at - 1] === "&" ? character : `\\${character}`,
    );
