import { DeploymentError, type DeviceServices } from "@openfactory/deploy-core";

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
