import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { root } from "./support/pages.js";

test("the built site has no dead link, and its pages and its search work in a browser", () => {
  const { status, stdout, stderr } = spawnSync("npm", ["run", "--silent", "docs:check"], {
    cwd: root,
    encoding: "utf8",
  });
  process.stdout.write(
    stdout
      .split("\n")
      .filter((line) => /^(?:checked|opened|search|skipped)/.test(line))
      .join("\n"),
  );
  expect(status, stdout + stderr).toBe(0);
}, 900_000);
