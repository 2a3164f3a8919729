import { readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { runCommand } from "./run-command.js";

/** What an engine changes of the machine's packet filter, as it was before. */
export interface FirewallBefore {
  /** Another engine's chains were there: they stay, with all that is in them. */
  readonly hadEngineChains: boolean;
  /** `-P FORWARD ...` of each family. */
  readonly forwardPolicies: Record<string, string>;
  readonly ipForward: string;
}

const FAMILIES = ["iptables", "ip6tables"];
const TABLES = ["filter", "nat", "raw"];
const IP_FORWARD = "/proc/sys/net/ipv4/ip_forward";

/** Looks at the packet filter before an engine starts. */
export async function readFirewall(): Promise<FirewallBefore> {
  const rules = await rulesOf("iptables", "filter");
  const forwardPolicies: Record<string, string> = {};
  for (const family of FAMILIES) {
    const policy = (await rulesOf(family, "filter")).find((rule) => rule.startsWith("-P FORWARD "));
    if (policy) forwardPolicies[family] = policy;
  }
  return {
    hadEngineChains: rules.some((rule) => rule.startsWith("-N DOCKER")),
    forwardPolicies,
    ipForward: readFileSync(IP_FORWARD, "utf8").trim(),
  };
}

/**
 * Takes away the rules that an engine with this bridge left, and its chains and settings too, unless another
 * engine was there before or runs now: those are shared.
 */
export async function restoreFirewall(before: FirewallBefore, bridge: string): Promise<void> {
  const isShared = before.hadEngineChains || anotherEngineRuns();
  for (const family of FAMILIES) {
    for (const table of TABLES) {
      await removeRules(family, table, new RegExp(`\\b${bridge}\\b`));
      if (!isShared) await removeEngineChains(family, table);
    }
    const policy = before.forwardPolicies[family];
    if (policy && !isShared) await runCommand(family, policy.split(" "));
  }
  if (!isShared) writeFileSync(IP_FORWARD, before.ipForward);
}

async function removeEngineChains(family: string, table: string): Promise<void> {
  const chains = (await rulesOf(family, table))
    .filter((rule) => rule.startsWith("-N DOCKER"))
    .map((rule) => rule.slice(3));
  // First the rules, which refer to the chains and of which some stand outside them.
  await removeRules(family, table, /\bDOCKER|\bdocker_gwbridge\b|\bbr-[0-9a-f]{12}\b/);
  for (const flag of ["-F", "-X"]) {
    for (const chain of chains) await runCommand(family, ["-w", "-t", table, flag, chain]);
  }
}

async function removeRules(family: string, table: string, which: RegExp): Promise<void> {
  const rules = (await rulesOf(family, table)).filter((rule) => rule.startsWith("-A ") && which.test(rule));
  // The listing quotes as a shell does.
  for (const rule of rules) await runCommand("sh", ["-c", `${family} -w -t ${table} -D ${rule.slice("-A ".length)}`]);
}

function anotherEngineRuns(): boolean {
  return readdirSync("/proc").some((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      // A zombie has no executable any more.
      return readFileSync(`/proc/${pid}/comm`, "utf8") === "dockerd\n" && readlinkSync(`/proc/${pid}/exe`) !== "";
    } catch {
      return false;
    }
  });
}

async function rulesOf(family: string, table: string): Promise<string[]> {
  const listed = await runCommand(family, ["-w", "-t", table, "-S"]).catch(() => ({ code: 1, stdout: "" }));
  return listed.code === 0 ? listed.stdout.trim().split("\n") : [];
}
