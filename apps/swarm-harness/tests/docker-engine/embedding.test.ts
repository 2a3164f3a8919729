import { execFile } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import { expect, it } from "vitest";
import { answering, fakeEngine } from "../../../../packages/docker-engine/test/fake-engine.js";
import { temporaryDirectory } from "../../../../packages/docker-engine/test/temporary-directory.js";

// Reads the built packages, as a program outside of this repository does.

const here = dirname(fileURLToPath(import.meta.url));
const run = promisify(execFile);
const DOCKERODE = dirname(
  createRequire(join(here, "../../../../packages/docker-engine/package.json")).resolve("dockerode/package.json"),
);

/** Ten lines, as in the strategy's README. */
const PROGRAM = `
import { createEngine } from "@openfactory/docker-engine";
import { LocalDockerDeploymentStrategy } from "@openfactory/strategy-local-docker";

const engine = createEngine({ host: process.argv[2] });
const strategy = new LocalDockerDeploymentStrategy(engine);
console.log("created");
if (process.argv[2] !== undefined) console.log("services", (await strategy.list()).length);
await engine.close();
`;

async function bundle(): Promise<string> {
  const directory = temporaryDirectory();
  const outfile = join(directory, "program.mjs");
  const { errors, warnings } = await build({
    stdin: { contents: PROGRAM, resolveDir: here },
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    external: ["dockerode"],
    logLevel: "silent",
  });
  expect([errors, warnings]).toEqual([[], []]);
  return outfile;
}

it("a program that embeds the local strategy is one file by `esbuild --bundle --format=esm --external:dockerode`", async () => {
  const program = await bundle();
  const modules = join(dirname(program), "node_modules");
  mkdirSync(modules);
  symlinkSync(DOCKERODE, join(modules, "dockerode"));
  const { host } = await fakeEngine(answering(200, []));
  expect((await run(process.execPath, [program, host])).stdout).toBe("created\nservices 0\n");
});

it("dockerode is not loaded before the first call", async () => {
  const program = await bundle();
  expect((await run(process.execPath, [program])).stdout).toBe("created\n");
  await expect(run(process.execPath, [program, "unix:///nowhere/docker.sock"])).rejects.toMatchObject({
    stderr: expect.stringMatching(/Cannot find package 'dockerode'/),
  });
});
