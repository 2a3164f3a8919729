import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ensureEngine, logToStderr, type RawEngine, settings } from "@openfactory/test-engine";
import { createSwarm, type Swarm, type SwarmOptions } from "./create-swarm.js";
import { answers, attachNode, type Node, type NodeIdentity } from "./node.js";
import { removeNodes } from "./node-resources.js";

/** A swarm of the pool, as its file describes it. */
interface PooledSwarm {
  readonly name: string;
  readonly gateway: string;
  readonly network: string;
  readonly managers: number;
  readonly nodes: readonly NodeIdentity[];
}

/** Networks that an engine and its swarm create. */
const BUILT_IN_NETWORKS = ["bridge", "host", "none", "ingress", "docker_gwbridge"];
const EMPTY_TIMEOUT_MS = 30_000;

/**
 * Returns an empty swarm: one that an earlier test file of the same run has given back, or a new one. `down` empties it and
 * gives it back; the end of the test run removes it. For tests that leave the nodes themselves as they are: tests that kill,
 * disconnect or drain nodes, or need nodes without images, use `createSwarm`.
 * @throws TestEngineError as `createSwarm`
 */
export async function shareSwarm(options: Omit<SwarmOptions, "name"> = {}): Promise<Swarm> {
  const { engine: version = "20.10", nodes = 3, managers = 1, images = [], log = logToStderr } = options;
  const folder = join(settings().run, "swarms");
  mkdirSync(folder, { recursive: true });
  const key = `${version}-${nodes}-${managers}`;
  const hostEngine = await ensureEngine({ log });

  const share = (swarm: Swarm): Swarm => {
    const file = (state: "free" | "used"): string => join(folder, `${state}-${key}-${swarm.name}.json`);
    writeFileSync(file("used"), JSON.stringify(describe(swarm)));
    return {
      ...swarm,
      async down() {
        try {
          await empty(swarm);
          renameSync(file("used"), file("free"));
        } catch (error) {
          log(`Swarm ${swarm.name} could not be emptied, and is removed: ${String(error)}`);
          rmSync(file("used"), { force: true });
          await removeNodes(hostEngine.api, swarm.name);
        } finally {
          await hostEngine.release();
        }
      },
    };
  };

  try {
    for (const name of readdirSync(folder).filter((entry) => entry.startsWith(`free-${key}-`))) {
      const claimed = claim(folder, name);
      if (claimed === undefined) continue;
      const swarm = attach(hostEngine.api, claimed);
      if (await isReady(hostEngine.api, swarm)) {
        await Promise.all(swarm.nodes.flatMap((node) => images.map((image) => loadIfMissing(node, image))));
        return share(swarm);
      }
      await removeNodes(hostEngine.api, claimed.name);
    }
    // createSwarm() takes a second lease on the host engine. It lasts until this process ends, since its down() is not called.
    return share(await createSwarm(options));
  } catch (error) {
    await hostEngine.release();
    throw error;
  }
}

const describe = ({ name, gateway, network, managers, nodes }: Swarm): PooledSwarm => ({
  name,
  gateway,
  network,
  managers: managers.length,
  nodes: nodes.map((node) => ({ name: node.name, address: node.address, container: node.container, network })),
});

/** Takes a free swarm. Renaming the file is atomic: undefined if another process was faster. */
function claim(folder: string, name: string): PooledSwarm | undefined {
  const used = join(folder, `${name.replace(/^free-/, "used-")}.${process.pid}`);
  try {
    renameSync(join(folder, name), used);
  } catch {
    return undefined;
  }
  const swarm = JSON.parse(readFileSync(used, "utf8")) as PooledSwarm;
  rmSync(used);
  return swarm;
}

function attach(hostEngine: RawEngine, { name, gateway, network, managers, nodes: identities }: PooledSwarm): Swarm {
  const nodes = identities.map((identity) => attachNode(hostEngine, identity));
  const down = () => removeNodes(hostEngine, name);
  return { name, gateway, network, nodes, managers: nodes.slice(0, managers), workers: nodes.slice(managers), down };
}

