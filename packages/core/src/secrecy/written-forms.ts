/** A part of a Base64 text says as much as the whole; shorter parts occur by chance. */
const BASE64_MIN = 8;

/**
 * The forms in which programs write a value: as it is, line by line, quoted as in JSON, Go or a URL, and in Base64, also
 * as a part of a longer text.
 */
export function writtenForms(value: string): string[] {
  const lines = value.includes("\n")
    ? value
        .split(/\r?\n/)
        .map((line) => line.trim())
        .filter((line) => line.length >= 6)
    : [];
  const plain = [...new Set([value, value.trim(), ...lines])];
  return [...new Set(plain.flatMap((text) => [text, ...quoted(text), ...urlEncoded(text), ...base64Parts(text)]))];
}

const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);

/** Go's encoding/json writes these characters as escapes. */
const inGoJson = (text: string): string =>
  inJson(text).replace(/[<>&]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`);

/** As strconv.Quote writes it: other escapes for control characters than JSON's. */
const inGoQuotes = (text: string): string =>
  inJson(text)
    .replace(/\\u00([01][0-9a-f])/g, "\\x$1")
    .replaceAll("\u007f", "\\x7f");

/** A text that is quoted twice is in an error within an error. */
function quoted(text: string): string[] {
  // Most values hold nothing that a quote would change.
  if (!/[\\"<>&]|[^ -~]/.test(text)) return [];
  const once = [inJson(text), inGoJson(text), inGoQuotes(text)];
  return [...once, ...once.map(inJson)];
}

function urlEncoded(text: string): string[] {
  if (/^[\w.~-]*$/.test(text)) return [];
  try {
    const component = encodeURIComponent(text);
    const strict = component.replace(
      /[!'()*]/g,
      (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
    );
    const forms = [component, strict, strict.replaceAll("%20", "+")];
    return [...forms, ...forms.map((form) => form.replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase()))];
  } catch {
    return []; // half a character: it has no encoding
  }
}

/** What Base64 makes of a value wherever it stands in a longer text, without the digits that its neighbors decide. */
function base64Parts(text: string): string[] {
  const bytes = Buffer.from(text);
  return [0, 1, 2].flatMap((offset) => {
    const digits = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString("base64")
      .replace(/=+$/, "");
    const first = Math.ceil((offset * 8) / 6);
    const last = Math.floor(((offset + bytes.length) * 8) / 6);
    const part = digits.slice(first, last);
    if (part.length < BASE64_MIN) return [];
    const inUrl = part.replaceAll("+", "-").replaceAll("/", "_");
    return inUrl === part ? [part] : [part, inUrl];
  });
}
