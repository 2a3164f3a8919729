import {
  DeploymentError,
  type DeployOptions,
  type DeploymentWarning,
  type NormalizedRequest,
  type PublishedPort,
} from "@openfactory/deploy-core";
import type { ContainerDetails, DockerEngine } from "@openfactory/docker-engine";
import { inspectIfThere } from "../inspect-if-there.js";
import { boundPorts, sameAddress } from "../ports.js";
import { unhonoured } from "../warnings.js";

type Subject = Pick<NormalizedRequest, "name" | "ports" | "networks">;

/** Networks whose drivers publish no ports, as the manifest reports before any call. */
const REPORTED_BY_MANIFEST: ReadonlySet<string> = new Set(["host", "none"]);

/**
 * Compares the ports that the engine has published for a container that was just started with the ports of its request.
 * One call, and none without ports. An internal network publishes no port, and neither do macvlan and ipvlan: the engine
 * says nothing.
 * @throws DeploymentError `UNSUPPORTED` in strict mode for a port that is not published; in any mode `ENGINE_ERROR` for a
 * port that is open on an address that the request does not name.
 */
export async function checkPublished(
  engine: DockerEngine,
  id: string,
  request: Subject,
  options: DeployOptions,
): Promise<DeploymentWarning[]> {
  const { name, ports = [], networks = [] } = request;
  if (ports.length === 0 || networks.some((network) => REPORTED_BY_MANIFEST.has(network))) return [];
  const container = await inspectIfThere(engine, id, { signal: options.signal });
  // A process that has ended already has no ports. The engine calls a container that waits for its restart running.
  if (!container?.State.Running || container.State.Restarting) return [];
  const published = boundPorts(container.NetworkSettings.Ports);
  const open = published.find((port) => !ports.some((asked) => covers(asked, port)));
  if (open !== undefined) throw openElsewhere(name, open);
  const missing = ports.filter((asked) => !published.some((port) => isFor(asked, port)));
  return missing.length === 0 ? [] : [unhonoured(name, "ports", notPublished(missing, container), options)];
}

/** Whether a published port is one that was asked for, at an address that was asked for. */
const covers = (asked: PublishedPort, port: PublishedPort): boolean =>
  isFor(asked, port) && (asked.hostAddress === undefined || sameAddress(asked.hostAddress, port.hostAddress));

const isFor = (asked: PublishedPort, port: PublishedPort): boolean =>
  asked.target === port.target &&
  asked.protocol === port.protocol &&
  (asked.published === undefined || asked.published === port.published);

function notPublished(missing: readonly PublishedPort[], { NetworkSettings }: ContainerDetails): string {
  const list = missing
    .map(({ published, target, protocol }) => `${published ?? "any"}:${target}/${protocol}`)
    .join(", ");
  const networks = Object.keys(NetworkSettings.Networks).sort().join(", ");
  return `The engine did not publish ${list}: no network of the container publishes ports (${networks}). Internal, macvlan and ipvlan networks do not.`;
}

function openElsewhere(
  service: string,
  { target, protocol, published, hostAddress = "every address" }: PublishedPort,
): DeploymentError {
  return new DeploymentError(
    "ENGINE_ERROR",
    `The engine opened port ${target}/${protocol} of ${service} on ${hostAddress}, port ${published}, which the request does not ask for.`,
    {
      service,
      field: "ports",
      hint: "Use a host address that the engine has, such as 127.0.0.1, or update the engine.",
    },
  );
}
