import { execFile } from "node:child_process";
import { chmod, copyFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { inject } from "postject";

const run = promisify(execFile);

/** The mark in Node's binary that postject sets. Source: "Single executable applications" in Node's documentation. */
export const SENTINEL = "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2";

/**
 * Writes the data that is added to Node's binary. It is the same for all targets, since it has no code cache, which
 * depends on the processor.
 */
export async function writeBlob(script, folder) {
  const [main, output, config] = ["ofdeploy.cjs", "ofdeploy.blob", "sea.json"].map((name) => join(folder, name));
  await writeFile(main, script);
  await writeFile(
    config,
    JSON.stringify({ main, output, disableExperimentalSEAWarning: true, useCodeCache: false, useSnapshot: false }),
  );
  await run(process.execPath, ["--experimental-sea-config", config]);
  return output;
}

/** Writes an executable: a copy of Node with the blob. */
export async function writeExecutable({ node, blob, file, target }) {
  await copyFile(node, file);
  await chmod(file, 0o755);
  // Symbols are a tenth of the size. They can be removed on Linux only, before the blob is added.
  if (target.startsWith("linux")) await strip(file);
  if (target.startsWith("darwin")) await run("codesign", ["--remove-signature", file]);
  await inject(file, "NODE_SEA_BLOB", await readFile(blob), {
    sentinelFuse: SENTINEL,
    ...(target.startsWith("darwin") && { machoSegmentName: "NODE_SEA" }),
  });
  // Apple silicon runs no unsigned executable.
  if (target.startsWith("darwin")) await run("codesign", ["--sign", "-", file]);
}

/** Keeps the symbols if there is no `strip` for the target. */
async function strip(file) {
  await run("strip", [file]).catch(() => undefined);
}
