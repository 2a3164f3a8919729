import { TEST_IMAGE } from "@openfactory/test-engine";
import { afterEach, describe, expect, it } from "vitest";
import { collect, forEach } from "../../../../../packages/docker-engine/test/bytes.js";
import { LABELS, realEngine, uniqueName } from "../real-engine.js";

const engine = realEngine();
const made: string[] = [];

afterEach(async () => {
  await Promise.all(made.splice(0).map((id) => engine.containers.remove(id, { force: true }).catch(() => {})));
});

async function create(script: string, more: object = {}): Promise<string> {
  const body = { Image: TEST_IMAGE, Cmd: ["sh", "-c", script], Labels: LABELS, ...more };
  const { id } = await engine.containers.create(uniqueName("c"), body);
  made.push(id);
  return id;
}

async function run(script: string, more: object = {}): Promise<string> {
  const id = await create(script, more);
  await engine.containers.start(id);
  return id;
}

describe("a container", () => {
  it("is created, started, listed, renamed, stopped and removed", async () => {
    const id = await run("exec sleep 300");
    await engine.containers.start(id); // is started already: that is no error
    const name = uniqueName("renamed");
    await engine.containers.rename(id, name);
    expect(await engine.containers.inspect(name)).toMatchObject({ Id: id, Name: `/${name}`, State: { Running: true } });
    expect(await engine.containers.list({ id: [id] })).toMatchObject([{ Id: id, State: "running", Labels: LABELS }]);
    await engine.containers.stop(id, { graceSeconds: 0 });
    expect(await engine.containers.list({ id: [id] })).toMatchObject([{ State: "exited" }]);
    await engine.containers.remove(id);
    await expect(engine.containers.inspect(id)).rejects.toMatchObject({
      code: "NOT_FOUND",
      cause: { statusCode: 404 },
    });
  });

  it("update() changes its restart policy or its limits in place", async () => {
    const id = await run("exec sleep 300", {
      HostConfig: { Memory: 64 * 2 ** 20, RestartPolicy: { Name: "on-failure", MaximumRetryCount: 3 } },
    });
    expect(await engine.containers.update(id, { RestartPolicy: { Name: "no" } })).toEqual({
      warnings: expect.any(Array),
    });
    const limits = { Memory: 64 * 2 ** 20, RestartPolicy: { Name: "no", MaximumRetryCount: 0 } };
    expect(await engine.containers.inspect(id)).toMatchObject({ Id: id, State: { Running: true }, HostConfig: limits });
    await engine.containers.update(id, { PidsLimit: 50 });
    expect((await engine.containers.inspect(id)).HostConfig).toMatchObject({ ...limits, PidsLimit: 50 });
    await expect(engine.containers.update("none-such", {})).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("create() rejects with CONFLICT if the name is in use", async () => {
    const id = await create("true");
    const { Name } = await engine.containers.inspect(id);
    await expect(engine.containers.create(Name.slice(1), { Image: TEST_IMAGE })).rejects.toMatchObject({
      code: "CONFLICT",
    });
  });

  it("create() rejects with IMAGE_NOT_FOUND if the image is missing", async () => {
    const create = engine.containers.create(uniqueName("c"), { Image: "openfactory/none:1" });
    await expect(create).rejects.toMatchObject({ code: "IMAGE_NOT_FOUND" });
  });

  it("create() rejects with INVALID_REQUEST for a malformed body", async () => {
    await expect(engine.containers.create("no name!", { Image: TEST_IMAGE })).rejects.toMatchObject({
      code: "INVALID_REQUEST",
    });
  });

  it("start() rejects with NETWORK_NOT_FOUND if its network is missing", async () => {
    const running = run("true", { HostConfig: { NetworkMode: uniqueName("none") } });
    await expect(running).rejects.toMatchObject({ code: "NETWORK_NOT_FOUND" });
  });

  it("start() rejects with CONFLICT if its host port is in use", async () => {
    const host = { HostConfig: { PortBindings: { "80/tcp": [{ HostIp: "127.0.0.1", HostPort: "" }] } } };
    const first = await run("exec sleep 300", { ...host, ExposedPorts: { "80/tcp": {} } });
    const { NetworkSettings } = await engine.containers.inspect(first);
    const port = NetworkSettings.Ports?.["80/tcp"]?.[0]?.HostPort ?? "";
    const taken = { HostConfig: { PortBindings: { "80/tcp": [{ HostIp: "127.0.0.1", HostPort: port }] } } };
    const second = run("exec sleep 300", { ...taken, ExposedPorts: { "80/tcp": {} } });
    await expect(second).rejects.toMatchObject({ code: "CONFLICT", hint: expect.stringContaining("host port") });
  });
});

describe("the log of a container", () => {
  const script = "echo zwölf; echo wrong >&2; printf 'no line end'";

  it("has the lines of both streams, also when followed, and the last one without a line end", async () => {
    const id = await run(`${script}; sleep 1`);
    for (const follow of [true, false]) {
      const lines = await collect(engine.containers.logs(id, { follow }));
      expect(lines.map(({ stream, line }) => `${stream} ${line}`).sort()).toEqual([
        "stderr wrong",
        "stdout no line end",
        "stdout zwölf",
      ]);
      expect(lines[0]?.timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/);
    }
  });

  it("has the lines of a terminal", async () => {
    const id = await run("echo one; echo zwölf >&2; sleep 1", { Tty: true });
    const lines = await collect(engine.containers.logs(id, { follow: true }));
    expect(lines.map(({ stream, line }) => `${stream} ${line}`)).toEqual(["stdout one", "stdout zwölf"]);
  });

  it("has a line of 100 kB as one, which the engine stores in parts", async () => {
    const id = await run("head -c 100000 /dev/zero | tr '\\0' x; echo; echo after; sleep 1");
    const lines = await collect(engine.containers.logs(id, { follow: true }));
    expect(lines.map(({ line }) => line.length)).toEqual([100_000, "after".length]);
  });

  it("begins at `tail` and `since`", async () => {
    const id = await run("echo one; sleep 1; echo two; echo three");
    const all = await collect(engine.containers.logs(id, { follow: true }));
    expect(all).toHaveLength(3);
    expect(await collect(engine.containers.logs(id, { tail: 1 }))).toEqual(all.slice(2));
    const since = new Date(Date.parse(all[0]?.timestamp ?? "") + 500);
    expect(await collect(engine.containers.logs(id, { since }))).toEqual(all.slice(1));
  });

  it("is followed until the signal fires", async () => {
    const id = await run("while true; do echo tick; sleep 0.1; done");
    const abort = new AbortController();
    const reading = forEach(engine.containers.logs(id, { follow: true, signal: abort.signal }), () => abort.abort());
    await expect(reading).rejects.toMatchObject({ code: "ABORTED" });
  });

  it("is NOT_FOUND if the container is missing", async () => {
    await expect(collect(engine.containers.logs(uniqueName("none")))).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});
