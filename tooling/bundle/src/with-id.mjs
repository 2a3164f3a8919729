import { createHash } from "node:crypto";

/** The code with its own hash as its last line, by which what V8 makes of it is kept (apps/cli/bin/load-bundle.js). */
export const withId = (code) => `${code.trimEnd()}\n//# id=${createHash("sha256").update(code).digest("hex").slice(0, 16)}\n`;
