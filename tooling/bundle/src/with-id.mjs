import { createHash } from "node:crypto";

/**
 * The code as it is written to a file: in ASCII, since one wider character has V8 keep all of it at twice the size; and with
 * its own hash as its last line, by which what V8 makes of it is kept (apps/cli/bin/load-bundle.js).
 */
export const withId = (code) => `${ascii(code).trimEnd()}\n//# id=${createHash("sha256").update(code).digest("hex").slice(0, 16)}\n`;

/** They stand in texts and patterns only, where an escape is the same. */
const ascii = (code) => code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
