import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { ResourceSpec } from "@openfactory/deploy-core";
import { createEngine } from "@openfactory/docker-engine";
import { TEST_LABELS } from "@openfactory/docker-probes";
import { RawEngine, runInside, TEST_IMAGE } from "@openfactory/test-engine";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { LocalDockerDeploymentStrategy } from "@openfactory/strategy-local-docker";

/** Tests networks, volumes, secrets and configs on a real engine. */
export function resourcesOn(engineAt: () => Promise<{ host: string; close(): Promise<void> }>): void {
  const run = `res-${randomBytes(3).toString("hex")}`;
  let raw: RawEngine;
  let strategy: LocalDockerDeploymentStrategy;
  let close: () => Promise<void>;
  beforeAll(async () => {
    const engine = await engineAt();
    close = engine.close;
    raw = new RawEngine(engine.host);
    strategy = new LocalDockerDeploymentStrategy(createEngine({ host: engine.host }));
  });
  afterEach(async () => {
    const filters = encodeURIComponent(JSON.stringify({ name: [`^/?${run}`] }));
    for (const { Id } of await raw.call("GET", `/containers/json?all=1&filters=${filters}`)) {
      await raw.call("DELETE", `/containers/${Id}?force=true&v=true`);
    }
    for (const { kind, name, id } of await ours()) {
      if (kind === "secret" || kind === "config") await strategy.removeResource(kind, name);
      else await raw.call("DELETE", `/${kind}s/${id}`);
    }
  });
  afterAll(async () => {
    await strategy.close();
    await close();
  });

  const ours = async () => (await strategy.listResources()).filter(({ name }) => name.startsWith(run));
  const spec = (kind: "network" | "volume", name = `${run}-x`, more: object = {}): ResourceSpec =>
    ({ kind, name, labels: { ...TEST_LABELS, team: "mill" }, ...more }) as ResourceSpec;
  const user = (kind: "network" | "volume", name: string) => ({
    name: `${run}-user`,
    image: TEST_IMAGE,
    command: ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 1000 & wait $!; done"],
    labels: TEST_LABELS,
    ...(kind === "network" ? { networks: [name] } : { mounts: [{ Source: name, Target: "/data" }] }),
  });

  describe.each(["network", "volume"] as const)("a %s", (kind) => {
    test("is created with its labels, found by them, and removed", async () => {
      const made = await strategy.createResource(spec(kind));
      expect(made).toEqual({
        kind,
        name: `${run}-x`,
        id: expect.any(String),
        labels: { ...TEST_LABELS, team: "mill" },
      });
      await strategy.createResource(spec(kind, `${run}-y`, { labels: { ...TEST_LABELS, team: "rill" } }));
      expect(await strategy.listResources({ labels: { team: "mill" } })).toEqual([made]);
      expect(await strategy.listResources({ labels: { team: "mil" } })).toEqual([]);
      expect(
        await strategy.listResources({ kinds: [kind === "network" ? "volume" : "network"], labels: { team: "mill" } }),
      ).toEqual([]);
      await strategy.removeResource(kind, `${run}-x`);
      expect((await ours()).map(({ name }) => name)).toEqual([`${run}-y`]);
    });

    test("is not created if its name is in use: ALREADY_EXISTS, and the existing one is unchanged", async () => {
      const made = await strategy.createResource(spec(kind));
      const again = strategy.createResource(spec(kind, undefined, { labels: { ...TEST_LABELS, team: "rill" } }));
      await expect(again).rejects.toMatchObject({
        code: "ALREADY_EXISTS",
        strategy: "docker",
        hint: expect.any(String),
      });
      expect(await ours()).toEqual([made]);
    });

    test("is created by exactly one of ten concurrent calls", async () => {
      const all = await Promise.allSettled(Array.from({ length: 10 }, () => strategy.createResource(spec(kind))));
      const codes = all.map((one) => (one.status === "fulfilled" ? "made" : one.reason.code));
      expect(codes.toSorted()).toEqual([...Array(9).fill("ALREADY_EXISTS"), "made"]);
      const made = all.find((one) => one.status === "fulfilled");
      expect(await ours()).toEqual([made?.value]);
    });

    test("is removed by its exact name", async () => {
      const made = await strategy.createResource(spec(kind));
      const ids = kind === "network" ? [made.id, made.id.slice(0, 12)] : [];
      for (const name of [run, `${run}-x-y`, "", "../x", ...ids]) {
        await expect(strategy.removeResource(kind, name), name).rejects.toMatchObject({ code: "NOT_FOUND" });
      }
      expect(await ours()).toEqual([made]);
    });

    test("is not removed while a service uses it: CONFLICT with the name of the service; and is removed once it is unused", async () => {
      const { name } = await strategy.createResource(spec(kind));
      const service = user(kind, name);
      await strategy.deploy(service);
      await expect(strategy.removeResource(kind, name, { timeoutMs: 300 })).rejects.toMatchObject({
        code: "CONFLICT",
        message: expect.stringContaining(service.name),
      });
      const removing = strategy.removeResource(kind, name, { timeoutMs: 60_000 });
      await delay(300);
      await strategy.remove(service.name);
      await removing;
      expect(await ours()).toEqual([]);
    });

    test("is not removed and not created if the call is aborted", async () => {
      const { name } = await strategy.createResource(spec(kind));
      await strategy.deploy(user(kind, name));
      const removing = strategy.removeResource(kind, name, { signal: AbortSignal.timeout(300), timeoutMs: 60_000 });
      await expect(removing).rejects.toMatchObject({ code: "ABORTED" });
      const aborted = { signal: AbortSignal.abort() };
      await expect(strategy.createResource(spec(kind, `${run}-y`), aborted)).rejects.toMatchObject({ code: "ABORTED" });
      expect((await ours()).map((one) => one.name)).toEqual([name]);
    });

    test.each(["", "x", "a b", "a/b", "-x"])("can't have the name %j: INVALID_REQUEST", async (name) => {
      await expect(strategy.createResource(spec(kind, name))).rejects.toMatchObject({
        code: "INVALID_REQUEST",
        field: "name",
      });
    });

    test("is not created with an unknown driver: INVALID_REQUEST", async () => {
      const making = strategy.createResource(spec(kind, undefined, { driver: "none-such" }));
      await expect(making).rejects.toMatchObject({ code: "INVALID_REQUEST", field: "driver" });
      expect(await ours()).toEqual([]);
    });
  });

  test("a network can be internal, and a network and a volume can have driver options", async () => {
    await strategy.createResource(
      spec("network", `${run}-n`, { internal: true, driverOptions: { "com.docker.network.driver.mtu": "1400" } }),
    );
    await strategy.createResource(spec("volume", `${run}-v`, { driverOptions: { type: "tmpfs", device: "tmpfs" } }));
    expect(await raw.call("GET", `/networks/${run}-n`)).toMatchObject({
      Driver: "bridge",
      Internal: true,
      Attachable: true,
      Options: { "com.docker.network.driver.mtu": "1400" },
    });
    expect(await raw.call("GET", `/volumes/${run}-v`)).toMatchObject({
      Driver: "local",
      Options: { type: "tmpfs", device: "tmpfs" },
    });
    expect((await ours()).map(({ kind, name }) => `${kind} ${name}`)).toEqual([`network ${run}-n`, `volume ${run}-v`]);
  });

  test("predefined networks and locks are no resources", async () => {
    await strategy.lock(run, { id: "1", owner: "ada", since: "" });
    const names = (await strategy.listResources()).map(({ name }) => name);
    expect(names).toEqual(expect.not.arrayContaining(["bridge", "host", "none"]));
    expect(names).toEqual(expect.not.arrayContaining([expect.stringContaining("lock")]));
    await strategy.unlock(run, "1");
    await expect(strategy.removeResource("network", "bridge")).rejects.toMatchObject({ code: "CONFLICT" });
    await expect(strategy.createResource(spec("network", "bridge"))).rejects.toMatchObject({ code: "ALREADY_EXISTS" });
  });

  describe("a secret or config", () => {
    const content = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const file = (kind: "secret" | "config", name = `${run}-x`): ResourceSpec => ({
      kind,
      name,
      labels: { ...TEST_LABELS, team: "mill" },
      content,
    });
    const objects = async (): Promise<string[]> => {
      const { Volumes } = await raw.call("GET", "/volumes");
      const ofRun = ({ Names, Labels }: { Names: string[]; Labels: object | null }) =>
        [...Names, ...Object.values(Labels ?? {})].some((text) => text.includes(run));
      const containers = (await raw.call("GET", "/containers/json?all=1")).filter(ofRun);
      const images = (await raw.call("GET", "/images/json")).filter(({ Labels }: { Labels: object | null }) =>
        ofRun({ Names: [], Labels }),
      );
      const volumes = (Volumes ?? []).map(({ Name }: { Name: string }) => Name);
      return [...volumes.filter((name: string) => name.includes(run)), ...containers, ...images].sort();
    };
    const read = async (kind: "secret" | "config", reference: object): Promise<string> => {
      const name = `${run}-reader`;
      const words = `for file in /files/*; do ls -ln $file; od -An -v -tx1 $file; done`;
      const labels = TEST_LABELS;
      const references = { [`${kind}s`]: [{ name: `${run}-x`, target: "/files/one", ...reference }] };
      const image = TEST_IMAGE;
      await strategy.deploy({
        name,
        image,
        labels,
        command: user("volume", "").command,
        readOnly: true,
        ...references,
      });
      const { stdout } = await runInside(raw, name, ["sh", "-c", words]);
      await strategy.remove(name);
      return stdout;
    };
    const hex = content.toString("hex").replace(/../g, " $&");
    const asRead = (text: string): string => text.split("\n").slice(1).join("");

    test.each(["secret", "config"] as const)("is created by exactly one of ten concurrent calls: %s", async (kind) => {
      const all = await Promise.allSettled(Array.from({ length: 10 }, () => strategy.createResource(file(kind))));
      const codes = all.map((one) => (one.status === "fulfilled" ? "made" : one.reason.code));
      expect(codes.toSorted()).toEqual([...Array(9).fill("ALREADY_EXISTS"), "made"]);
      expect(await objects()).toEqual([`openfactory-${kind}.${run}-x`]);
    });

    test("has every byte of its content, the default owner and mode, and leaves nothing when it is removed", async () => {
      await strategy.createResource(file("secret"));
      const text = await read("secret", {});
      expect(text).toMatch(/^-r--r--r-- +1 0 +0 /);
      expect(asRead(text)).toBe(hex);
      await strategy.removeResource("secret", `${run}-x`);
      expect(await objects()).toEqual([]);
    });

    test("has the owner and mode of its reference, with the bits above 0777", async () => {
      await strategy.createResource(file("config"));
      const text = await read("config", { uid: "4000000000", gid: "7", mode: 0o4640 });
      expect(text).toMatch(/^-rwSr----- +1 4000000000 +7 /);
      expect(asRead(text)).toBe(hex);
      expect(await objects()).toEqual([`openfactory-config-4000000000-7-4640.${run}-x`, `openfactory-config.${run}-x`]);
      await strategy.removeResource("config", `${run}-x`);
      expect(await objects()).toEqual([]);
    });

    test("is still a file of the container after the engine restarted the container", async () => {
      await strategy.createResource(file("secret"));
      await strategy.deploy({ ...user("volume", `${run}-v`), mounts: [], secrets: [`${run}-x`] });
      await raw.call("POST", `/containers/${run}-user/restart?t=0`);
      const { stdout } = await runInside(raw, `${run}-user`, ["wc", "-c", `/run/secrets/${run}-x`]);
      expect(stdout).toMatch(/^256 /);
      await expect(strategy.removeResource("secret", `${run}-x`, { timeoutMs: 100 })).rejects.toMatchObject({
        code: "CONFLICT",
        message: expect.stringContaining(`container ${run}-user`),
      });
      // The engine itself also knows the user.
      expect((await raw.request("DELETE", `/volumes/openfactory-secret.${run}-x`)).status).toBe(409);
    });
  });
}
