import { fork } from "node:child_process";
import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { DeployRequest } from "@openfactory/deploy-core";
import { createEngine } from "@openfactory/docker-engine";
import { TEST_LABELS } from "@openfactory/docker-probes";
import { RawEngine, TEST_IMAGE } from "@openfactory/test-engine";
import { afterAll, expect, test } from "vitest";
import { LocalDockerDeploymentStrategy } from "@openfactory/strategy-local-docker";

/** `npm run test:all` sets 20. */
const KILLS = Number(process.env["KILLS"] ?? 3);
const FAST = { settleMs: 100, timeoutMs: 20_000 };
const host = process.env["DOCKER_HOST"] ?? "";
const raw = new RawEngine(host);
const strategy = new LocalDockerDeploymentStrategy(createEngine({ host }));
const name = `killed-${randomBytes(3).toString("hex")}`;
const port = 20_000 + Math.floor(Math.random() * 10_000);

const ours = async (): Promise<{ Id: string; Names: string[]; State: string; Labels: Record<string, string> }[]> => {
  const filters = encodeURIComponent(JSON.stringify({ name: [`^/?${name}`] }));
  return raw.call("GET", `/containers/json?all=1&filters=${filters}`);
};
afterAll(async () => {
  for (const { Id } of await ours()) await raw.request("DELETE", `/containers/${Id}?force=true&v=true`);
  await strategy.close();
});

const request = (version: number, withPort: boolean): DeployRequest => ({
  name,
  image: TEST_IMAGE,
  command: ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 1000 & wait $!; done"],
  env: [`VERSION=${version}`],
  labels: { ...TEST_LABELS, version: `${version}` },
  ...(withPort && { ports: { [port]: 80 } }),
});

/** Runs one call of the strategy in another process, and kills it after `ms` milliseconds. */
async function killedAfter(ms: number, call: "update" | "rollback", argument: unknown): Promise<void> {
  const child = fork(fileURLToPath(new URL("./killed-process.support.mjs", import.meta.url)), [host], {
    execArgv: [],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  await new Promise((resolve) => child.once("message", resolve));
  child.send({ call, argument, options: FAST });
  await delay(ms);
  child.kill("SIGKILL");
  await ended;
  await engineIsIdle();
}

/** The engine completes the last call of a killed process: a container may still appear. Waits until nothing changes. */
async function engineIsIdle(): Promise<void> {
  const observe = async (): Promise<string> =>
    JSON.stringify((await ours()).map(({ Id, Names, State }) => [Id, Names, State]).sort());
  for (let before = await observe(), sameSince = Date.now(); Date.now() - sameSince < 500; await delay(50)) {
    const now = await observe();
    if (now !== before) [before, sameSince] = [now, Date.now()];
  }
}

test(`update() recovers the service after each of ${KILLS} processes that were killed during an update or a rollback`, async () => {
  const began = Date.now();
  await strategy.deploy(request(1, false));
  await strategy.update(request(2, false), FAST);
  const whole = Date.now() - began;
  let version = 2;
  for (let kill = 0; kill < KILLS; kill++) {
    const withPort = kill % 2 === 1;
    const [call, argument] =
      kill % 4 < 2 ? (["update", request(++version, withPort)] as const) : (["rollback", name] as const);
    await killedAfter(Math.random() * whole, call, argument);
    const left = (await ours()).map(({ Names }) => Names[0]?.slice(1));
    const where = `kill ${kill} of ${call}, which left ${left.join(", ")}`;

    const listed = (await strategy.list()).filter((service) => service.name.startsWith(name));
    expect(
      listed.map((service) => service.name),
      where,
    ).toEqual([name]);
    expect((await strategy.inspect(name)).ids, where).toEqual(listed[0]?.ids);

    await strategy.update(request(++version, withPort), FAST);
    const after = (await ours()).sort((a, b) => ((a.Names[0] ?? "") < (b.Names[0] ?? "") ? -1 : 1));
    expect(
      after.map(({ Names, State }) => `${Names[0]} ${State}`),
      where,
    ).toEqual([`/${name} running`, `/${name}.previous exited`]);
    expect(after[0]?.Labels["version"], where).toBe(`${version}`);
    // The containers that list() found are the previous version now.
    expect(after[1]?.Id, where).toBe(listed[0]?.ids[0]);
  }
  await strategy.remove(name);
  expect(await ours()).toEqual([]);
});
