import {
  type ConnectorPlugin,
  ConnectorRegistry,
  DeploymentError,
  type DeviceServices,
} from "@openfactory/deploy-core";
import { type Findings, nearest, quote } from "../findings.js";
import type { FilePath, SourceTree } from "../yaml/source-tree.js";

const ORIGIN = "@openfactory/app-file";

/** OpenFactory's own connectors, loaded when a file uses them. */
const BUILT_IN = {
  mtconnect: () => import("./mtconnect/connector.js"),
  opcua: () => import("./opcua.js"),
  shdr: () => import("./shdr.js"),
} as const;

/** A registry with OpenFactory's own connectors. Others can be added with `declare()`. */
export function builtInConnectors(): ConnectorRegistry {
  const registry = new ConnectorRegistry();
  for (const [name, load] of Object.entries(BUILT_IN)) registry.declare({ name, origin: ORIGIN, load });
  return registry;
}

/** The error for a defect of a connector plugin. `reason` is a clause without a full stop. */
export const connectorError = (connector: string, reason: string, cause?: unknown): DeploymentError =>
  new DeploymentError("PLUGIN_FAILED", `The connector ${connector} failed: ${reason}.`, {
    hint: "This is a bug in the connector plugin; report it to its author.",
    cause,
  });

/**
 * Checks the structure of the services that a connector returns. Their requests are validated later.
 * @throws DeploymentError `PLUGIN_FAILED`.
 */
export function checkServices(built: DeviceServices, connector: string, device: string): void {
  const problem = servicesProblem(built);
  if (problem !== undefined)
    throw connectorError(connector, `it returned invalid services for device ${device}: ${problem}`);
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

function servicesProblem(built: unknown): string | undefined {
  if (!isObject(built) || !Array.isArray(built["services"])) return "services is not a list";
  const roles = new Set<unknown>();
  for (const service of built["services"] as unknown[]) {
    if (!isObject(service) || !isObject(service["request"])) return "a service has no request";
    const { role, after = [] } = service;
    if (typeof role !== "string" || !/^[a-z0-9][a-z0-9-]*$/.test(role))
      return "a role does not consist of lowercase letters, digits and -";
    if (roles.has(role)) return `two services have the role ${role}`;
    roles.add(role);
    if (!Array.isArray(after)) return `after of ${role} is not a list of roles`;
    // A service can start after earlier services only, which also excludes cycles.
    const unknown = (after as unknown[]).find((other) => other === role || !roles.has(other));
    if (unknown !== undefined) return `${role} starts after ${String(unknown)}, which is not an earlier service`;
  }
  return undefined;
}

/** The connector of that type. Undefined if there is none, which is a finding. */
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
  const which = isHidden ? "unknown connector" : `unknown connector ${quote(type)}`;
  findings.add(tree.locate(path), `${path.map(String).join(".")}: ${which}`, () => {
    const near = isHidden ? undefined : nearest(type, names);
    const others = `Known connectors: ${names.join(", ")}. Plugins can add others.`;
    return near === undefined ? others : `Did you mean "${near}"? ${others}`;
  });
  return undefined;
}

/** Validates the connector's keys of a device with the connector's own schema. */
export function parseConfig(plugin: ConnectorPlugin, connector: unknown) {
  try {
    return plugin.schema.safeParse(connector);
  } catch (error) {
    throw connectorError(plugin.name, `its schema threw an error: ${firstLine(error)}`, error);
  }
}

/** The first line of an error's message. */
export const firstLine = (error: unknown): string =>
  error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
