import { execFileSync, spawn } from "node:child_process";
import { mkdir, mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DeploymentError } from "@openfactory/deploy-core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readBytes } from "./files/read-file.js";
import { loadProject, parseAppFile } from "./load-project.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "limits-"));
});
afterEach(() => rm(folder, { recursive: true }));

const write = async (name: string, content: string): Promise<string> => {
  await writeFile(join(folder, name), content);
  return join(folder, name);
};

const failureOf = async (work: Promise<unknown>): Promise<string> => {
  const error: unknown = await work.catch((thrown: unknown) => thrown);
  if (!DeploymentError.isInstance(error, "INVALID_FILE")) throw error;
  return error.message.replaceAll(`${folder}/`, "");
};

const of = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join("");

const parse = (text: string, { env = {}, envFile = "" }: { env?: Record<string, string>; envFile?: string } = {}) =>
  Promise.resolve().then(() =>
    parseAppFile(text, { file: "/shop/apps.yml", env, files: { "/shop/web.env": Buffer.from(envFile) } }),
  );

const app = (body: string): string => `apps:\n  web:\n    uuid: WEB\n    image: nginx:1\n${body}`;
const apps = (count: number, body: string): string =>
  `apps:\n${of(count, (index) => `  w${index}: {uuid: web-${index}, image: nginx, ${body}}\n`)}`;

describe("a file is refused at the position where it exceeds a limit:", () => {
  const MIB = "x".repeat(1024 * 1024);
  test.each([
    [
      "an env file whose values double",
      () => parse(app("    env_file: web.env\n"), { envFile: `A=xxxxxxxx\n${"A=$A$A\n".repeat(60)}` }),
      "/shop/web.env:19:5: the value is longer than 1024 KiB after its variables are replaced.",
    ],
    [
      "an env file that repeats a long value",
      () =>
        parse(app("    env_file: web.env\n"), { envFile: `A=${"x".repeat(9e5)}\n${of(20, (at) => `B${at}=x$A\n`)}` }),
      "/shop/web.env:10:1: the values are longer than 8 MiB after their variables are replaced.",
    ],
    [
      "a value that repeats a long variable",
      () => parse(app('    labels: {a: "${A}${A}"}\n'), { env: { A: MIB } }),
      "/shop/apps.yml:5:22: the value is longer than 1024 KiB after its variables are replaced.",
    ],
    [
      "many values with a long variable",
      () => parse(app(`    labels:\n${of(20, (at) => `      a${at}: \${A}\n`)}`), { env: { A: MIB } }),
      "/shop/apps.yml:14:11: variables and YAML aliases expand to more than 8 MiB of text.",
    ],
    [
      "aliases of a long text",
      () => parse(app(`    uns: {a: &a "${"x".repeat(1e5)}", b: [${"*a, ".repeat(1000)}]}\n`)),
      "/shop/apps.yml:5:100357: variables and YAML aliases expand to more than 8 MiB of text.",
    ],
    [
      "aliases of aliases",
      () =>
        parse(
          app(
            `    uns: {a: &a [1,1,1,1,1,1,1,1], ${of(9, (at) => `b${at}: &${"bcdefghij"[at]} [${`*${"abcdefghi"[at]},`.repeat(8)}], `)}}\n`,
          ),
        ),
      "/shop/apps.yml:5:184: YAML aliases expand to more than 50000 values.",
    ],
    [
      "ranges of ports in one app",
      () => parse(app(`    ports: [${'"1000-1255:1-256", '.repeat(2_000)}]\n`)),
      "/shop/apps.yml:5:12: apps.web.ports: expected at most 1000 ports.",
    ],
    [
      "ranges of ports in many apps",
      () => parse(apps(200, 'ports: ["1-256:1-256", "300-555:1-256"]')),
      expect.stringMatching(/^\/shop\/apps\.yml:21:37: the apps of the project publish more than 10000 ports/),
    ],
    [
      "one env file in many apps",
      () => parse(apps(100, "env_file: web.env"), { envFile: of(10_000, (at) => `A${at}=1\n`) }),
      "/shop/apps.yml:22:3: the apps of the project have more than 200000 variables.",
    ],
    [
      "one long env file in many apps",
      () => parse(apps(100, "env_file: web.env"), { envFile: `A=${"x".repeat(1e6)}\n` }),
      "/shop/apps.yml:18:3: the variables of the project's apps are longer than 16 MiB.",
    ],
    ["deep nesting", () => parse("[".repeat(100_000)), "/shop/apps.yml:1:100: nested more than 100 levels deep."],
    ["a NUL character", () => parse("apps: {a\0b: 1}"), "/shop/apps.yml:1:9: the file is binary, not YAML."],
    [
      "a key __proto__",
      () => parse("__proto__: {}\napps: {}\n"),
      expect.stringContaining('1:1: the key "__proto__" is not allowed'),
    ],
    [
      "a cycle of many apps",
      () =>
        parse(
          `apps:\n${of(3000, (at) => `  w${at}: {uuid: web-${at}, image: nginx, depends_on: [w${(at + 1) % 3000}]}\n`)}`,
        ),
      expect.stringMatching(/circular depends_on: ("w\d+" -> ){20}2980 more -> "w0"\.$/),
    ],
  ])("%s", async (_, work, message) => {
    expect(await failureOf(work())).toEqual(message);
  });

  test("a file that includes itself again and again", async () => {
    await write("b.yml", `include:\n${"  - c.yml\n".repeat(50)}`);
    await write("c.yml", "services: {web: {image: nginx}}\n");
    const path = await write("a.yml", `include:\n${"  - b.yml\n".repeat(50)}`);
    expect(await failureOf(loadProject([path], { env: {} }))).toMatch(
      /^b\.yml:\d+:5: include and extends read more than 200 files/,
    );
  });

  test("services that copy a large one", async () => {
    const labels = of(1000, (at) => `      l${at}: x\n`);
    const copies = of(100, (at) => `  w${at}: {extends: base}\n`);
    const path = await write("a.yml", `services:\n  base:\n    image: nginx\n    labels:\n${labels}${copies}`);
    expect(await failureOf(loadProject([path], { env: {} }))).toMatch(
      /^a\.yml:10\d\d:\d+: extends copies more than 50000 values/,
    );
  });
});

