import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DeploymentError } from "@openfactory/deploy-core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadProject } from "./load-project.js";

let folder: string;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), "app-file-")), "shop");
  await mkdir(folder);
});
afterEach(() => rm(join(folder, ".."), { recursive: true }));

const write = async (name: string, content: string | Buffer) => {
  await writeFile(join(folder, name), content);
  return join(folder, name);
};
const envOf = async (path: string, options: Parameters<typeof loadProject>[1]) =>
  (await loadProject([path], options)).apps[0]?.request.env?.slice(4);
const failureOf = async (path: string): Promise<DeploymentError> => {
  const error: unknown = await loadProject([path], { env: {} }).catch((thrown: unknown) => thrown);
  if (!DeploymentError.isInstance(error, "INVALID_FILE")) throw error;
  return error;
};

const app = "apps:\n  a: {uuid: aa, image: x, environment: ['A=${A:-none}', 'B=${B:-none}']}\n";

describe("loadProject", () => {
  it("reads the file and the .env next to it; the environment takes precedence", async () => {
    const path = await write("apps.yml", app);
    expect(await envOf(path, { env: {} })).toEqual(["A=none", "B=none"]);
    await write(".env", "A=file\nB=file\nKSQLDB_URL=http://k\n");
    expect(await envOf(path, { env: { B: "process", A: undefined } })).toEqual([
      "KSQLDB_URL=http://k",
      "A=file",
      "B=process",
    ]);
    expect((await loadProject([path], { env: {} })).project).toBe("shop");
  });

  it("sets OPENFACTORY_VERSION to latest with OPENFACTORY_ENV=dev, unless it is set", async () => {
    const path = await write("apps.yml", "apps: {a: {uuid: aa, image: 'x:${OPENFACTORY_VERSION:-none}'}}\n");
    const image = async (env: Record<string, string>) => (await loadProject([path], { env })).apps[0]?.request.image;
    expect(await image({})).toBe("x:none");
    expect(await image({ OPENFACTORY_ENV: "dev" })).toBe("x:latest");
    expect(await image({ OPENFACTORY_ENV: "dev", OPENFACTORY_VERSION: "v1" })).toBe("x:v1");
    await write(".ofaenv", "OPENFACTORY_ENV=dev\n");
    expect(await image({})).toBe("x:latest");
    expect(await image({ OPENFACTORY_ENV: "plant" })).toBe("x:none");
  });

  it("reads the given env files instead; later files override earlier ones", async () => {
    const path = await write("apps.yml", app);
    await write(".env", "A=unused");
    const envFiles = [await write("one.env", "A=1\nB=1"), await write("two.env", "B=2$A")];
    expect(await envOf(path, { env: {}, envFiles })).toEqual(["A=1", "B=21"]);
    expect(await envOf(path, { env: {}, envFiles: [] })).toEqual(["A=none", "B=none"]);
  });

  it("uses the process's environment unless one is given", async () => {
    const path = await write("apps.yml", "apps: {a: {uuid: aa, image: x, environment: ['P=${PATH}']}}");
    expect(await envOf(path, {})).toContain(`P=${process.env["PATH"]}`);
  });

  it("reports the line of an invalid env file", async () => {
    const path = await write("apps.yml", app);
    await write(".env", "A=1\nnot a line\n");
    const error = await failureOf(path);
    expect(error.issues[0]?.location).toEqual({ file: join(folder, ".env"), line: 2, column: 1 });
  });

  it("refuses a given env file that does not exist", async () => {
    const path = await write("apps.yml", app);
    const missing = join(folder, "none.env");
    await expect(loadProject([path], { env: {}, envFiles: [missing] })).rejects.toMatchObject({
      code: "INVALID_FILE",
      message: `${missing}:1:1: no such file.`,
    });
  });

  it("reads referenced files relative to the directory of each app file", async () => {
    const path = await write(
      "apps.yml",
      [
        "apps: {a: {uuid: aa, image: x, env_file: web.env, secrets: [key], configs: [conf]}}",
        "secrets: {key: {file: ../key.bin}, unused: {environment: UNUSED}}",
        `configs: {conf: {file: ${folder}/web.env}}`,
      ].join("\n"),
    );
    await write("web.env", "A=1");
    await write(".env", "UNUSED=1");
    await write("../key.bin", Buffer.from([0xff, 0]));
    const { apps, resources } = await loadProject([path], { env: {} });
    expect(apps[0]?.request.env?.slice(4)).toEqual(["A=1"]);
    expect(resources.map(({ key, spec }) => [key, "content" in spec && [...spec.content]])).toEqual([
      ["key", [0xff, 0]],
      ["conf", [...Buffer.from("A=1")]],
    ]);
  });

  it("reports a problem of a referenced file at its reference", async () => {
    const path = await write(
      "apps.yml",
      "apps: {a: {uuid: aa, image: x, env_file: [large.env, .]}}\nsecrets: {key: {file: none}}\n",
    );
    await truncate(await write("large.env", ""), 50 * 1024 * 1024);
    expect(
      (await failureOf(path)).issues.map(({ message, location }) => [location?.line, location?.column, message]),
    ).toEqual([
      [1, 43, "apps.a.env_file[0]: the file is larger than 1 MiB"],
      [1, 54, "apps.a.env_file[1]: the path is a directory, not a file"],
      [2, 17, "secrets.key.file: no such file"],
    ]);
  });

  it("refuses a 50 MB file without reading it", async () => {
    const path = await write("apps.yml", app);
    await truncate(path, 50 * 1024 * 1024);
    const before = process.memoryUsage().arrayBuffers;
    expect((await failureOf(path)).message).toBe(`${path}:1:1: the file is larger than 1 MiB.`);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1024 * 1024);
  });

  it("reads a device or a pipe, whose size is unknown, up to the limit only", async () => {
    expect((await failureOf("/dev/zero")).message).toContain("larger than 1 MiB");
  });

  it("refuses a path that can't be read", async () => {
    expect((await failureOf(join(folder, "none.yml"))).message).toContain("no such file");
    await symlink("loop", join(folder, "loop"));
    expect((await failureOf(join(folder, "loop"))).message).toContain("the symbolic links form a loop");
    expect((await failureOf(join(await write("f", ""), "x"))).message).toContain("not a directory");
  });

  it("refuses a file without permission to read it", async (context) => {
    if (process.getuid?.() === 0) context.skip("this user may read every file");
    const path = await write("apps.yml", app);
    const { chmod } = await import("node:fs/promises");
    await chmod(path, 0);
    expect((await failureOf(path)).message).toContain("no permission to read the file");
  });

  it("refuses text that is not UTF-8, at the first invalid byte", async () => {
    const path = await write("apps.yml", Buffer.concat([Buffer.from("apps:\n  ä"), Buffer.from([0xff, 0xfe, 0x41])]));
    expect((await failureOf(path)).issues[0]).toMatchObject({
      message: "the file is not UTF-8 text",
      location: { file: path, line: 2, column: 4 },
    });
  });

  it("refuses a binary file", async () => {
    const path = await write("apps.yml", Buffer.from([0x41, 0x0a, 0x42, 0x00, 0x43]));
    expect((await failureOf(path)).issues[0]).toMatchObject({ location: { line: 2, column: 2 } });
  });
});
