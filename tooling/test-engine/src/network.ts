import { isIPv4 } from "node:net";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { mustRun, runCommand } from "./run-command.js";

/** A range of 256 IPv4 addresses. */
export interface Subnet {
  /** Such as `10.213.4.0/24`. */
  readonly cidr: string;
  /** The address with this last number, such as `10.213.4.1`. */
  address(last: number): string;
}

/** A free range between `10.213.0.0/24` and `10.213.255.0/24`. The search starts at a random one. */
export function freeSubnet(taken: string[] = [], start = Math.floor(Math.random() * 256)): Subnet {
  const used = [...taken, ...interfaceAddresses(), ...routes()].map(prefix);
  const numbers = Array.from({ length: 256 }, (_, index) => (start + index) % 256);
  const free = numbers.find((number) => !used.includes(`10.213.${number}`)) ?? start;
  return { cidr: `10.213.${free}.0/24`, address: (last) => `10.213.${free}.${last}` };
}

const prefix = (address: string) => address.split(".").slice(0, 3).join(".");

function interfaceAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map((one) => one.address));
}

/** The destinations of /proc/net/route, whose bytes are reversed. */
function routes(): string[] {
  try {
    const lines = readFileSync("/proc/net/route", "utf8").trim().split("\n").slice(1);
    return lines.map((line) => {
      const hex = line.split("\t")[1] ?? "";
      return [6, 4, 2, 0].map((at) => parseInt(hex.slice(at, at + 2), 16)).join(".");
    });
  } catch {
    return [];
  }
}

/** Name of the private engine's bridge. It contains a hash of the folder, so that other engines have another bridge. */
export const bridgeName = (folder: string) => `ofd${createHash("sha256").update(folder).digest("hex").slice(0, 8)}`;

/** Creates the bridge with a free address range. Uses busybox, since minimal systems have no `ip`. */
export async function createBridge(name: string): Promise<void> {
  if (!bridgeExists(name)) await mustRun("busybox", ["ip", "link", "add", "name", name, "type", "bridge"]);
  if (!networkInterfaces()[name]?.some((one) => isIPv4(one.address))) {
    await mustRun("busybox", ["ip", "addr", "add", `${freeSubnet().address(1)}/24`, "dev", name]);
  }
  await mustRun("busybox", ["ip", "link", "set", name, "up"]);
}

export async function removeBridge(name: string): Promise<void> {
  if (bridgeExists(name)) await runCommand("busybox", ["ip", "link", "del", name]);
}

const bridgeExists = (name: string) => existsSync(`/sys/class/net/${name}`);

/** The machine's packet filter before an engine changes it. */
export interface FirewallBefore {
  /** Whether another engine's chains existed. They are not removed. */
  readonly hadEngineChains: boolean;
  /** `-P FORWARD ...` by command. */
  readonly forwardPolicies: Record<string, string>;
  readonly ipForward: string;
}

const COMMANDS = ["iptables", "ip6tables"];
const TABLES = ["filter", "nat", "raw"];
const IP_FORWARD = "/proc/sys/net/ipv4/ip_forward";

/** Reads the packet filter before an engine starts. */
export async function readFirewall(): Promise<FirewallBefore> {
  const rules = await rulesOf("iptables", "filter");
  const forwardPolicies: Record<string, string> = {};
  for (const command of COMMANDS) {
    const policy = (await rulesOf(command, "filter")).find((rule) => rule.startsWith("-P FORWARD "));
    if (policy) forwardPolicies[command] = policy;
  }
  return {
    hadEngineChains: rules.some((rule) => rule.startsWith("-N DOCKER")),
    forwardPolicies,
    ipForward: readFileSync(IP_FORWARD, "utf8").trim(),
  };
}

/**
 * Removes the rules of an engine with this bridge. Also removes its chains and settings, unless another engine existed
 * before or runs now, which shares them.
 */
export async function restoreFirewall(before: FirewallBefore, bridge: string): Promise<void> {
  const isShared = before.hadEngineChains || anotherEngineRuns();
  for (const command of COMMANDS) {
    for (const table of TABLES) {
      await removeRules(command, table, new RegExp(`\\b${bridge}\\b`));
      if (!isShared) await removeEngineChains(command, table);
    }
    const policy = before.forwardPolicies[command];
    if (policy && !isShared) await runCommand(command, policy.split(" "));
  }
  if (!isShared) writeFileSync(IP_FORWARD, before.ipForward);
}

async function removeEngineChains(command: string, table: string): Promise<void> {
  const chains = (await rulesOf(command, table))
    .filter((rule) => rule.startsWith("-N DOCKER"))
    .map((rule) => rule.slice(3));
  // First remove the rules that refer to the chains, some of which are in other chains.
  await removeRules(command, table, /\bDOCKER|\bdocker_gwbridge\b|\bbr-[0-9a-f]{12}\b/);
  for (const flag of ["-F", "-X"]) {
    for (const chain of chains) await runCommand(command, ["-w", "-t", table, flag, chain]);
  }
}

async function removeRules(command: string, table: string, which: RegExp): Promise<void> {
  const rules = (await rulesOf(command, table)).filter((rule) => rule.startsWith("-A ") && which.test(rule));
  // The rules are quoted for a shell.
  for (const rule of rules) await runCommand("sh", ["-c", `${command} -w -t ${table} -D ${rule.slice("-A ".length)}`]);
}

function anotherEngineRuns(): boolean {
  return readdirSync("/proc").some((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      // A zombie has no executable.
      return readFileSync(`/proc/${pid}/comm`, "utf8") === "dockerd\n" && readlinkSync(`/proc/${pid}/exe`) !== "";
    } catch {
      return false;
    }
  });
}

async function rulesOf(command: string, table: string): Promise<string[]> {
  const listed = await runCommand(command, ["-w", "-t", table, "-S"]).catch(() => ({ code: 1, stdout: "" }));
  return listed.code === 0 ? listed.stdout.trim().split("\n") : [];
}