async function isReady(hostEngine: RawEngine, { nodes, managers }: Swarm): Promise<boolean> {
  for (const { container } of nodes) {
    const { status, body } = await hostEngine.request("GET", `/containers/${container}/json`);
    if (status !== 200 || !body.State.Running) return false;
  }
  if (!(await Promise.all(nodes.map(answers))).every(Boolean)) return false;
  const listed = await managers[0]?.api.request("GET", "/nodes");
  const states = (listed?.body ?? []) as {
    Status: { State: string };
    Spec: { Availability: string };
  }[];
  return (
    states.length === nodes.length &&
    states.every(({ Status, Spec }) => Status.State === "ready" && Spec.Availability === "active")
  );
}

async function loadIfMissing(node: Node, image: string): Promise<void> {
  const { status } = await node.api.request("GET", `/images/${image}/json`);
  if (status !== 200) await node.loadImage(image);
}

/** Removes everything that was deployed to a swarm, and the labels of its nodes. Images stay. */
async function empty({ managers, nodes }: Swarm): Promise<void> {
  const manager = (managers[0] as Node).api;
  await removeEach(manager, "/services", ({ ID }) => `/services/${ID}`);
  await Promise.all(nodes.map((node) => emptyNode(node.api)));
  for (const kind of ["configs", "secrets"]) await removeEach(manager, `/${kind}`, ({ ID }) => `/${kind}/${ID}`);
  for (const { ID, Version, Spec } of (await manager.call("GET", "/nodes")) as NodeObject[]) {
    if (Object.keys(Spec.Labels ?? {}).length > 0)
      await manager.call("POST", `/nodes/${ID}/update?version=${Version.Index}`, { ...Spec, Labels: {} });
  }
}

/** Swarm removes the containers of a task shortly after its service, and networks and volumes are in use until then. */
async function emptyNode(api: RawEngine): Promise<void> {
  const isOwn = ({ Name }: { Name?: string }): boolean => !BUILT_IN_NETWORKS.includes(Name ?? "");
  for (const deadline = Date.now() + EMPTY_TIMEOUT_MS; ; await sleep(250)) {
    await removeEach(api, "/containers/json?all=true", ({ Id }) => `/containers/${Id}?force=true&v=true`);
    const networks = ((await api.call("GET", "/networks")) as Listed[]).filter(isOwn);
    await removeAll(
      api,
      networks.map(({ Id }) => `/networks/${Id}`),
    );
    const { Volumes } = await api.call("GET", "/volumes");
    await removeAll(
      api,
      ((Volumes ?? []) as Listed[]).map(({ Name }) => `/volumes/${Name}?force=true`),
    );
    if (await isEmptyNode(api, isOwn)) return;
    if (Date.now() > deadline) throw new Error(`the node at ${api.host} still has containers, networks or volumes`);
  }
}

async function isEmptyNode(api: RawEngine, isOwn: (network: Listed) => boolean): Promise<boolean> {
  const containers: Listed[] = await api.call("GET", "/containers/json?all=true");
  const networks: Listed[] = await api.call("GET", "/networks");
  const { Volumes } = await api.call("GET", "/volumes");
  return containers.length === 0 && !networks.some(isOwn) && (Volumes ?? []).length === 0;
}

interface Listed {
  readonly ID?: string;
  readonly Id?: string;
  readonly Name?: string;
}

interface NodeObject {
  readonly ID: string;
  readonly Version: { readonly Index: number };
  readonly Spec: { readonly Labels?: Record<string, string> };
}

async function removeEach(api: RawEngine, list: string, path: (listed: Listed) => string): Promise<void> {
  const all: Listed[] = await api.call("GET", list);
  await removeAll(api, all.map(path));
}

/** Without errors: what is still in use is tried again. */
async function removeAll(api: RawEngine, paths: readonly string[]): Promise<void> {
  await Promise.all(paths.map((path) => api.request("DELETE", path)));
}
