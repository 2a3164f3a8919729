import { readFile } from "node:fs/promises";
import { ERROR_CODES } from "@openfactory/deploy-core";
import { expect, test } from "vitest";
import { EXIT, exitCodeOf } from "./exit-codes.js";

test("exitCodeOf() returns neither 0 nor the exit code of plans for any error code", () => {
  for (const code of ERROR_CODES) expect([EXIT.ok, EXIT.changes], code).not.toContain(exitCodeOf(code));
});

test("the README lists every exit code, with its error codes", async () => {
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
  const rows = new Map(
    [...readme.matchAll(/^\| `(\d+)` +\|(.*)\|$/gm)].map(([, code, text]) => [Number(code), text ?? ""]),
  );
  expect([...rows.keys()].sort((a, b) => a - b)).toEqual(Object.values(EXIT).sort((a, b) => a - b));
  for (const code of ERROR_CODES)
    if (code !== "ABORTED") expect(rows.get(exitCodeOf(code)), code).toContain(`\`${code}\``);
});
