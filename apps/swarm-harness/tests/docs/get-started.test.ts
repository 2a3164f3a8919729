import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { codeBlocksOf, root } from "./support/pages.js";

/** The blocks of the section "Get started". */
function stepsOf(page: string): string[] {
  const source = readFileSync(join(root, page), "utf8");
  const start = source.indexOf("\n## Get started\n");
  const end = source.indexOf("\n## ", start + 1);
  return codeBlocksOf(page)
    .filter(({ offset }) => offset > start && offset < end)
    .map(({ text }) => text);
}

test("the README starts with the installation, a file of at most ten lines, and up with its output", () => {
  const [install = "", file = "", up = ""] = stepsOf("README.md");
  expect(install).toBe("npm install --global ofdeploy\n");
  expect(file.trimEnd().split("\n").length).toBeLessThanOrEqual(10);
  expect(up).toMatch(/^\$ ofdeploy up\nAPP .*\nweb +running/);
});

test("the page of the package has the same steps as the README, which is done on an engine", () => {
  expect(stepsOf("apps/cli/README.md")).toEqual(stepsOf("README.md"));
});

test("only the table of the README states the supported versions of Node", () => {
  const others = ["apps/cli/README.md", "CONTRIBUTING.md", "docs/index.md", "docs/tutorial/index.md"];
  for (const page of ["README.md", ...others]) {
    const stated = [...readFileSync(join(root, page), "utf8").matchAll(/^.*Node \d+ or later.*$/gm)].map(
      ([line]) => line,
    );
    expect(stated.filter((line) => page !== "README.md" || !line.startsWith("| "))).toEqual([]);
  }
});
