import type { PublishedPort, ServiceSettings } from "@openfactory/deploy-core";
import type { PortBinding } from "../engine-api/container.js";
import type { InspectedContainer } from "../engine-api/container.js";

/** The ports that were asked for, by container port, protocol and host port; not those that the engine chose. */
export function portsOf({ PortBindings }: InspectedContainer["HostConfig"]): Pick<ServiceSettings, "ports"> {
  const ports = Object.entries(PortBindings ?? {}).flatMap(([key, bindings]) =>
    (bindings ?? []).map((binding) => toPort(key, binding)),
  );
  return ports.length === 0 ? {} : { ports: ports.sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1)) };
}

/** `80/tcp` with one of its bindings. A container's host is its only node: there is one publish mode. */
function toPort(key: string, { HostIp, HostPort }: PortBinding): PublishedPort {
  const [target, protocol = "tcp"] = key.split("/");
  return {
    target: Number(target),
    ...(HostPort && HostPort !== "0" && { published: Number(HostPort) }),
    protocol: protocol as PublishedPort["protocol"],
    ...(HostIp && { hostAddress: HostIp }),
    mode: "ingress",
  };
}

const digits = (port = 0): string => `${port}`.padStart(5, "0");
const sortKey = ({ target, protocol, published, hostAddress = "" }: PublishedPort): string =>
  [digits(target), protocol, digits(published), hostAddress].join("/");
