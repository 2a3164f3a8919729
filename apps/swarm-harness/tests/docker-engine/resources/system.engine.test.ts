import { engineApi, TEST_IMAGE } from "@openfactory/test-engine";
import { describe, expect, it, onTestFinished } from "vitest";
import { LABELS, realEngine, uniqueName } from "../real-engine.js";

const engine = realEngine();

describe("the engine", () => {
  it("reports its version and its state", async () => {
    const { body } = await engineApi("GET", "/version");
    expect(await engine.version()).toMatchObject({ Version: body.Version, ApiVersion: body.ApiVersion });
    expect(await engine.info()).toMatchObject({ ServerVersion: body.Version, NCPU: expect.any(Number) });
  });

  it("negotiates an API version that both sides support", async () => {
    const { body } = await engineApi("GET", "/version");
    expect(await engine.supportsApi("1.40")).toBe(true);
    expect(await engine.supportsApi("9.0")).toBe(false);
    const version = await engine.apiVersion();
    expect(Number(version.split(".")[1])).toBeLessThanOrEqual(Number(body.ApiVersion.split(".")[1]));
    const older = realEngine({ maxApiVersion: "1.40" });
    expect(await older.apiVersion()).toBe("1.40");
    expect(await older.containers.list()).toBeInstanceOf(Array);
  });

  it("emits events as they happen", async () => {
    const name = uniqueName("events");
    const abort = new AbortController();
    const seen: string[] = [];
    const made = Promise.withResolvers<string>();
    onTestFinished(async () => engine.containers.remove(await made.promise, { force: true }));
    const options = {
      signal: abort.signal,
      onOpen: () =>
        made.resolve(engine.containers.create(name, { Image: TEST_IMAGE, Labels: LABELS }).then(({ id }) => id)),
    };
    const read = async (): Promise<void> => {
      for await (const { Action, Actor } of engine.events({ container: [name] }, options)) {
        seen.push(`${Action} ${Actor.Attributes["name"]}`);
        abort.abort();
      }
    };
    await expect(read()).rejects.toMatchObject({ code: "ABORTED" });
    expect(seen).toEqual([`create ${name}`]);
  });
});

describe("networks and volumes", () => {
  it("are created, found and removed", async () => {
    const name = uniqueName("n");
    const { id } = await engine.networks.create({ Name: name, Labels: LABELS });
    onTestFinished(() => engine.networks.remove(id).catch(() => {}));
    expect(await engine.networks.inspect(name)).toMatchObject({ Id: id, Name: name, Scope: "local", Labels: LABELS });
    expect((await engine.networks.list({ name: [name] })).map(({ Id }) => Id)).toEqual([id]);
    await expect(engine.networks.connect(name, { Container: "none" })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await engine.networks.remove(name);
    await expect(engine.networks.inspect(name)).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(engine.networks.connect(name, { Container: "none" })).rejects.toMatchObject({
      code: "NETWORK_NOT_FOUND",
    });
  });

  it("volumes", async () => {
    const name = uniqueName("v");
    onTestFinished(() => engine.volumes.remove(name).catch(() => {}));
    expect(await engine.volumes.create({ Name: name, Labels: LABELS })).toMatchObject({ Name: name, Driver: "local" });
    expect(await engine.volumes.inspect(name)).toMatchObject({ Name: name, Labels: LABELS });
    expect((await engine.volumes.list({ name: [name] })).map(({ Name }) => Name)).toEqual([name]);
    await engine.volumes.remove(name);
    await expect(engine.volumes.inspect(name)).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});
