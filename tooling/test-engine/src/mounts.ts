import { readFileSync } from "node:fs";
import { runCommand } from "./run-command.js";

/** Unmounts everything mounted below `folder`, the innermost first. */
export async function unmountBelow(folder: string): Promise<void> {
  const points = readFileSync("/proc/self/mounts", "utf8")
    .split("\n")
    .map((line) => line.split(" ")[1] ?? "");
  for (const point of points.filter((point) => point.startsWith(`${folder}/`)).toReversed()) {
    await runCommand("umount", ["-l", point]);
  }
}
