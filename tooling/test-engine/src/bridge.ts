import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { mustRun, runCommand } from "./run-command.js";
import { freeSubnet } from "./subnet.js";

/** The private engine's own bridge, named for its folder, so that the bridge of another engine is never touched. */
export const bridgeName = (folder: string) => `ofd${createHash("sha256").update(folder).digest("hex").slice(0, 8)}`;

/** Makes the bridge with an address in a range that is free on this machine. Busybox has the `ip` that minimal systems lack. */
export async function makeBridge(name: string): Promise<void> {
  if (!isThere(name)) await mustRun("busybox", ["ip", "link", "add", "name", name, "type", "bridge"]);
  if (!networkInterfaces()[name]?.some((one) => one.family === "IPv4")) {
    await mustRun("busybox", ["ip", "addr", "add", `${freeSubnet().address(1)}/24`, "dev", name]);
  }
  await mustRun("busybox", ["ip", "link", "set", name, "up"]);
}

export async function removeBridge(name: string): Promise<void> {
  if (isThere(name)) await runCommand("busybox", ["ip", "link", "del", name]);
}

const isThere = (name: string) => existsSync(`/sys/class/net/${name}`);
