import type { ServiceStatus } from "@openfactory/deploy-core";
import type { AppAction, DesiredApp, DesiredProject, Plan, PlannedResource } from "@openfactory/deployer";

/** What happens to the thing that a box stands for. `external`: an app uses it, and the plan does not contain it. */
export type BoxAction = AppAction | PlannedResource["action"] | "external";

export interface Box {
  readonly id: string;
  /** `placement`: all nodes that match the constraints of an app. */
  readonly kind: "app" | "network" | "volume" | "node" | "placement";
  readonly name: string;
  /** The shorter name in the file, if it differs. */
  readonly key?: string | undefined;
  readonly action: BoxAction;
  /** More about it, such as `2 replicas`. */
  readonly note?: string;
  /** Names of the apps that the box stands for, if there are several. */
  readonly members?: readonly string[];
}

/** A line between an app and something that it uses. `may-run`: the app can be placed there, and does not run there yet. */
export interface Link {
  readonly app: string;
  readonly to: string;
  readonly kind: "uses" | "runs" | "may-run";
}

/** Apps, with the networks and volumes that they use and the nodes that they run on. */
export interface Topology {
  readonly boxes: readonly Box[];
  readonly links: readonly Link[];
}

interface Part {
  app: Box;
  networks: readonly string[];
  volumes: readonly string[];
  nodes: readonly string[];
  /** `node.role == worker`, joined. Undefined: any node. */
  placement?: string | undefined;
}

/**
 * The apps and orphans of a plan with their connections: networks, volumes and placement as in the files, nodes as
 * observed. Contains no values of variables.
 */
export function topologyOf(plan: Plan, desired: DesiredProject): Topology {
  const requests = new Map(desired.apps.map((app) => [app.service, app]));
  const parts = [
    ...plan.apps.map(({ app, service, action, status }): Part => {
      const wanted = requests.get(service);
      return {
        app: { id: `app/${service}`, kind: "app", name: app, action, note: replicasOf(wanted) },
        ...usesOf(wanted),
        nodes: nodesOf(status),
        placement: wanted?.request.constraints?.join(", ") || undefined,
      };
    }),
    ...plan.orphans.map(({ app, service, action, status }): Part => ({
      app: {
        id: `app/${service}`,
        kind: "app",
        name: app,
        action,
        ...(action === "keep" && { note: "not in the file" }),
      },
      networks: (status.networks ?? []).flatMap(({ name }) => name ?? []),
      volumes: [],
      nodes: nodesOf(status),
    })),
  ];
  const boxes = new Map<string, Box>(parts.map(({ app }) => [app.id, app]));
  const links: Link[] = [];
  const resources = new Map(plan.resources.map((each) => [`${each.kind}/${each.name}`, each]));
  const connect = (app: Box, kind: Exclude<Box["kind"], "app">, name: string, link: Link["kind"]): void => {
    const id = `${kind}/${name}`;
    const isResource = kind === "network" || kind === "volume";
    if (!boxes.has(id)) {
      const { key, action = "external" } = resources.get(id) ?? {};
      boxes.set(id, { id, kind, name, key, action: isResource ? action : "unchanged" });
    }
    links.push({ app: app.id, to: id, kind: link });
  };
  for (const { app, networks, volumes, nodes, placement } of parts) {
    for (const name of new Set(networks)) connect(app, "network", name, "uses");
    for (const name of new Set(volumes)) connect(app, "volume", name, "uses");
    for (const name of new Set(nodes)) connect(app, "node", name, "runs");
    if (placement !== undefined && nodes.length === 0) connect(app, "placement", placement, "may-run");
  }
  // Resources that no app uses are part of the plan, too.
  for (const { kind, name, key, action } of plan.resources) {
    const id = `${kind}/${name}`;
    if ((kind === "network" || kind === "volume") && !boxes.has(id)) boxes.set(id, { id, kind, name, key, action });
  }
  return { boxes: [...boxes.values()], links };
}