test("a byte order mark does not move the positions of a file", async () => {
  expect(await failureOf(parse(`\uFEFF${app("    imag: x\n")}`))).toContain(":5:5: unknown key");
});

describe("readBytes() of what is not a file", () => {
  test.skipIf(process.platform === "win32")(
    "fails for a pipe without a writer, instead of waiting for it",
    async () => {
      const pipe = join(folder, "pipe");
      execFileSync("mkfifo", [pipe]);
      expect(await failureOf(readBytes(pipe, 60))).toBe("pipe:1:1: the pipe or device sent no data for 0.06 s.");
    },
  );

  test.skipIf(process.platform === "win32")("reads a pipe whose writer starts later", async () => {
    const pipe = join(folder, "pipe");
    execFileSync("mkfifo", [pipe]);
    const content = readBytes(pipe);
    spawn("sh", ["-c", `(echo one; sleep 0.1; echo two) > ${pipe}`]);
    expect(String(await content)).toBe("one\ntwo\n");
  });

  test.skipIf(process.platform === "win32")("stops at the limit of a device that never ends", async () => {
    expect(await failureOf(readBytes("/dev/zero"))).toBe("/dev/zero:1:1: the file is larger than 1 MiB.");
  });

  test("fails for a directory", async () => {
    await mkdir(join(folder, "apps.yml"));
    expect(await failureOf(readBytes(join(folder, "apps.yml")))).toBe(
      "apps.yml:1:1: the path is a directory, not a file.",
    );
  });

  test("fails for a file that changes while it is read", async () => {
    const path = await write("apps.yml", "x".repeat(1_000_000));
    const handle = await open(path, "r+");
    const reading = failureOf(readBytes(path));
    for (let size = 999_999; size > 999_900; size -= 1) await handle.truncate(size);
    await handle.close();
    expect(await reading).toBe("apps.yml:1:1: the file was changed while it was read.");
  });
});
