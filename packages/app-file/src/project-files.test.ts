import { type Dirent, rmSync, writeFileSync } from "node:fs";
import fs, { mkdir, mkdtemp, readdir, realpath, symlink, writeFile } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { DeploymentError } from "@openfactory/deploy-core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type LoadOptions, loadProject } from "./load-project.js";

let root: string;
beforeEach(async () => {
  root = join(await realpath(await mkdtemp(join(tmpdir(), "app-file-"))), "plant");
  await mkdir(root);
});
afterEach(() => rmSync(dirname(root), { recursive: true }));

const write = async (name: string, content: string): Promise<string> => {
  const path = join(root, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
  return path;
};
const app = (key: string, ...lines: string[]): string =>
  [
    "apps:",
    `  ${key}:`,
    `    uuid: ${key.toUpperCase()}-1`,
    "    image: x",
    ...lines.map((line) => `    ${line}`),
    "",
  ].join("\n");
const load = (sources: string[], options: LoadOptions = {}) => loadProject(sources, { env: {}, cwd: root, ...options });
const issuesOf = async (sources: string[], options: LoadOptions = {}): Promise<string[]> => {
  const error: unknown = await load(sources, options).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!DeploymentError.isInstance(error, "INVALID_FILE")) throw error ?? new Error("expected an error");
  return error.issues.map(({ message, location, hint }) => {
    const file = location?.file.replace(`${root}/`, "").replace(root, ".");
    return `${file}:${location?.line}:${location?.column}: ${message}${hint === undefined ? "" : ` (${hint})`}`;
  });
};
const keysOf = (project: Awaited<ReturnType<typeof load>>): string[] =>
  project.apps.map(({ key, file }) => `${key} ${file}`);

describe("a directory", () => {
  it("contributes app_*, dev_* and openfactory files, .yml and .yaml, in it and below it, sorted", async () => {
    await write("openfactory.yml", app("top"));
    await write("app_web.yaml", app("web"));
    await write("line1/press/app_press.yml", app("press"));
    await write("line1/openfactory.yaml", app("line"));
    await write("apps.yml", "not read");
    await write("line1/other.yml", "not read");
    await write(".git/app_hidden.yml", "not read");
    await write("node_modules/pkg/app_pkg.yml", "not read");
    const project = await load([root]);
    expect(keysOf(project)).toEqual([
      "web app_web.yaml",
      "line line1/openfactory.yaml",
      "press line1/press/app_press.yml",
      "top openfactory.yml",
    ]);
    expect(project).toMatchObject({
      project: "plant",
      directory: root,
      files: ["app_web.yaml", "line1/openfactory.yaml", "line1/press/app_press.yml", "openfactory.yml"],
    });
  });

  it("is an error with the expected names if it contains no app file", async () => {
    await write("apps.yml", app("web"));
    expect(await issuesOf([root])).toEqual([
      ".:1:1: no app file found in the directory or below it: expected app_*.yml, dev_*.yml and openfactory.yml (or .yaml) " +
        "(Check the path, or pass the path of a file.)",
    ]);
  });

  it("is read once, even if symbolic links lead to it", async () => {
    await write("a/app_web.yml", app("web"));
    await symlink("..", join(root, "a/loop"));
    await symlink("a", join(root, "b"));
    expect(keysOf(await load([root]))).toEqual(["web a/app_web.yml"]);
  });

  it("is an error with more than 20 levels", async () => {
    const deep = Array.from({ length: 21 }, (_, level) => `d${level}`).join("/");
    await write(`${deep}/app_web.yml`, app("web"));
    await write("app_top.yml", app("top"));
    expect(await issuesOf([root])).toEqual([
      `${deep}:1:1: the directory is nested more than 20 levels deep (Pass a more specific directory.)`,
    ]);
  });

  // Simulated: to create and remove so many takes seconds.
  it("is an error with more than 10000 directories", async () => {
    await write("app_top.yml", app("top"));
    const real = await readdir(root, { withFileTypes: true });
    const found = Array.from({ length: 10_000 }, (_, n) => ({ name: `d${n}`, isDirectory: () => true }) as Dirent);
    vi.spyOn(fs, "readdir").mockImplementation((async (path: string) =>
      path === root ? [...real, ...found] : []) as never);
    vi.spyOn(fs, "realpath").mockImplementation((async (path: string) => path) as never);
    syncBuiltinESMExports();
    const issues = await issuesOf([root]).finally(() => {
      vi.restoreAllMocks();
      syncBuiltinESMExports();
    });
    expect(issues).toEqual([
      ".:1:1: the directory contains more than 10000 directories (Pass a more specific directory.)",
    ]);
  });

  it("is an error with more than 1000 files", async () => {
    for (let n = 0; n < 1001; n += 1) writeFileSync(join(root, `app_${String(n).padStart(4, "0")}.yml`), "");
    expect(await issuesOf([root])).toEqual([
      "app_1000.yml:1:1: the project has more than 1000 files (Pass a more specific directory.)",
    ]);
  });

  it("reports a broken link", async () => {
    await symlink("nowhere", join(root, "app_web.yml"));
    expect(await issuesOf([root])).toEqual(["app_web.yml:1:1: no such file (Check the path.)"]);
  });
});

