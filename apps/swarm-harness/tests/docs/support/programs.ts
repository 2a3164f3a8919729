import { execFile } from "node:child_process";
import { globSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { type CodeBlock, placeOf, root } from "./pages.js";

const run = promisify(execFile);

const COMPILER_OPTIONS = {
  target: "es2024",
  lib: ["es2024"],
  module: "nodenext",
  moduleDetection: "force",
  types: ["node"],
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  allowImportingTsExtensions: true,
};

/** The folder of a third-party package that a package of this repository depends on. */
const folderOf = (name: string, dependent: string): string => {
  const path = createRequire(join(root, dependent, "package.json")).resolve(`${name}/package.json`);
  return dirname(path);
};

/** Creates a project outside of the repository, in which the built packages are installed. */
export function createConsumer(): string {
  const folder = mkdtempSync(join(tmpdir(), "docs-programs-"));
  linkPackages(folder);
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({ compilerOptions: COMPILER_OPTIONS, include: ["*.ts"] }),
  );
  return folder;
}

/** Links the built packages into a project, as their installation would. */
export function linkPackages(folder: string): void {
  const install = (name: string, target: string): void => {
    const path = join(folder, "node_modules", name);
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(target, path);
  };
  for (const manifest of globSync(
    ["packages/*/package.json", "apps/*/package.json", "tooling/test-engine/package.json"],
    { cwd: root },
  )) {
    const { name } = JSON.parse(readFileSync(join(root, manifest), "utf8")) as { name: string };
    install(name, join(root, dirname(manifest)));
  }
  install("zod", folderOf("zod", "packages/core"));
  install("vitest", folderOf("vitest", "."));
  install("@types/node", folderOf("@types/node", "."));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "docs", private: true, type: "module" }));
}

/** `README.md`, line 12: `README.md.12.ts`. */
const fileOf = ({ page, line }: CodeBlock): string => `${page.replaceAll("/", "+")}.${line}.ts`;

/** Writes a block as a module. Its context is in the first line, and its own lines have their numbers of the page. */
export function writeProgram(folder: string, block: CodeBlock): void {
  const context = (block.directives.get("context") ?? "").replaceAll("\n", " ");
  writeFileSync(join(folder, fileOf(block)), `${context}${"\n".repeat(block.line - 1)}${block.text}`);
}

/** Returns the errors of the compiler in each block, by its place. */
export async function typeErrors(folder: string, blocks: readonly CodeBlock[]): Promise<Map<string, string[]>> {
  const tsc = join(root, "node_modules", ".bin", "tsc");
  const output = await run(tsc, ["--pretty", "false", "-p", folder], { cwd: folder }).then(
    ({ stdout }) => stdout,
    (error: { stdout: string }) => error.stdout,
  );
  const lines = output.split("\n").filter((line) => line !== "");
  const known = new Map(
    blocks.map((block) => [placeOf(block), lines.filter((line) => line.startsWith(`${fileOf(block)}(`))]),
  );
  const others = lines.filter((line) => !/^(\s|[^:]+\.\d+\.ts\()/.test(line));
  if (others.length > 0) throw new Error(`The compiler failed: ${others.join("\n")}`);
  return known;
}

/** Runs a block as a program, and returns what it prints. */
export async function runProgram(folder: string, block: CodeBlock): Promise<string> {
  const { stdout } = await run(process.execPath, [fileOf(block)], { cwd: folder, timeout: 30_000 });
  return stdout.trimEnd();
}
