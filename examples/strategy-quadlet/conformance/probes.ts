import { execFile } from "node:child_process";
import type { ContractProbes, ObservedInstance, ObservedSettings } from "@openfactory/strategy-contract-tests";
import { command, tryCommand } from "./command.js";
import type { Json } from "./json.js";
import { runSettings } from "./run-settings.js";

/** What systemd says about a service. */
async function unit(name: string): Promise<ReadonlyMap<string, string>> {
  const output = await command(["systemctl", "show", "--timestamp=unix", "--", `${name}.service`]);
  return new Map(output.split("\n").map((line) => line.split(/=(.*)/s).slice(0, 2) as [string, string]));
}

/** The container with exactly this name. */
async function container(name: string): Promise<Json | undefined> {
  const found = await tryCommand(["podman", "container", "inspect", name]);
  const one = found === undefined ? undefined : JSON.parse(found)[0];
  return one?.Name === name ? one : undefined;
}

/** The arguments of a service's `podman run`, as systemd starts it. */
async function runArguments(name: string): Promise<string[]> {
  const escaped = `${name}.service`.replaceAll(/[^a-zA-Z0-9]/g, (char) => `_${char.charCodeAt(0).toString(16)}`);
  const first = /^[0-9]/.test(name) ? `_${name.charCodeAt(0).toString(16)}${escaped.slice(1)}` : escaped;
  const path = `/org/freedesktop/systemd1/unit/${first}`;
  const get = ["busctl", "--json=short", "get-property", "org.freedesktop.systemd1", path];
  const answer = JSON.parse(await command([...get, "org.freedesktop.systemd1.Service", "ExecStart"]));
  return (answer.data[0]?.[1] as string[] | undefined) ?? [];
}

/** Whether systemd has a service with that name from a Quadlet file. */
const isQuadlet = (state: ReadonlyMap<string, string>, name: string): boolean =>
  state.get("LoadState") === "loaded" && state.get("SourcePath") === `/etc/containers/systemd/${name}.container`;

async function settings(name: string): Promise<ObservedSettings | undefined> {
  const state = await unit(name);
  if (!isQuadlet(state, name)) return undefined;
  const [words, inspected] = await Promise.all([runArguments(name), container(name)]);
  const image = await tryCommand([
    "podman",
    "image",
    "inspect",
    words.find((word) => word.startsWith("localhost/")) ?? "",
  ]);
  const names: string[] = (inspected?.Mounts ?? []).flatMap(({ Name }: Json) => Name ?? []);
  const found = await Promise.all(names.map((volume) => tryCommand(["podman", "volume", "inspect", volume])));
  const volumes = new Map(names.map((volume, index) => [volume, JSON.parse(found[index] ?? "[]")[0] as Json]));
  return runSettings(words, state, inspected, image === undefined ? undefined : JSON.parse(image)[0], volumes);
}

async function instances(name: string): Promise<ObservedInstance[]> {
  const [state, found] = await Promise.all([unit(name), container(name)]);
  const invocation = state.get("InvocationID") ?? "";
  if (found?.State.Running) {
    const health = found.State.Health?.Status;
    return [{ id: found.Id, running: true, process: invocation, ...(health && { health }) }];
  }
  // Quadlet removes the container of a process that ended; systemd keeps its exit code.
  if (!isQuadlet(state, name) || invocation === "" || Number(state.get("ExecMainExitTimestampMonotonic")) === 0)
    return [];
  return [{ id: invocation, running: false, process: invocation, exitCode: Number(state.get("ExecMainStatus")) }];
}

/** The lines of all containers with that name, from the journal. */
async function output(name: string): Promise<string[]> {
  const json = await command([
    "journalctl",
    "--output=json",
    "--all",
    "--quiet",
    `CONTAINER_NAME=${name}`,
    "_COMM=conmon",
  ]);
  const parts: string[] = [];
  let open = false;
  for (const line of json.split("\n").filter(Boolean)) {
    const { MESSAGE, CONTAINER_PARTIAL_MESSAGE } = JSON.parse(line);
    const text = (Array.isArray(MESSAGE) ? Buffer.from(MESSAGE).toString() : String(MESSAGE ?? "")).replace(/\n$/, "");
    if (open) parts[parts.length - 1] += text;
    else parts.push(text);
    open = CONTAINER_PARTIAL_MESSAGE === "true";
  }
  return parts;
}

export const quadletProbes: ContractProbes = {
  settings,
  async names() {
    // It fails without any such unit.
    const words = ["systemctl", "list-unit-files", "--no-legend", "--plain", "--state=generated", "*.service"];
    const listed = (await tryCommand(words)) ?? "";
    const units = listed.split("\n").flatMap((line) => /^(.+)\.service\s/.exec(line)?.[1] ?? []);
    const containers = (await command(["podman", "ps", "--all", "--format={{.Names}}"])).split("\n").filter(Boolean);
    return [...new Set([...units, ...containers])];
  },
  instances,
  output,
  exec: (name, words) =>
    new Promise((resolve, reject) => {
      execFile("podman", ["exec", name, ...words], (error, stdout, stderr) => {
        const code = error === null ? 0 : error.code;
        if (typeof code === "number") resolve({ exitCode: code, output: stdout + stderr });
        else reject(error);
      });
    }),
  async stop(name) {
    await command(["systemctl", "stop", "--", `${name}.service`]);
  },
  get: async (port) => (await fetch(`http://127.0.0.1:${port}/`)).text(),
  getAt: async (address, port) => (await fetch(`http://${address}:${port}/`)).text(),
};
