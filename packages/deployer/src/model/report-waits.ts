import { type OpenFactoryServiceDeploymentStrategy, whileWaiting } from "@openfactory/deploy-core";
import { wrapMethods } from "./wrap-methods.js";

type Describe = (...args: unknown[]) => string;

const of =
  (verb: string): Describe =>
  (service) =>
    `${verb} service ${nameOf(service)}`;

/**
 * What each operation does, by its arguments. Without `exec`, whose command runs for as long as the user wants, and
 * `logs`, which may follow a log.
 */
const ACTIONS: Readonly<Record<string, Describe>> = {
  deploy: of("deploy"),
  remove: of("remove"),
  inspect: of("inspect"),
  update: of("update"),
  rollback: of("roll back"),
  scale: of("scale"),
  restart: of("restart"),
  stop: of("stop"),
  start: of("start"),
  wait: (service) => `report that service ${nameOf(service)} is ready`,
  refreshAuth: (service) => `store new registry credentials for service ${nameOf(service)}`,
  settingsOf: () => "report the settings of services",
  list: () => "list services",
  preflight: () => "check the changes before they are made",
  diagnose: () => "check itself",
  elsewhere: () => "look for the project on other platforms",
  engineId: () => "identify its engine",
  lock: (project) => `lock project ${nameOf(project)}`,
  unlock: (project) => `unlock project ${nameOf(project)}`,
  listResources: () => "list networks, volumes, configs and secrets",
  createResource: (resource) => `create ${(resource as { kind: string }).kind} ${nameOf(resource)}`,
  removeResource: (kind, name) => `remove ${String(kind)} ${String(name)}`,
  close: () => "close its connections",
};

/** A strategy that reports a wait for each of its operations, also for a platform that reports no progress. */
export const withWaits = <Strategy extends OpenFactoryServiceDeploymentStrategy>(strategy: Strategy): Strategy => {
  const subject = `the platform ${strategy.manifest.name}`;
  return wrapMethods(strategy, (property, method) => {
    const describe = Object.hasOwn(ACTIONS, property) ? ACTIONS[property as string] : undefined;
    if (describe === undefined) return method;
    return (...args) =>
      whileWaiting({ subject, action: describe(...args), level: "operation" }, async () => method(...args));
  });
};

/** The name of a service, a project, or a request. */
function nameOf(value: unknown): string {
  const name = typeof value === "object" && value !== null ? (value as { name?: unknown }).name : value;
  return typeof name === "string" ? name : "";
}
