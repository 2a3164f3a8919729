import { spawn } from "node:child_process";
import { existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { installPackages } from "./debian-packages.js";
import { type Log, TestEngineError } from "./errors-and-log.js";
import { emptyEngine } from "./leftovers.js";
import { identify, isAlive, type ProcessIdentity } from "./locks.js";
import {
  bridgeName,
  type FirewallBefore,
  createBridge,
  readFirewall,
  removeBridge,
  restoreFirewall,
} from "./network.js";
import { ping, RawEngine } from "./raw-engine.js";
import { systemPath, unmountBelow } from "./run-command.js";
import type { Settings } from "./settings.js";

const PACKAGES = ["docker.io", "iptables", "busybox-static"];
const START_LIMIT = 60_000;
const STOP_LIMIT = 30_000;

/** The content of the state file, which the process that stops the engine reads. */
interface State {
  readonly processes: ProcessIdentity[];
  readonly firewall: FirewallBefore;
}

/** The private engine's address. */
export const privateHost = (at: Settings) => `unix://${join(at.run, "docker.sock")}`;

/** The private engine, if it runs. */
export async function findPrivateEngine(at: Settings): Promise<RawEngine | undefined> {
  const engine = new RawEngine(privateHost(at));
  return (await ping(engine)) ? undefined : engine;
}

/**
 * Starts an engine with its own data, sockets, containerd and bridge; installs the required packages. The caller holds the lock.
 * @throws TestEngineError with the end of the engine's log if it does not start
 */
export async function startPrivateEngine(at: Settings, log: Log): Promise<RawEngine> {
  await installPackages(PACKAGES, "a private Docker Engine to test on", log);
  const wasKilled = existsSync(stateFile(at));
  await stopPrivateEngine(at);
  const firewall = await readFirewall();
  const processes: ProcessIdentity[] = [];
  const remember = () => writeFileSync(stateFile(at), JSON.stringify({ processes, firewall } satisfies State));
  remember();
  try {
    await createBridge(bridgeName(at.dir));
    const engine = new RawEngine(privateHost(at));
    for (const [command, config, settings] of [containerd(at), dockerd(at)]) {
      writeFileSync(config, settings);
      processes.push(startDaemon(at, command, config));
      remember();
      if (command === "containerd") await until(at, command, processes, () => existsSync(containerdSocket(at)));
    }
    await until(at, "dockerd", processes, async () => (await ping(engine)) === undefined);
    // An engine that was killed restores its containers and networks.
    if (wasKilled) await emptyEngine(engine);
    return engine;
  } catch (error) {
    await stopPrivateEngine(at);
    throw error;
  }
}

/** Stops the private engine and its processes, and removes its resources except images. The caller holds the lock. */
export async function stopPrivateEngine(at: Settings): Promise<void> {
  if (!existsSync(stateFile(at))) return;
  const state = JSON.parse(readFileSync(stateFile(at), "utf8")) as State;
  const engine = await findPrivateEngine(at);
  if (engine) await emptyEngine(engine);
  for (const process of state.processes.toReversed()) await stop(process, STOP_LIMIT);
  for (const process of leftoverShims(at)) await stop(process, 0);
  await unmountBelow(at.dir);
  await removeBridge(bridgeName(at.dir));
  await restoreFirewall(state.firewall, bridgeName(at.dir));
  for (const name of ["docker.sock", "docker.pid", "containerd.sock", "containerd.sock.ttrpc", "exec", "containerd"]) {
    rmSync(join(at.run, name), { recursive: true, force: true });
  }
  rmSync(stateFile(at), { force: true });
}

const stateFile = (at: Settings) => join(at.run, "engine.json");
const logFile = (at: Settings, name: string) => join(at.run, `${name}.log`);
const containerdSocket = (at: Settings) => join(at.run, "containerd.sock");

/** A separate containerd. In the system's containerd, the engine would share the namespace of the user's engine. */
function containerd(at: Settings): [command: string, config: string, settings: string] {
  const root = join(at.data, "containerd");
  mkdirSync(root, { recursive: true });
  const settings = [
    "version = 2",
    `root = ${JSON.stringify(root)}`,
    `state = ${JSON.stringify(join(at.run, "containerd"))}`,
    'disabled_plugins = ["io.containerd.grpc.v1.cri"]',
    `[grpc]\naddress = ${JSON.stringify(containerdSocket(at))}`,
  ];
  return ["containerd", join(at.run, "containerd.toml"), `${settings.join("\n")}\n`];
}

/** All settings are in a separate file, so that /etc/docker/daemon.json is not used. */
function dockerd(at: Settings): [command: string, config: string, settings: string] {
  const settings = {
    hosts: [privateHost(at)],
    "data-root": join(at.data, "docker"),
    "exec-root": join(at.run, "exec"),
    pidfile: join(at.run, "docker.pid"),
    containerd: containerdSocket(at),
    bridge: bridgeName(at.dir),
    "shutdown-timeout": 5,
    // Docker's own ranges have room for 31 networks, and tests run at the same time.
    "default-address-pools": [{ base: "10.214.0.0/16", size: 24 }],
  };
  return ["dockerd", join(at.run, "dockerd.json"), JSON.stringify(settings, undefined, 2)];
}

/**
 * Settings of the engine's Go runtime: it collects garbage only above this limit. The engine starts itself again two or three
 * times for each container, and these short processes would spend a quarter of their time on garbage.
 */
export const GO_MEMORY = { GOGC: "off", GOMEMLIMIT: "192MiB" };

/** Detached from Ctrl-C, so that the engine stops only after its containers are removed. */
function startDaemon(at: Settings, command: string, config: string): ProcessIdentity {
  const log = openSync(logFile(at, command), "w");
  const flag = command === "dockerd" ? "--config-file" : "--config";
  const child = spawn(command, [flag, config], {
    detached: true,
    stdio: ["ignore", log, log],
    env: { ...process.env, ...GO_MEMORY, PATH: systemPath },
  });
  child.on("error", () => {});
  child.unref();
  const started = child.pid === undefined ? undefined : identify(child.pid);
  if (!started) throw new TestEngineError(`Could not start ${command}. Check that it is installed and on the PATH.`);
  return started;
}

async function until(
  at: Settings,
  name: string,
  processes: ProcessIdentity[],
  ready: () => boolean | Promise<boolean>,
): Promise<void> {
  const deadline = Date.now() + START_LIMIT;
  while (!(await ready())) {
    if (Date.now() > deadline || !processes.every(isAlive)) {
      const tail = readFileSync(logFile(at, name), "utf8").trim().split("\n").slice(-8).join("\n  ");
      throw new TestEngineError(
        `The private engine's ${name} did not start. The end of ${logFile(at, name)}:\n  ${tail}`,
      );
    }
    await sleep(50);
  }
}

async function stop(process: ProcessIdentity, timeout: number): Promise<void> {
  if (timeout > 0) signal(process, "SIGTERM");
  for (const deadline = Date.now() + timeout; Date.now() < deadline && isAlive(process);) await sleep(50);
  signal(process, "SIGKILL");
  while (isAlive(process)) await sleep(20);
}

function signal(target: ProcessIdentity, name: NodeJS.Signals): void {
  try {
    if (isAlive(target)) process.kill(target.pid, name);
  } catch {
    // It ended in the meantime.
  }
}

/** Container shims that outlived the engine, recognized by the socket of the private containerd. */
function leftoverShims(at: Settings): ProcessIdentity[] {
  const ours = readdirSync("/proc").filter(
    (name) => /^\d+$/.test(name) && commandLine(name).includes(containerdSocket(at)),
  );
  return ours.flatMap((name) => identify(Number(name)) ?? []).filter(({ pid }) => pid !== process.pid);
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}
