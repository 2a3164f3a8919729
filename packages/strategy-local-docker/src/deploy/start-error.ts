import { DeploymentError, type NormalizedRequest } from "@openfactory/deploy-core";
import { type DockerEngine, engineFault, isAmbiguousRefusal, withNetworkField } from "@openfactory/docker-engine";
import { sameAddress } from "../ports.js";

/** What a container was to be, as far as it can keep it from starting. */
export type StartFaultSubject = Pick<NormalizedRequest, "name" | "ports" | "networks" | "mounts">;

/**
 * What kept a container from starting, in the request's terms. The engine answers a process that can't be started with
 * various status codes and says the cause in words alone (Engine API, ContainerStart), so here its words are read.
 */
export function explainStartFault(engine: DockerEngine, request: StartFaultSubject, error: unknown): unknown {
  if (!DeploymentError.isInstance(error)) return error;
  const context = { service: request.name, cause: error.cause };
  const words = engineFault(error)?.message ?? error.message;
  if (isAmbiguousRefusal(error)) return withNetworkField(error, request);
  if (error.code === "CONFLICT") {
    return new DeploymentError("CONFLICT", `Host port ${portIn(words, request)} is in use on ${engine.host}.`, {
      ...context,
      field: "ports",
      hint: "Publish another host port, or stop what listens on it.",
    });
  }
  const address = /listen (?:tcp|udp|sctp)\d? (\S+):\d+: bind: cannot assign requested address/i.exec(words)?.[1];
  if (address !== undefined) {
    const message = `${request.name} can't publish ports on ${address}: ${engine.host} has no such address.`;
    return new DeploymentError("INVALID_REQUEST", message, {
      ...context,
      field: addressField(address, request),
      hint: "Use an address of that host, or leave the host address out; the container was removed.",
    });
  }
  if (error.code === "NETWORK_NOT_FOUND") return withNetworkField(error, request);
  const unmounted = /volumes\/([\w.-]+)\/_data': failed to mount local volume: .*: ([^:]+?)\.?$/s.exec(words);
  if (unmounted) return mountFault(request, unmounted[1] ?? "", unmounted[2] ?? "", error);
  if (
    /no such file or directory|executable file not found|permission denied|OCI runtime|not a directory/i.test(words)
  ) {
    return new DeploymentError("TASK_FAILED", `The process of ${request.name} can't be started: ${essence(words)}.`, {
      ...context,
      hint: "Check command, user, mounts and limits against what the image and the engine have.",
    });
  }
  return error;
}

/** The engine repeats the mount's options, which may hold a password, and says in one word of Linux what is wrong. */
function mountFault(
  { name, mounts = [] }: StartFaultSubject,
  volume: string,
  reason: string,
  { code, cause }: DeploymentError,
): DeploymentError {
  const index = mounts.findIndex(({ Source }) => Source === volume);
  const isUnknown = reason === "no such device";
  return new DeploymentError(
    code,
    `The engine could not mount the volume ${volume} of ${name}: ${isUnknown ? "its kernel does not know the file system" : reason}.`,
    {
      service: name,
      field: index === -1 ? "mounts" : `mounts[${index}]`,
      hint: isUnknown
        ? "Install the client of the file system on the engine's host; for NFS, the package nfs-common or nfs-utils, or the kernel's module nfs."
        : "Check that the engine's host reaches the server, and that the server exports the path with these mount options.",
      cause,
    },
  );
}

/** What runc says, without the layers that pass it on. */
const essence = (words: string): string =>
  words
    .replace(/^.*(?:unable to start container process|error during container init): /s, "")
    .replace(/(: unknown)?\.?$/, "");

/** The port that the engine's words name, or all that the request publishes. */
const portIn = (words: string, { ports = [] }: StartFaultSubject): string => {
  const published = ports.flatMap((port) => (port.published === undefined ? [] : [String(port.published)]));
  return published.find((port) => new RegExp(`:${port}\\b`).test(words)) ?? published.join(" or ");
};

/** The first port that the request publishes on an address. The engine writes an IPv6 address in brackets. */
const addressField = (address: string, { ports = [] }: StartFaultSubject): string => {
  const bare = address.replace(/^\[|\]$/g, "");
  const index = ports.findIndex(({ hostAddress }) => hostAddress !== undefined && sameAddress(hostAddress, bare));
  return index === -1 ? "ports" : `ports[${index}].hostAddress`;
};
