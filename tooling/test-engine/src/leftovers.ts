import type { RawEngine } from "./raw-engine.js";

/** The label of every resource that tests create. */
export const TEST_LABEL = "org.openfactory.deploy.test=1";

const BUILT_IN_NETWORKS = ["bridge", "host", "none", "ingress"];

/** Removes everything except images from the private engine, and leaves its swarm. */
export async function emptyEngine(engine: RawEngine): Promise<void> {
  await removeAll(engine, undefined);
  await engine.request("POST", "/swarm/leave?force=true");
  await removeAll(engine, undefined);
  await engine.request("POST", "/volumes/prune?filters=%7B%22all%22%3A%5B%22true%22%5D%7D");
}

/** Removes services, containers, networks, volumes, secrets and configs with the label from an engine. */
export async function sweep(engine: RawEngine, label: string = TEST_LABEL): Promise<void> {
  await removeAll(engine, label);
}

/** The resources with the label on the engine, as lines `kind name`. */
export async function listLeftovers(engine: RawEngine, label: string = TEST_LABEL): Promise<string[]> {
  const kinds = ["services", "containers", "networks", "volumes", "secrets", "configs"];
  const lists = await Promise.all(kinds.map((kind) => list(engine, kind, label)));
  return kinds.flatMap((kind, at) => (lists[at] ?? []).map((one) => `${kind.slice(0, -1)} ${one.name}`));
}

async function removeAll(engine: RawEngine, label: string | undefined): Promise<void> {
  await removeEach(engine, "services", label, (id) => `/services/${id}`);
  await removeEach(engine, "containers", label, (id) => `/containers/${id}?force=true&v=true`);
  await removeEach(engine, "networks", label, (id) => `/networks/${id}`);
  await removeEach(engine, "volumes", label, (id) => `/volumes/${id}?force=true`);
  await removeEach(engine, "secrets", label, (id) => `/secrets/${id}`);
  await removeEach(engine, "configs", label, (id) => `/configs/${id}`);
}

async function removeEach(
  engine: RawEngine,
  kind: string,
  label: string | undefined,
  path: (id: string) => string,
): Promise<void> {
  const found = await list(engine, kind, label);
  await Promise.all(found.map(({ id }) => removeOne(engine, path(id))));
}

/** Retries, since a network is in use until the last task's container is removed, shortly after its service. */
async function removeOne(engine: RawEngine, path: string): Promise<void> {
  for (let attempt = 0; attempt < 20; attempt++) {
    const { status } = await engine.request("DELETE", path);
    if (status < 400 || status === 404) return;
    if (!path.startsWith("/networks/") && !path.startsWith("/volumes/")) return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

interface Found {
  readonly id: string;
  readonly name: string;
}

async function list(engine: RawEngine, kind: string, label: string | undefined): Promise<Found[]> {
  const filters = label ? `filters=${encodeURIComponent(JSON.stringify({ label: [label] }))}` : "";
  const path = kind === "containers" ? `/containers/json?all=true&${filters}` : `/${kind}?${filters}`;
  const { status, body } = await engine.request("GET", path);
  // Services, secrets and configs exist on swarm managers only.
  if (status >= 400) return [];
  if (kind === "volumes")
    return (body.Volumes ?? []).map((one: { Name: string }) => ({ id: one.Name, name: one.Name }));
  if (kind === "containers")
    return body.map((one: { Id: string; Names: string[] }) => ({ id: one.Id, name: one.Names[0]?.slice(1) ?? one.Id }));
  if (kind === "networks") {
    const own = body.filter((one: { Name: string }) => !BUILT_IN_NETWORKS.includes(one.Name));
    return own.map((one: { Id: string; Name: string }) => ({ id: one.Id, name: one.Name }));
  }
  return body.map((one: { ID: string; Spec: { Name: string } }) => ({ id: one.ID, name: one.Spec.Name }));
}
