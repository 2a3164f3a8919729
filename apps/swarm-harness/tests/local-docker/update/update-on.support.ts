import { randomBytes } from "node:crypto";
import type { DeployRequest, ProgressEvent } from "@openfactory/deploy-core";
import { createEngine } from "@openfactory/docker-engine";
import { containerProbes, execIn, TEST_LABELS } from "@openfactory/docker-probes";
import { RawEngine, TEST_IMAGE } from "@openfactory/test-engine";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { LocalDockerDeploymentStrategy } from "@openfactory/strategy-local-docker";

const untilStopped = (setUp = ":") => [
  "sh",
  "-c",
  `trap 'exit 0' TERM; ${setUp}; while :; do sleep 1000 & wait $!; done`,
];
const FAST = { settleMs: 200, timeoutMs: 20_000 };

/** The update order, which depends on the host ports of the request. */
const orders = ["start-first", "stop-first"] as const;

type Part = Partial<Omit<DeployRequest, "ports">> & { ports?: Record<number, number> };

interface Seen {
  id: string;
  running: boolean;
  startedAt: string;
  policy: string;
}

interface EngineUnderTest {
  host: string;
  close(): Promise<void>;
}

/** Tests updates and rollbacks on a real engine: names, failures, and aborts at any event unless `aborts` is false. */
export function updatesOn(engineAt: () => Promise<EngineUnderTest>, { aborts = true } = {}): void {
  const run = `upd-${randomBytes(3).toString("hex")}`;
  const [name, network] = [`${run}-s`, `${run}-n`];
  const port = 20_000 + Math.floor(Math.random() * 10_000);
  let raw: RawEngine;
  let strategy: LocalDockerDeploymentStrategy;
  let close: () => Promise<void>;

  beforeAll(async () => {
    const engine = await engineAt();
    close = engine.close;
    raw = new RawEngine(engine.host);
    strategy = new LocalDockerDeploymentStrategy(createEngine({ host: engine.host }));
    await raw.call("POST", "/networks/create", { Name: network, Labels: TEST_LABELS });
  });
  const ours = async () => {
    const filters = encodeURIComponent(JSON.stringify({ name: [`^/?${run}`] }));
    return (await raw.call("GET", `/containers/json?all=1&filters=${filters}`)) as {
      Id: string;
      Names: string[];
      State: string;
    }[];
  };
  afterEach(async () => {
    for (const { Id } of await ours()) await raw.request("DELETE", `/containers/${Id}?force=true&v=true`);
  });
  afterAll(async () => {
    await raw.request("DELETE", `/networks/${network}`);
    await strategy.close();
    await close();
  });

  const version = (number: number, part: Partial<DeployRequest> = {}): DeployRequest => ({
    name,
    image: TEST_IMAGE,
    command: untilStopped(`echo version ${number}`),
    env: [`VERSION=${number}`],
    labels: { ...TEST_LABELS, version: `${number}` },
    networks: [network],
    ...part,
  });
  const versionFor = (order: (typeof orders)[number], number: number, part: Part = {}) =>
    version(number, order === "start-first" ? part : { ...part, ports: { ...part.ports, [port]: 81 } });

  /** The containers of the test by name. */
  const existing = async (): Promise<Record<string, Seen>> => {
    const seen = await Promise.all(
      (await ours()).map(async ({ Id }): Promise<[string, Seen]> => {
        const { Name, State, HostConfig } = await raw.call("GET", `/containers/${Id}/json`);
        const { Running: running, StartedAt: startedAt } = State;
        return [Name.slice(1), { id: Id, running, startedAt, policy: HostConfig.RestartPolicy.Name }];
      }),
    );
    return Object.fromEntries(seen);
  };
  const addressOf = async (id: string) => {
    const { NetworkSettings } = await raw.call("GET", `/containers/${id}/json`);
    return NetworkSettings.Networks[network].IPAddress as string;
  };
  /** The address to which a name resolves in another container on the network. */
  const resolve = async (asked: string): Promise<string | undefined> => {
    const { output } = await execIn(raw, `${run}-probe`, ["ping", "-c", "1", "-W", "2", asked]);
    return /\(([\d.]+)\)/.exec(output)?.[1];
  };

  describe.each(orders)("%s", (order) => {
    test("the name of a service resolves to the current version before and after an update, and after a rollback", async () => {
      await strategy.deploy(versionFor(order, 1));
      await raw.call("POST", `/containers/create?name=${run}-probe`, {
        Image: TEST_IMAGE,
        Cmd: untilStopped(),
        Labels: TEST_LABELS,
        HostConfig: { NetworkMode: network },
      });
      await raw.call("POST", `/containers/${run}-probe/start`);
      const {
        ids: [first = ""],
      } = await strategy.inspect(name);
      expect(await resolve(name)).toBe(await addressOf(first));

      const {
        ids: [second = ""],
      } = await strategy.update(versionFor(order, 2), FAST);
      expect(await resolve(name)).toBe(await addressOf(second));
      expect(await existing()).toMatchObject({
        [name]: { id: second, running: true, policy: "unless-stopped" },
        [`${name}.previous`]: { id: first, running: false, policy: "no" },
      });
      expect(await strategy.inspect(name)).toMatchObject({
        ids: [second],
        settings: { env: ["VERSION=2"] },
        previous: { labels: { version: "1" } },
      });

      const { ids } = await strategy.rollback(name, FAST as object);
      expect(ids).toEqual([first]);
      expect(await resolve(name)).toBe(await addressOf(first));
      expect(await existing()).toMatchObject({
        [name]: { id: first, running: true, policy: "unless-stopped" },
        [`${name}.previous`]: { id: second, running: false, policy: "no" },
      });
      await strategy.wait(name);
      expect((await strategy.list()).map((service) => service.name).filter((each) => each.startsWith(name))).toEqual([
        name,
      ]);
      await strategy.remove(name);
      expect(Object.keys(await existing())).toEqual([`${run}-probe`]);
    });

    if (aborts) {
      test("an abort at any event leaves the service unchanged", async () => {
        await strategy.deploy(versionFor(order, 1));
        await strategy.update(versionFor(order, 2), FAST);
        for (const change of ["update", "rollback"] as const) {
          for (let at = 1; ; at++) {
            const before = await existing();
            const controller = new AbortController();
            const events: string[] = [];
            const observer = (event: ProgressEvent): void => {
              if (events.push(event.type === "step" ? event.step : event.type) === at) controller.abort();
            };
            const options = { ...FAST, observer, signal: controller.signal };
            const changing =
              change === "update" ? strategy.update(versionFor(order, 3), options) : strategy.rollback(name, options);
            const aborted = await changing.then(
              () => false,
              (error: unknown) => (error as { code: string }).code,
            );
            if (events.length < at) {
              expect(aborted).toBe(false);
              break;
            }
            expect(aborted, `${change}, event ${at}: ${events[at - 1]}`).toBe("ABORTED");
            expectSame(await existing(), before, events);
          }
        }
      });
    }

    test("any failure leaves the service unchanged", async () => {
      const other = {
        name: `${run}-other`,
        image: TEST_IMAGE,
        command: untilStopped(),
        ports: { [port + 1]: 80 },
        labels: TEST_LABELS,
      };
      await strategy.deploy(other);
      await strategy.deploy(versionFor(order, 1));
      await strategy.update(versionFor(order, 2), FAST);
      for (const [title, part, code] of failures) {
        const before = await existing();
        const events: string[] = [];
        const observer = (event: ProgressEvent): void =>
          void events.push(event.type === "step" ? event.step : event.type);
        // Only a failure by the time limit has a short one: on a busy machine, a process takes long to fail.
        const timeoutMs = code === "TIMEOUT" ? 4_000 : 60_000;
        const failing = strategy.update(versionFor(order, 3, part), { settleMs: 2_000, timeoutMs, observer });
        await expect(failing, title).rejects.toMatchObject({ code, service: name, strategy: "docker" });
        expectSame(await existing(), before, events);
      }
      await strategy.wait(name);
    });
  });

  const failures: [string, Part, string][] = [
    [
      "the process exits at once",
      { command: ["sh", "-c", "echo it broke; exit 3"], restart: { Condition: "none" } },
      "TASK_FAILED",
    ],
    ["the process is in a crash loop", { command: ["sh", "-c", "exit 3"] }, "TASK_FAILED"],
    ["a missing program", { command: ["/no/such/program"] }, "TASK_FAILED"],
    ["the health check never passes", { healthcheck: { Test: "exit 1", Interval: 2e8, Retries: 100 } }, "TIMEOUT"],
    ["the service is unhealthy", { healthcheck: { Test: "exit 1", Interval: 2e8, Retries: 1 } }, "TASK_FAILED"],
    ["a missing image", { image: "openfactory/no-such-image:1" }, "IMAGE_NOT_FOUND"],
    ["a missing network", { networks: [network, "no-such-network"] }, "NETWORK_NOT_FOUND"],
    ["a host port of another service", { ports: { [port + 1]: 80 } }, "CONFLICT"],
    ["a limit that the engine refuses", { resources: { Limits: { MemoryBytes: 1024 } } }, "INVALID_REQUEST"],
  ];

  /** Expects the same containers in the same state. A container that was stopped may have been started again. */
  const expectSame = (now: Record<string, Seen>, before: Record<string, Seen>, events: readonly string[]): void => {
    const started = events.includes("stop") || events.includes("rollback");
    const state = (all: Record<string, Seen>) =>
      Object.entries(all).map(([each, one]) => (started ? [each, { ...one, startedAt: "" }] : [each, one]));
    expect(Object.fromEntries(state(now))).toEqual(Object.fromEntries(state(before)));
  };

  test("each version has its own anonymous volumes", async () => {
    const mounts = [{ Target: "/data" }];
    const writing = (number: number) =>
      version(number, { mounts, command: untilStopped(`echo ${number} >> /data/file`) });
    const read = async () => (await execIn(raw, name, ["cat", "/data/file"])).output.trim();
    await strategy.deploy(writing(1));
    await strategy.update(writing(2), FAST);
    expect(await read()).toBe("2");
    await strategy.rollback(name, FAST as object);
    expect(await read()).toBe("1\n1");
  });

  test("two versions never run at the same time if they share a volume", async () => {
    const volume = `${run}-v`;
    const mounts = [{ Source: volume, Target: "/data", VolumeOptions: { Labels: TEST_LABELS } }];
    // A second process would find the file of the first one, and exit.
    const script = "[ -e /data/busy ] && exit 9; touch /data/busy; trap 'rm /data/busy; exit 0' TERM";
    const careful = (number: number) =>
      version(number, { mounts, command: ["sh", "-c", `${script}; while :; do sleep 1000 & wait $!; done`] });
    await strategy.deploy(careful(1));
    await strategy.update(careful(2), FAST);
    await strategy.rollback(name, FAST as object);
    expect(await strategy.inspect(name)).toMatchObject({ state: "running", settings: { env: ["VERSION=1"] } });
    await strategy.remove(name);
    await raw.request("DELETE", `/volumes/${volume}`);
  });

  test("a rollback joins a network that was removed and created again", async () => {
    const passing = `${run}-passing`;
    const make = () => raw.call("POST", "/networks/create", { Name: passing, Labels: TEST_LABELS });
    const { Id } = await make();
    await strategy.deploy(version(1, { networks: [network, passing] }));
    await strategy.update(version(2), FAST);
    await raw.call("DELETE", `/networks/${Id}`);
    await expect(strategy.rollback(name, FAST as object)).rejects.toMatchObject({
      code: "NETWORK_NOT_FOUND",
      service: name,
    });
    expect(await strategy.inspect(name)).toMatchObject({ state: "running", settings: { env: ["VERSION=2"] } });
    await make();
    await strategy.rollback(name, FAST as object);
    expect(await strategy.inspect(name)).toMatchObject({
      state: "running",
      settings: { networks: [network, passing].sort() },
    });
    await strategy.remove(name);
    await raw.request("DELETE", `/networks/${passing}`);
  });

  test("logs() returns the lines of the current version only", async () => {
    const probes = containerProbes(raw);
    await strategy.deploy(version(1));
    await strategy.update(version(2), FAST);
    const lines: string[] = [];
    for await (const { line, instance } of strategy.logs(name)) lines.push(`${instance}: ${line}`);
    expect(lines).toEqual([`${name}: version 2`]);
    expect(await probes.names()).toEqual(expect.not.arrayContaining([`${name}.previous`]));
  });
}
