import {
  type ConnectorPlugin,
  ConnectorRegistry,
  DeploymentError,
  type DeviceServices,
} from "@openfactory/deploy-core";
import { type Findings, nearest, quote } from "../findings.js";
import type { FilePath, SourceTree } from "../yaml/source-tree.js";

const ORIGIN = "@openfactory/app-file";

/** OpenFactory's own connectors: plugins as any other, loaded when a file asks for them. */
const BUILT_IN = {
  mtconnect: () => import("./mtconnect/connector.js"),
  opcua: () => import("./opcua.js"),
  shdr: () => import("./shdr.js"),
} as const;

/** A registry that knows OpenFactory's own connectors. Others can be declared in it. */
export function builtInConnectors(): ConnectorRegistry {
  const registry = new ConnectorRegistry();
  for (const [name, load] of Object.entries(BUILT_IN)) registry.declare({ name, origin: ORIGIN, load });
  return registry;
}

export const connectorFailed = (connector: string, reason: string, cause?: unknown): DeploymentError =>
  new DeploymentError("PLUGIN_FAILED", `The connector ${connector} can't be used: ${reason}.`, {
    hint: "This is a bug in the connector plugin; report it to its author.",
    cause,
  });

/**
 * Whether what a connector returned has the form of services. The requests themselves are validated as every request is.
 * @throws DeploymentError `PLUGIN_FAILED`.
 */
export function checkServices(built: DeviceServices, connector: string, device: string): void {
  const flaw = servicesFlaw(built);
  if (flaw !== undefined)
    throw connectorFailed(connector, `what it returns for the device ${device} is not valid: ${flaw}`);
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

function servicesFlaw(built: unknown): string | undefined {
  if (!isObject(built) || !Array.isArray(built["services"])) return "services is not a list";
  const roles = new Set<unknown>();
  for (const service of built["services"] as unknown[]) {
    if (!isObject(service) || !isObject(service["request"])) return "a service has no request";
    const { role, after = [] } = service;
    if (typeof role !== "string" || !/^[a-z0-9][a-z0-9-]*$/.test(role))
      return "a role is not made of lower-case letters, digits and -";
    if (roles.has(role)) return `two services have the role ${role}`;
    roles.add(role);
    if (!Array.isArray(after)) return `after of ${role} is not a list of roles`;
    // A role that comes later can't be waited for: that also excludes circles.
    const unknown = (after as unknown[]).find((other) => other === role || !roles.has(other));
    if (unknown !== undefined) return `${role} starts after ${String(unknown)}, which is no service before it`;
  }
  return undefined;
}

/** The connector of that type; undefined: there is none, which is then among the findings. */
export async function findConnector(
  type: string,
  connectors: ConnectorRegistry,
  path: FilePath,
  tree: SourceTree,
  findings: Findings,
): Promise<ConnectorPlugin | undefined> {
  try {
    return await connectors.plugin(type);
  } catch (error) {
    if (!DeploymentError.isInstance(error, "UNKNOWN_PLUGIN")) throw error;
  }
  const names = connectors.names();
  const isHidden = tree.isInterpolated(path);
  const which = isHidden ? "there is no such connector" : `there is no connector ${quote(type)}`;
  findings.add(tree.locate(path), `${path.map(String).join(".")}: ${which}`, () => {
    const near = isHidden ? undefined : nearest(type, names);
    const others = `Known here: ${names.join(", ")}; others are plugins.`;
    return near === undefined ? others : `did you mean "${near}"? ${others}`;
  });
  return undefined;
}

/** Validates a connector's part of a device by the connector's own schema. */
export function parseConfig(plugin: ConnectorPlugin, connector: unknown) {
  try {
    return plugin.schema.safeParse(connector);
  } catch (error) {
    throw connectorFailed(plugin.name, `its schema throws: ${lineOf(error)}`, error);
  }
}

/** The first line of an error's message. */
export const lineOf = (error: unknown): string =>
  error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
