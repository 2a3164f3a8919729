import { readFileSync, statSync } from "node:fs";

/** Docker's settings and certificates have a few KiB. */
const MAX_BYTES = 1024 * 1024;

/** The text of a file of settings. @throws an error with a `code`: that of the system, or `ENOTFILE` or `EFBIG`. */
export function readSettings(file: string): string {
  const found = statSync(file);
  // Reading a pipe would wait for its writer.
  if (!found.isFile() && !found.isDirectory())
    throw Object.assign(new Error("not a regular file"), { code: "ENOTFILE" });
  if (found.size > MAX_BYTES) throw Object.assign(new Error("larger than 1 MiB"), { code: "EFBIG" });
  return readFileSync(file, "utf8");
}
