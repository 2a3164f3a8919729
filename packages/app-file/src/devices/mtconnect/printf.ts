/** Linux takes no string longer than this as a variable, its name and the final NUL included (MAX_ARG_STRLEN). */
const LONGEST_VARIABLE = 128 * 1024;

const octal = (code: number): string => `\\0${code.toString(8).padStart(3, "0")}`;

/**
 * Bytes as text from which `printf "%b"` of a POSIX shell makes these bytes again. UTF-8 without a backslash and without
 * `{{` (a template on Swarm) stays as it is; bytes that are not UTF-8 become octal escapes.
 */
export function escapeForPrintf(bytes: Uint8Array): string {
  // Of latin1, each character is a byte.
  const text = decodeUtf8(bytes) ?? Buffer.from(bytes).toString("latin1");
  const special = decodeUtf8(bytes) === undefined ? /\\|(?<=\{)\{|[\u0080-\u00FF]/g : /\\|(?<=\{)\{/g;
  return text.replace(special, (character) => (character === "\\" ? "\\\\" : octal(character.charCodeAt(0))));
}

/** Undefined for bytes that are not UTF-8. A byte order mark is kept. */
function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/**
 * Variables `name`, `name_2`, ... that hold an escaped text in pieces that Linux takes, each a `KEY=VALUE`. A short text is
 * one piece.
 */
export function splitVariable(name: string, escaped: string): { key: string; entry: string }[] {
  const pieces: string[] = [];
  let piece = "";
  let size = 0;
  // No piece ends inside an escape. The longest name has a suffix of three characters.
  const room = LONGEST_VARIABLE - name.length - "_99=\0".length;
  for (const [unit] of escaped.matchAll(/\\0[0-7]{3}|\\\\|[^\\]/gsu)) {
    const length = Buffer.byteLength(unit);
    if (size + length > room) {
      pieces.push(piece);
      piece = "";
      size = 0;
    }
    piece += unit;
    size += length;
  }
  pieces.push(piece);
  return pieces.map((value, index) => {
    const key = index === 0 ? name : `${name}_${index + 1}`;
    return { key, entry: `${key}=${value}` };
  });
}
