import { DeploymentError, type DeployRequest } from "@openfactory/deploy-core";
import { containerHost, QuadletDeploymentStrategy } from "@openfactory/example-strategy-quadlet";
import { afterAll, beforeAll, expect, test } from "vitest";
import { command, tryCommand } from "./command.js";

// Runs outside of the node, and reaches it as `--option container=...` does.
const node = process.env["QUADLET_NODE"] ?? "";
const strategy = new QuadletDeploymentStrategy(containerHost(node));
const inNode = (...words: string[]): Promise<string> => command(["docker", "exec", node, ...words]);

const run = ["sh", "-c", "trap 'exit 0' TERM; echo started; while :; do sleep 3600 & wait $!; done"];
const request = (name: string, part: Partial<DeployRequest> = {}): DeployRequest => ({
  name,
  image: "localhost/openfactory/contract:1",
  command: run,
  ...part,
});
const NAMES = ["boot-web", "boot-stopped", "boot-once", "boot-secret"];
const NETWORK = "boot-net";
const SECRET = "boot-key";

beforeAll(async () => {
  await strategy.createResource({ kind: "network", name: NETWORK, labels: {} });
  await strategy.createResource({ kind: "secret", name: SECRET, labels: {}, content: Buffer.from("the content") });
  await strategy.deploy(request("boot-web", { env: ["A=1", "B=two\nlines"], networks: [NETWORK], labels: { a: "b" } }));
  await strategy.deploy(request("boot-stopped"));
  await strategy.stop("boot-stopped");
  await strategy.deploy(request("boot-once", { command: ["sh", "-c", "exit 0"], restart: { Condition: "none" } }));
  const healthcheck = { Test: ["CMD-SHELL", "test -s /run/secrets/boot-key"], Interval: 500_000_000 };
  await strategy.deploy(request("boot-secret", { secrets: [SECRET], healthcheck }));
  for (const name of NAMES) await strategy.wait(name);
});

afterAll(async () => {
  for (const name of NAMES) await strategy.remove(name).catch(ignoreMissing);
  await strategy.removeResource("network", NETWORK).catch(ignoreMissing);
  await strategy.removeResource("secret", SECRET).catch(ignoreMissing);
});

const ignoreMissing = (error: unknown): void => {
  if (!DeploymentError.isInstance(error, "NOT_FOUND")) throw error;
};

const processOf = async (name: string): Promise<string | undefined> => (await strategy.inspect(name)).instances[0]?.id;
const settings = async () =>
  (await strategy.list()).map(({ name, settings: found, revision }) => ({ name, found, revision }));

test("a restart of the services of Podman, of the journal and of systemd itself restarts no process", async () => {
  const before = [await processOf("boot-web"), await processOf("boot-secret")];
  await inNode("systemctl", "restart", "systemd-journald.service");
  await tryCommand(["docker", "exec", node, "systemctl", "restart", "podman.service", "podman.socket"]);
  await inNode("systemctl", "daemon-reexec");
  await inNode("systemctl", "daemon-reload");
  expect([await processOf("boot-web"), await processOf("boot-secret")]).toEqual(before);
  expect(await strategy.inspect("boot-web")).toMatchObject({ state: "running" });
  // The output after the restart of the journal arrives.
  await strategy.restart("boot-web");
  const lines: string[] = [];
  for await (const { line } of strategy.logs("boot-web")) lines.push(line);
  expect(lines).toEqual(["started", "started"]);
});

