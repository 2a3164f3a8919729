import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { temporaryDirectory } from "../../../../packages/docker-engine/test/temporary-directory.js";

// Reads the built packages, as a program outside of this repository does.

const here = dirname(fileURLToPath(import.meta.url));

test(
  "the program of the deployer's README bundles to one file with esbuild, and deploys",
  { timeout: 30_000 },
  async () => {
    const readme = await readFile(join(here, "../../../../packages/deployer/README.md"), "utf8");
    const [, program = ""] = /## In a program\n[^#]*?```ts\n([^]*?)```/.exec(readme) ?? [];
    const outfile = join(temporaryDirectory(), "program.mjs");
    const { errors, warnings } = await build({
      stdin: { contents: program, resolveDir: here, loader: "ts" },
      outfile,
      bundle: true,
      platform: "node",
      format: "esm",
      logLevel: "silent",
    });
    expect([errors, warnings]).toEqual([[], []]);
    const { stdout } = await promisify(execFile)(process.execPath, [outfile]);
    expect(stdout).toBe("web running\nok\n");
  },
);
