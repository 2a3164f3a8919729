import {
  compareVersions,
  DeploymentError,
  type Diagnosis,
  type DiagnoseOptions,
  throwIfAborted,
} from "@openfactory/deploy-core";
import { must } from "./node/commands.js";
import type { Host } from "./node/host.js";

/** The oldest Podman whose Quadlet has all keys that the units use. */
const MIN_PODMAN = "5.4";

/** Checks what deploys need: systemd, Podman with Quadlet, and networks. */
export async function diagnose(host: Host, { networks = [], signal }: DiagnoseOptions): Promise<Diagnosis[]> {
  throwIfAborted(signal);
  const systemd = await check("systemd", async () => {
    const version = (await must(host, ["systemctl", "--version"], { signal })).split("\n")[0] ?? "";
    await must(host, ["systemctl", "show", "--property=Version"], { signal });
    return { state: "ok", detail: `${version} runs on ${host.name}.` };
  });
  const podman = await check("Podman", async () => {
    const version = (await must(host, ["podman", "version", "--format={{.Version}}"], { signal })).trim();
    if (compareVersions(version, MIN_PODMAN) >= 0) return { state: "ok", detail: `Podman ${version}.` };
    return {
      state: "failed",
      detail: `Podman ${version} is older than ${MIN_PODMAN}.`,
      hint: "Install a newer Podman.",
    };
  });
  if (podman.state === "failed") return [systemd, podman];
  const existing = new Set(
    (await must(host, ["podman", "network", "ls", "--format={{.Name}}"], { signal })).split("\n"),
  );
  const found = networks.map((network): Diagnosis => {
    const name = `network ${network}`;
    if (existing.has(network)) return { check: name, state: "ok", detail: `The network ${network} exists.` };
    const hint = `Create it: \`podman network create ${network}\`.`;
    return { check: name, state: "failed", detail: `The network ${network} does not exist.`, hint };
  });
  return [systemd, podman, ...found];
}

async function check(name: string, work: () => Promise<Omit<Diagnosis, "check">>): Promise<Diagnosis> {
  try {
    return { check: name, ...(await work()) };
  } catch (error) {
    if (!DeploymentError.isInstance(error) || error.code === "ABORTED") throw error;
    return {
      check: name,
      state: "failed",
      detail: error.message.replace(/\.?$/, "."),
      ...(error.hint && { hint: error.hint }),
    };
  }
}
