import { execFile } from "node:child_process";
import { chmod, copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { inject } from "postject";

const run = promisify(execFile);

/** The mark in Node's binary that postject sets. Source: "Single executable applications" in Node's documentation. */
export const SENTINEL = "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2";

/**
 * Writes the data that is added to Node's binary: the script and, if the target's Node runs on this machine, the compiled code
 * of its functions. An executable without compiled code compiles the script at each start.
 * @param runNode runs the target's Node with arguments. Without it, the data has no compiled code, and suits all targets.
 */
export async function writeBlob({ script, folder, runNode }) {
  await mkdir(folder, { recursive: true });
  const [main, output, config] = ["ofdeploy.cjs", "ofdeploy.blob", "sea.json"].map((name) => join(folder, name));
  await writeFile(main, script);
  const settings = {
    disableExperimentalSEAWarning: true,
    useCodeCache: runNode !== undefined,
    useSnapshot: false,
    // Among others, Node warns if an option in NODE_OPTIONS makes the compiled code unusable. It then compiles the script.
    execArgv: ["--no-warnings"],
  };
  await writeFile(config, JSON.stringify({ main, output, ...settings }));
  const runAny = runNode ?? ((args) => run(process.execPath, args));
  await runAny(["--experimental-sea-config", config]);
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