function usesOf(app: DesiredApp | undefined): Pick<Part, "networks" | "volumes"> {
  const { networks = [], mounts = [] } = app?.request ?? {};
  const volumes = mounts.flatMap(({ Type = "volume", Source }) => (Type === "volume" && Source ? [Source] : []));
  return { networks, volumes };
}

const nodesOf = (status: ServiceStatus | undefined): string[] =>
  (status?.instances ?? []).flatMap(({ node, state }) =>
    node !== undefined && (state === "running" || state === "pending") ? [node] : [],
  );

/** `2 replicas`, `on every node`, `job`. */
export function replicasOf(app: DesiredApp | undefined): string | undefined {
  const mode = app?.request.mode;
  if (app === undefined) return undefined;
  if (mode !== undefined && "Global" in mode) return "on every node";
  if (mode !== undefined && ("GlobalJob" in mode || "ReplicatedJob" in mode)) return "job";
  const count = mode !== undefined && "Replicated" in mode ? (mode.Replicated.Replicas ?? 1) : 1;
  return count === 1 ? "1 replica" : `${count} replicas`;
}

/** The most boxes and lines that a diagram of a page is readable with. */
const MAX_BOXES = 60;
const MAX_LINKS = 160;
/** The most apps that get one box each. */
const MAX_APPS = 24;

const isSmall = ({ boxes, links }: Topology): boolean => boxes.length <= MAX_BOXES && links.length <= MAX_LINKS;

/**
 * A topology that can be drawn. With more than 24 apps, volumes of a single app are left out, and apps with the same
 * action and connections become one box.
 * @returns `reason` if it was simplified; only `reason` if it can't be drawn.
 */
export function simplify(topology: Topology): { drawn?: Topology; reason?: string } {
  const apps = topology.boxes.filter(({ kind }) => kind === "app");
  if (apps.length <= MAX_APPS && isSmall(topology)) return { drawn: topology };
  const grouped = groupApps(withoutPrivateVolumes(topology));
  const count = grouped.boxes.filter(({ kind }) => kind === "app").length;
  const groups = `${apps.length} apps in ${count} ${count === 1 ? "group" : "groups"}`;
  if (!isSmall(grouped)) {
    return {
      reason: `The diagram is omitted, because ${groups} with ${grouped.links.length} connections are too many to read. The table of connections lists all of them.`,
    };
  }
  return {
    drawn: grouped,
    reason: `${groups}: apps with the same action, networks and nodes are one box, and volumes of a single app are left out. The table of connections lists all of them.`,
  };
}

function withoutPrivateVolumes({ boxes, links }: Topology): Topology {
  const users = Map.groupBy(links, ({ to }) => to);
  const isPrivate = ({ id, kind }: Box): boolean => kind === "volume" && (users.get(id)?.length ?? 0) < 2;
  const left = new Set(boxes.filter(isPrivate).map(({ id }) => id));
  return { boxes: boxes.filter(({ id }) => !left.has(id)), links: links.filter(({ to }) => !left.has(to)) };
}

function groupApps({ boxes, links }: Topology): Topology {
  const linksOf = Map.groupBy(links, ({ app }) => app);
  const keyOf = ({ id, action }: Box): string =>
    JSON.stringify([action, ...(linksOf.get(id) ?? []).map(({ to, kind }) => `${kind} ${to}`).sort()]);
  const groups = [
    ...Map.groupBy(
      boxes.filter(({ kind }) => kind === "app"),
      keyOf,
    ).values(),
  ];
  const apps = groups.flatMap((members): Box[] => {
    const [first] = members;
    if (first === undefined || members.length === 1) return members;
    const names = members.map(({ name }) => name);
    return [{ ...first, name: `${members.length} apps`, note: names.join(", "), members: names }];
  });
  const shown = new Set(apps.map(({ id }) => id));
  return {
    boxes: [...apps, ...boxes.filter(({ kind }) => kind !== "app")],
    links: links.filter(({ app }) => shown.has(app)),
  };
}
