import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { tar } from "./tar.js";

test("tar() creates directories, files and links that the tar command reads", () => {
  const archive = tar([
    { path: "tmp/", mode: 0o1777 },
    { path: "bin/run", mode: 0o755, content: Buffer.from("x".repeat(513)) },
    { path: "bin/sh", mode: 0o777, linkTo: "run" },
  ]);
  const listed = spawnSync("tar", ["-tv", "--utc"], { input: archive, encoding: "utf8" });
  expect(listed.stderr).toBe("");
  const words = listed.stdout
    .trim()
    .split("\n")
    .map((line) => line.split(/\s+/));
  expect(words.map(([mode, , size, , , ...name]) => [mode, size, name.join(" ")])).toEqual([
    ["drwxrwxrwt", "0", "tmp/"],
    ["-rwxr-xr-x", "513", "bin/run"],
    ["lrwxrwxrwx", "0", "bin/sh -> run"],
  ]);
});

test("tar() creates equal bytes for equal entries", () => {
  const entries = [{ path: "a", mode: 0o644, content: Buffer.from("a") }];
  expect(tar(entries).equals(tar(entries))).toBe(true);
});
