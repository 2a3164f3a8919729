import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { unpackPackage } from "./debian-packages.js";
import type { Log } from "./log.js";
import { hasCommand, mustRun } from "./run-command.js";

/** A static busybox and the names of the commands in it. */
export interface Busybox {
  readonly binary: Buffer;
  readonly applets: string[];
}

/** This machine's static busybox, or Debian's, unpacked into the cache; undefined where neither can be had. */
export async function findBusybox(log: Log): Promise<Busybox | undefined> {
  if (process.platform !== "linux") return undefined;
  for (const path of ["/bin/busybox", "/usr/bin/busybox"]) {
    if (existsSync(path) && isStatic(path)) return read(path);
  }
  if (!(await hasCommand("apt-get"))) return undefined;
  const unpacked = await unpackPackage("busybox-static", log).catch(() => undefined);
  const path = ["bin/busybox", "usr/bin/busybox"].map((name) => join(unpacked ?? "", name)).find(existsSync);
  return unpacked && path ? read(path) : undefined;
}

async function read(path: string): Promise<Busybox> {
  const applets = (await mustRun(path, ["--list"])).trim().split("\n");
  return { binary: readFileSync(path), applets };
}

/** A dynamic program names its loader near the start of the file. */
function isStatic(path: string): boolean {
  return !/\/ld-(linux|musl)/.test(readFileSync(path).subarray(0, 4096).toString("latin1"));
}