describe("files", () => {
  it("form one project in the directory of the first, with paths relative to it", async () => {
    const first = await write("coordinator/opcua.yml", app("opcua"));
    const second = await write("gateway/shdr.yml", app("shdr"));
    const project = await load([first, second]);
    expect(keysOf(project)).toEqual(["opcua opcua.yml", "shdr ../gateway/shdr.yml"]);
    expect(project).toMatchObject({ project: "coordinator", directory: join(root, "coordinator") });
  });

  it("are read once each, even if several paths or links lead to them", async () => {
    const path = await write("app_web.yml", app("web"));
    await symlink("app_web.yml", join(root, "link.yml"));
    await symlink(".", join(root, "same"));
    const project = await load([path, root, join(root, "./same/app_web.yml"), join(root, "link.yml")]);
    expect(project.files).toEqual(["app_web.yml"]);
  });

  it("have a project directory with the name of a link to it", async () => {
    await write("releases/42/app_web.yml", app("web"));
    await symlink("releases/42", join(root, "current"));
    expect(await load([join(root, "current/app_web.yml")])).toMatchObject({
      project: "current",
      directory: join(root, "current"),
      files: ["app_web.yml"],
    });
    await symlink(root, join(root, "alias"));
    expect((await load([join(root, "alias/current")])).directory).toBe(join(root, "current"));
  });

  it("are read from standard input, once, relative to the working directory", async () => {
    await write(".env", "IMAGE=nginx");
    const text = app("web").replace("image: x", "image: '${IMAGE}'");
    const project = await load(["-", "-"], { stdin: Readable.from([text.slice(0, 20), text.slice(20)]) });
    expect(keysOf(project)).toEqual(["web -"]);
    expect(project).toMatchObject({ project: "plant", directory: root, apps: [{ request: { image: "nginx" } }] });
    expect(await issuesOf(["-"], { stdin: Readable.from(["apps: {a: 1}"]) })).toEqual([
      "<stdin>:1:11: apps.a: expected a mapping, found a number",
    ]);
    expect(await issuesOf(["-"], { stdin: Readable.from([Buffer.alloc(2 ** 20 + 1)]) })).toEqual([
      "<stdin>:1:1: the file is larger than 1 MiB (Check the path, or split the file.)",
    ]);
  });

  it("have all their findings in one report, by file and line", async () => {
    const last = await write("z.yml", "apps:\n  a: {uuid: aa}\n");
    const broken = await write("b.yml", "apps:\n\tx: 1\n");
    const first = await write("a.yml", "apps:\n  b: {image: x}\n  c: {uuid: c1, image: '${UNSET}'}\n");
    const missing = join(root, "none.yml");
    expect((await issuesOf([last, broken, missing, first])).map((issue) => issue.replace(/ \(.*\)/, ""))).toEqual([
      'a.yml:2:3: "uuid" is missing in apps.b',
      "a.yml:3:25: the variable UNSET is not set",
      "b.yml:2:1: a tab is used for indentation",
      "none.yml:1:1: no such file",
      'z.yml:2:3: "image" is missing in apps.a',
    ]);
  });

  it("do not report names that an unreadable file may declare", async () => {
    const web = await write("web.yml", app("web", "depends_on: [db]"));
    const db = await write("db.yml", "apps:\n\tdb: 1\n");
    expect(await issuesOf([web, db])).toEqual([expect.stringMatching(/^db.yml:2:1/)]);
  });

  it("contain apps, devices or both", async () => {
    const path = await write("a.yml", "networks: {n: {}}\n");
    expect(await issuesOf([path])).toEqual(['a.yml:1:1: "apps" is missing (Declare apps:, devices:, or both.)']);
    await write("a.yml", "devices: {}\n");
    expect(await issuesOf([path])).toEqual(["a.yml:1:1: no devices in the file (Add an entry to devices.)"]);
  });

  it("report a uuid that is not a valid service name, with a hint", async () => {
    const path = await write(
      "a.yml",
      `${app("web").replace("WEB-1", "Web.1")}devices:\n  d: {uuid: ${"D".repeat(60)}, connector: {type: mtconnect, agent: {ip: plc, port: 5000}}}\n`,
    );
    expect(await issuesOf([path], { env: { OPENFACTORY_VERSION: "v1" } })).toEqual([
      expect.stringMatching(
        /^a.yml:3:5: apps.web.uuid: a service name must consist of letters, .*\(The service name is the lowercase uuid\. Choose/,
      ),
      expect.stringMatching(
        /^a.yml:6:7: devices.d.uuid: a service name must have at most 63 .*\(The names of its services are the lowercase uuid and a role, such as -producer/,
      ),
    ]);
  });

  it("can contain only the name and the networks of apps in other files", async () => {
    await write("openfactory.yml", "name: factory\nnetworks: {plant: {external: true, name: plant-net}}\n");
    await write("app_web.yml", app("web", "networks: [plant]"));
    const project = await load([root]);
    expect(project).toMatchObject({ project: "factory", files: ["app_web.yml", "openfactory.yml"] });
    expect(project.apps.map(({ request }) => request.networks)).toEqual([["plant-net"]]);

    await write("dev_none.yml", "{}\n");
    expect(await issuesOf([root])).toEqual([expect.stringMatching(/^dev_none.yml:1:1: "apps" is missing/)]);
    await write("app_compose.yml", "services: {web: {image: x}}\n");
    expect(await issuesOf([root])).toEqual([
      expect.stringMatching(/^app_compose.yml:1:1: a Compose file can't be in one project with an app file/),
    ]);
  });
});

describe("the name of the project", () => {
  it("is the given name, else name: of any file, else the directory's name", async () => {
    const web = await write("web.yml", app("web"));
    const db = await write("db.yml", `name: Factory\n${app("db")}`);
    expect(await load([web, db], { project: "mine" })).toMatchObject({
      project: "mine",
      hasExplicitName: true,
      directory: root,
    });
    expect(await load([web, db])).toMatchObject({ project: "factory", hasExplicitName: true, directory: root });
    const derived = await load([web]);
    expect(derived).toMatchObject({ project: "plant", directory: root });
    expect(derived.hasExplicitName).toBeUndefined();
  });

  it("is an error if two files differ, unless a name is given", async () => {
    const web = await write("web.yml", `name: shop\n${app("web")}`);
    const db = await write("db.yml", `name: factory\n${app("db")}`);
    expect(await issuesOf([web, db])).toEqual([
      `db.yml:1:7: the project name "factory" differs from "shop" in ${web}:1:7 ` +
        "(Use the same name in all files that are deployed together, or pass -p <name>.)",
    ]);
    expect((await load([web, db], { project: "mine" })).project).toBe("mine");
    await write("db.yml", `name: SHOP\n${app("db")}`);
    expect((await load([web, db])).project).toBe("shop");
  });
});

describe("across files", () => {
  it("an app key is unique", async () => {
    const a = await write("a.yml", app("web"));
    const b = await write("b.yml", app("web").replace("WEB-1", "WEB-2"));
    expect(await issuesOf([a, b])).toEqual([
      `b.yml:2:3: apps.web: "web" is already declared (${a}:2:3) ` +
        "(Rename one of them: commands such as `ofdeploy logs` use these names.)",
    ]);
    await write("b.yml", app("web"));
    expect(await issuesOf([a, b])).toHaveLength(1);
  });

  it("a service name is unique", async () => {
    const a = await write("a.yml", app("web"));
    const b = await write("b.yml", app("db").replace("DB-1", "web-1"));
    expect(await issuesOf([a, b])).toEqual([
      expect.stringContaining(`b.yml:3:11: apps "db" and "web" (${a}:3:11) have the same uuid`),
    ]);
  });

  it("a host port is published once", async () => {
    const a = await write("a.yml", app("web", "ports: ['8080:80']"));
    const b = await write("b.yml", app("db", "ports: ['8080:80']"));
    expect(await issuesOf([a, b])).toEqual([
      expect.stringContaining(
        `b.yml:5:13: app "db" can't publish host port 8080/tcp: app "web" (${a}:5:13) already publishes it`,
      ),
    ]);
  });

  it("an app can depend on an app of another file, but not in a cycle", async () => {
    const a = await write("a.yml", app("web", "depends_on: [db]"));
    const b = await write("b.yml", app("db"));
    expect((await load([a, b])).apps[0]?.dependsOn).toEqual([{ service: "db-1", condition: "service_started" }]);
    await write("b.yml", app("db", "depends_on: [web]"));
    expect(await issuesOf([a, b])).toEqual([
      expect.stringContaining('b.yml:5:18: circular depends_on: "web" -> "db" -> "web"'),
    ]);
    await write("b.yml", app("db", "depends_on: [wb]"));
    expect(await issuesOf([a, b])).toEqual([
      'b.yml:5:18: apps.db.depends_on: no app "wb" in the project (Did you mean "web"?)',
    ]);
  });

  it("an app can use a resource of another file, which owns it", async () => {
    const a = await write("a.yml", app("web", "networks: [back]", "secrets: [key]", "configs: [conf]"));
    const b = await write(
      "b.yml",
      `${app("db")}networks: {back: {}}\nsecrets: {key: {environment: KEY}}\nconfigs: {conf: {content: x}}\n`,
    );
    const { apps, resources, networks } = await load([a, b], { env: { KEY: "k" } });
    expect(apps[0]?.request.networks).toEqual(["plant_back"]);
    expect(resources.map(({ key, file }) => `${key} ${file}`)).toEqual(["back b.yml", "key b.yml", "conf b.yml"]);
    expect(networks).toEqual([]);
  });

  it("two files can have the same declaration, but not with different contents", async () => {
    const declared = "networks: {back: {internal: true}}\nsecrets: {key: {file: key.txt}}\n";
    await write("one/key.txt", "k");
    await write("two/key.txt", "k");
    const a = await write("one/a.yml", app("web", "networks: [back]", "secrets: [key]") + declared);
    const b = await write("two/b.yml", app("db", "networks: [back]", "secrets: [key]") + declared);
    expect((await load([a, b])).resources.map(({ key, file }) => `${key} ${file}`)).toEqual([
      "back a.yml",
      "key a.yml",
    ]);
    await write("two/key.txt", "other");
    await write("two/b.yml", app("db", "networks: [back]") + declared.replace("true", "false"));
    expect((await issuesOf([a, b])).map((issue) => issue.replace(/ \(.*\)/, ""))).toEqual([
      `two/b.yml:6:12: networks.back: differs from the declaration of "back" in ${a}:7:12`,
      `two/b.yml:7:11: secrets.key: differs from the declaration of "key" in ${a}:8:11`,
    ]);
  });

  it("no finding shows a secret's content or a variable's value", async () => {
    const declared = (name: string): string => `secrets: {key: {environment: ${name}}}\n`;
    const a = await write("a.yml", app("web", "secrets: [key]") + declared("A"));
    const b = await write("b.yml", app("db", "secrets: [key]") + declared("B"));
    const issues = await issuesOf([a, b], { env: { A: "hunter2", B: "hunter3" } });
    expect(issues).toHaveLength(1);
    expect(issues.join()).not.toMatch(/hunter/);
  });
});

describe("variables", () => {
  const text = (key: string): string => app(key, "environment: ['V=${V:-none}']");
  const valuesOf = async (sources: string[], options: LoadOptions = {}): Promise<(string | undefined)[]> =>
    (await load(sources, options)).apps.map(({ request }) => request.env?.find((entry) => entry.startsWith("V=")));

  it("come from the environment, then .env and .ofaenv next to the file, then .ofaenv in the working directory", async () => {
    const path = await write("shop/a.yml", text("web"));
    expect(await valuesOf([path])).toEqual(["V=none"]);
    await write(".ofaenv", "V=shared");
    expect(await valuesOf([path])).toEqual(["V=shared"]);
    await write("shop/.ofaenv", "V=${V}-own");
    expect(await valuesOf([path])).toEqual(["V=shared-own"]);
    await write("shop/.env", "V=env");
    expect(await valuesOf([path])).toEqual(["V=env"]);
    expect(await valuesOf([path], { env: { V: "process" } })).toEqual(["V=process"]);
  });

  it("of a directory apply to its files only, those of the working directory to all files", async () => {
    const a = await write("one/a.yml", text("a1"));
    const b = await write("two/b.yml", text("b1"));
    await write("one/.env", "V=one");
    await write(".ofaenv", "V=shared");
    expect(await valuesOf([a, b])).toEqual(["V=one", "V=shared"]);
  });

  it("of a given env file replace .env, but not .ofaenv", async () => {
    const path = await write("shop/a.yml", text("web"));
    await write("shop/.env", "V=env");
    await write("shop/.ofaenv", "V=own");
    expect(await valuesOf([path], { envFiles: [] })).toEqual(["V=own"]);
    expect(await valuesOf([path], { envFiles: [await write("prod.env", "V=prod")] })).toEqual(["V=prod"]);
  });

  it("that can't be read are reported once for all files of the directory", async () => {
    const a = await write("a.yml", text("a1"));
    const b = await write("b.yml", text("b1"));
    await write(".ofaenv", "not a line");
    expect(await issuesOf([a, b])).toEqual([expect.stringMatching(/^\.ofaenv:1:\d+: /)]);
  });
});
