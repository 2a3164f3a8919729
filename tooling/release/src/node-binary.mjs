import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const host = `${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;

/**
 * Returns the path of Node for a target such as `linux-arm64`, of the version that runs this script. Node for another
 * target comes from npm, whose client checks its integrity.
 */
export async function nodeBinary(target, cache) {
  if (target === host) return process.execPath;
  const version = process.versions.node;
  const folder = join(cache, `node-${target}-${version}`);
  const binary = join(folder, "package", "bin", target.startsWith("win") ? "node.exe" : "node");
  if (existsSync(binary)) return binary;
  await mkdir(cache, { recursive: true });
  const { stdout } = await run("npm", ["pack", `node-${target}@${version}`, "--json", "--pack-destination", cache]);
  const [{ filename }] = JSON.parse(stdout);
  const partial = `${folder}.partial`;
  await mkdir(partial, { recursive: true });
  await run("tar", ["-xzf", join(cache, filename), "-C", partial]);
  await rename(partial, folder);
  return binary;
}