test("after a boot of the machine, services run with their settings, and stopped ones stay stopped", async () => {
  const before = await settings();
  const process = await processOf("boot-web");
  await command(["docker", "restart", node]);
  await expect
    .poll(() => tryCommand(["docker", "exec", node, "systemctl", "is-active", "multi-user.target"]), {
      timeout: 120_000,
      interval: 500,
    })
    .toContain("active");
  expect(await strategy.wait("boot-web")).toMatchObject({ state: "running", replicas: { running: 1, desired: 1 } });
  expect(await strategy.wait("boot-secret")).toMatchObject({ state: "running" });
  expect(await processOf("boot-web")).not.toBe(process);
  expect(await strategy.inspect("boot-stopped")).toMatchObject({ state: "stopped" });
  expect(await strategy.inspect("boot-once")).toMatchObject({ replicas: { running: 0 } });
  expect(await settings()).toEqual(before);
  const environment = await inNode("podman", "exec", "boot-web", "cat", "/proc/1/environ");
  expect(environment.split("\0")).toEqual(expect.arrayContaining(["A=1", "B=two\nlines"]));
  expect(await inNode("podman", "exec", "boot-secret", "cat", "/run/secrets/boot-key")).toBe("the content");
  const labels = await inNode("podman", "inspect", '--format={{index .Config.Labels "a"}}', "boot-web");
  expect(labels.trim()).toBe("b");
});

test("after the boot, updates and rollbacks work, and a failed update leaves the service running", async () => {
  await strategy.update(request("boot-web", { env: ["A=2"], networks: [NETWORK] }));
  await strategy.rollback("boot-web");
  expect((await strategy.inspect("boot-web")).settings?.env).toEqual(["A=1", "B=two\nlines"]);
  const failing = strategy.update(request("boot-web", { command: ["sh", "-c", "exit 3"] }));
  await expect(failing).rejects.toMatchObject({ code: "TASK_FAILED", instance: { exitCode: 3 } });
  expect(await strategy.wait("boot-web")).toMatchObject({ state: "running" });
});

test("the update after an interrupted one keeps the version before it for a rollback", async () => {
  const folder = "/var/lib/openfactory-quadlet/boot-web";
  await strategy.update(request("boot-web", { env: ["A=3"], networks: [NETWORK] }));
  // As if the process had been killed after it wrote the new unit.
  await inNode("cp", `${folder}/previous.unit`, `${folder}/replaced.unit`);
  expect(await strategy.inspect("boot-web")).toMatchObject({ unfinished: true });
  await strategy.update(request("boot-web", { env: ["A=4"], networks: [NETWORK] }));
  const { unfinished, settings: found } = await strategy.inspect("boot-web");
  expect([unfinished, found?.env]).toEqual([undefined, ["A=4"]]);
  await strategy.rollback("boot-web");
  expect((await strategy.inspect("boot-web")).settings?.env).toEqual(["A=1", "B=two\nlines"]);
  const versions = await inNode("sh", "-c", `ls ${folder}/*.json | wc -l`);
  expect(versions.trim(), "versions with environment files").toBe("2");
});

test("no value of a variable is in a unit file, in an argument of a process or in the journal", async () => {
  const value = "s3cr3t-of-the-boot-test";
  await strategy.update(request("boot-web", { env: [`PASSWORD=${value}`, `KEY=${value}\nmore`] }));
  const units = await inNode("sh", "-c", "cat /etc/containers/systemd/*.container /run/systemd/generator/*.service");
  const processes = await inNode("sh", "-c", "for p in /proc/[0-9]*; do tr '\\0' ' ' < $p/cmdline; echo; done");
  const journal = await inNode("journalctl", "--output=json", "--all");
  for (const [where, text] of Object.entries({ units, processes, journal }))
    expect(text.includes(value), where).toBe(false);
  const modes = await inNode("sh", "-c", "stat -c %a /var/lib/openfactory-quadlet/boot-web/*");
  expect(new Set(modes.trim().split("\n"))).toEqual(new Set(["600"]));
});

test("remove() leaves no file, container, secret or unit behind", async () => {
  for (const name of NAMES) await strategy.remove(name);
  expect(await strategy.list()).toEqual([]);
  expect((await inNode("podman", "ps", "--all", "--quiet")).trim()).toBe("");
  expect(
    await tryCommand(["docker", "exec", node, "sh", "-c", "ls /etc/containers/systemd/boot-*.container"]),
  ).toBeUndefined();
  expect(
    await tryCommand(["docker", "exec", node, "sh", "-c", "ls -d /var/lib/openfactory-quadlet/boot-*"]),
  ).toBeUndefined();
});
