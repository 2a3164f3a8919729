import { afterEach, beforeEach, expect, test } from "vitest";
import { resetMemory } from "./support/memory-plugin.js";
import { captureIo, TestProject } from "./support/run-ofdeploy.js";

let project: TestProject;
beforeEach(() => {
  project = new TestProject();
  resetMemory();
});
afterEach(() => project.remove());

const WEB = `name: factory
x-common: &common
  restart: "no"
  labels: { version: 1.10, price: "5 $ or $\${X}" }
apps:
  web:
    <<: *common
    uuid: WEB
    image: demo:\${TAG}
    env_file: [web.env]
    environment: { PASSWORD: "\${PASSWORD}", DOLLAR: "a$$b", NUMBER: 010 }
    command: run --password \${PASSWORD}
    routing: { port: 8080 }
    storage: { data: { type: volume, volume: web_data, mount_point: /data } }
    secrets: [key]
    configs: [conf]
secrets:
  key: { file: keys/key.txt }
configs:
  conf: { content: "greeting \${PASSWORD}" }
`;
const DB = `apps:
  db:
    uuid: DB
    image: demo:1
    secrets: [other]
secrets:
  other: { file: ./other.txt }
`;
const ENV = "TAG=2\nPASSWORD=hunter2-secret\n";
const files = ["-f", "app_web.yml", "-f", "line/app_db.yml"];

beforeEach(() => {
  project
    .write(WEB, "app_web.yml")
    .write(DB, "line/app_db.yml")
    .write(ENV, ".env")
    .write("FROM_FILE=x y\n", "web.env")
    .write("k", "keys/key.txt")
    .write("o", "line/other.txt");
});

test("config prints one file for all files, with variables replaced and values masked", async () => {
  const { code, out } = await project.run("config", ...files);
  expect(code).toBe(0);
  expect(out).toContain("image: demo:2\n");
  expect(out).toContain("PASSWORD: '***'\n");
  expect(out).toContain("command: run --password ***\n");
  expect(out).toContain("content: '***'\n");
  expect(out).toContain("version: '1.10'\n");
  expect(out).toContain("price: 5 $ or $${X}\n");
  expect(out).toContain("file: ./line/other.txt\n");
  expect(out).not.toContain("hunter2");
  expect(out).not.toContain("env_file");
});

test("the output of config --show-env is a file that plans the same, as YAML and as JSON", async () => {
  await project.run("up", ...files);
  const yaml = await project.run("config", "--show-env", ...files);
  expect(yaml.out).toContain("PASSWORD: hunter2-secret\n");
  const json = await project.runWith(captureIo(project.folder), ["config", "--show-env", "--format", "json", ...files]);
  expect(JSON.parse(json.out)).toMatchObject({ name: "factory", apps: { web: { uuid: "WEB" }, db: { uuid: "DB" } } });
  project.write("", ".env");
  for (const text of [yaml.out, json.out]) {
    project.write(text, "app_web.yml");
    const planned = await project.run("plan", "-f", "app_web.yml", "--take-ownership", "--json");
    const plan = planned.events.find(({ event }) => event === "plan") as { apps?: { changes: { path: string }[] }[] };
    const changes = (plan.apps ?? []).flatMap((app) => app.changes.map(({ path }) => path));
    // The apps of the second file belong to the new file.
    expect(changes.filter((path) => !path.startsWith("labels.org.openfactory.deploy.file"))).toEqual([]);
    expect(plan).toMatchObject({ apps: [{ app: "web", action: "unchanged" }, { app: "db" }] });
  }
});

test("config --services prints the names of the apps, and --quiet only checks the files", async () => {
  expect((await project.run("config", "--services", ...files)).out).toBe("web\ndb\n");
  expect(await project.run("config", "-q", ...files)).toMatchObject({ code: 0, out: "" });
  project.write("apps: {web: {}}\n", "app_web.yml");
  expect(await project.run("config", "-q", ...files)).toMatchObject({ code: 3, err: expect.stringContaining("uuid") });
});

test("config rejects a Compose file, and names the commands for it", async () => {
  project.write("services:\n  web:\n    image: demo:1\n", "compose.yaml");
  expect(await project.run("config", "-f", "compose.yaml")).toMatchObject({
    code: 3,
    err: expect.stringMatching(/UNSUPPORTED[^]*`docker compose -f compose\.yaml config`/),
  });
});
