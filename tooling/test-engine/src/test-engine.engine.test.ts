import { afterEach, beforeAll, expect, test } from "vitest";
import { ensureEngine, type TestEngine } from "./ensure-engine.js";
import { listLeftovers, sweep } from "./leftovers.js";
import { runInside } from "./run-inside.js";
import { TEST_ENTRYPOINT_IMAGE, TEST_IMAGE } from "./test-image.js";

// A label for this file only, so that resources of other tests are not listed or removed.
const LABEL = "org.openfactory.deploy.test.of=test-engine";
const Labels = { [LABEL.split("=")[0]!]: "test-engine", "org.openfactory.deploy.test": "1" };
let engine: TestEngine;

beforeAll(async () => {
  engine = await ensureEngine();
  return () => engine.release();
});
afterEach(() => sweep(engine.api, LABEL));

async function start(Image: string, more: object = {}): Promise<string> {
  const { Id } = await engine.api.call("POST", "/containers/create", { Image, Labels, ...more });
  await engine.api.call("POST", `/containers/${Id}/start`);
  return Id;
}

test("the engine is that of DOCKER_HOST", () => {
  expect(engine.host).toBe(process.env.DOCKER_HOST);
});

test("a container of the test image runs its commands under a memory limit", async () => {
  const id = await start(TEST_IMAGE, { Cmd: ["sleep", "1000"], User: "1000:1000", HostConfig: { Memory: 32 << 20 } });
  const limit = "cat /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null || cat /sys/fs/cgroup/memory.max";
  expect(await runInside(engine.api, id, ["sh", "-c", limit])).toMatchObject({ exitCode: 0, stdout: `${32 << 20}\n` });
  expect(await runInside(engine.api, id, ["id"])).toMatchObject({
    stdout: "uid=1000(app) gid=1000(app) groups=1000(app)\n",
  });
  expect(await runInside(engine.api, id, ["stat", "-c", "%a", "/tmp"])).toMatchObject({ stdout: "1777\n" });
  expect(await runInside(engine.api, id, ["cat", "/none"])).toMatchObject({ exitCode: 1, stdout: "" });
  for (const command of ["sh", "sleep", "cat", "httpd", "nc", "ping", "id", "env"]) {
    expect(await runInside(engine.api, id, ["which", command])).toMatchObject({ exitCode: 0 });
  }
});

test("the entrypoint image starts its entrypoint with its command", async () => {
  const id = await start(TEST_ENTRYPOINT_IMAGE);
  await expect
    .poll(() => engine.api.call("GET", `/containers/${id}/logs?stdout=true`).then(String))
    .toContain("entrypoint of the image\n");
});

test("listLeftovers() and sweep() find running and stopped resources", async () => {
  await start(TEST_IMAGE, { Cmd: ["sleep", "1000"] });
  await engine.api.call("POST", "/networks/create", { Name: "test-engine-sweep", Labels });
  await engine.api.call("POST", "/volumes/create", { Name: "test-engine-sweep", Labels });
  const found = await listLeftovers(engine.api, LABEL);
  expect(found.map((line) => line.split(" ")[0])).toEqual(["container", "network", "volume"]);
  await sweep(engine.api, LABEL);
  expect(await listLeftovers(engine.api, LABEL)).toEqual([]);
});
