import { DeploymentError, type NormalizedRequest } from "@openfactory/deploy-core";
import {
  type DockerEngine,
  engineMessage,
  isAmbiguousNetworkError,
  withNetworkField,
} from "@openfactory/docker-engine";
import { sameAddress } from "../ports.js";

/** The parts of a request that can prevent a start. */
export type StartedRequest = Pick<NormalizedRequest, "name" | "ports" | "networks" | "mounts" | "devices">;

/**
 * Explains an error of a start in terms of the request. The engine answers with various status codes if a process can't be
 * started (Engine API, ContainerStart); only its message has the cause.
 */
export function explainStartError(engine: DockerEngine, request: StartedRequest, error: unknown): unknown {
  if (!DeploymentError.isInstance(error)) return error;
  const context = { service: request.name, cause: error.cause };
  const message = engineMessage(error);
  if (isAmbiguousNetworkError(error)) return withNetworkField(error, request);
  if (error.code === "CONFLICT") {
    return new DeploymentError(
      "CONFLICT",
      `Host port ${portIn(message, request)} is already in use on ${engine.host}.`,
      {
        ...context,
        field: "ports",
        hint: "Change ports, or stop the process that uses the port. `docker ps` shows the ports of containers.",
      },
    );
  }
  const address = /listen (?:tcp|udp|sctp)\d? (\S+):\d+: bind: cannot assign requested address/i.exec(message)?.[1];
  if (address !== undefined) {
    return new DeploymentError(
      "INVALID_REQUEST",
      `Can't publish ports of ${request.name} on ${address}: ${engine.host} has no such address.`,
      {
        ...context,
        field: addressField(address, request),
        hint: "Use an address of that host, or remove the host address. The container was removed.",
      },
    );
  }
  if (error.code === "NETWORK_NOT_FOUND") return withNetworkField(error, request);
  const unmounted = /volumes\/([\w.-]+)\/_data': failed to mount local volume: /.exec(message)?.[1];
  if (unmounted !== undefined) {
    const reason = message.slice(message.lastIndexOf(": ") + 2).replace(/\.$/, "");
    return mountError(request, unmounted, reason, error);
  }
  const device = missingDevice(message, request);
  if (device !== undefined) return deviceError(request.name, device, engine.host, error);
  if (
    /no such file or directory|executable file not found|permission denied|OCI runtime|not a directory/i.test(message)
  ) {
    return new DeploymentError("TASK_FAILED", `Can't start the process of ${request.name}: ${rootCause(message)}.`, {
      ...context,
      hint: "Check that command, user, mounts and limits fit the image and the engine.",
    });
  }
  return error;
}

/** The engine, or Podman, names a device of the host that does not exist or is no device. */
function missingDevice(
  message: string,
  { devices = [] }: StartedRequest,
): { index: number; source: string } | undefined {
  const isQuoted = message.includes("device information ");
  const index = devices.findIndex(({ source }) =>
    isQuoted
      ? message.includes(`"${source}"`)
      : ["stat ", "device ", "is "].some(
          (before) =>
            message.includes(`${before}${source}: `) || message.includes(`${before}${source} is not a device`),
        ),
  );
  return index < 0 ? undefined : { index, source: devices[index]?.source ?? "" };
}

const deviceError = (
  service: string,
  { index, source }: { index: number; source: string },
  host: string,
  { cause }: DeploymentError,
): DeploymentError =>
  new DeploymentError("TASK_FAILED", `Can't start the process of ${service}: ${host} has no device ${source}.`, {
    service,
    field: `devices[${index}].source`,
    hint: "Connect the device, or correct its path. `ls -l /dev/serial/by-id` lists serial devices by stable names.",
    cause,
  });

/** The engine's message repeats the mount options, which may contain a password. Only the system error at its end is used. */
function mountError(
  { name, mounts = [] }: StartedRequest,
  volume: string,
  reason: string,
  { code, cause }: DeploymentError,
): DeploymentError {
  const index = mounts.findIndex(({ Source }) => Source === volume);
  const isUnknown = reason === "no such device";
  return new DeploymentError(
    code,
    `Can't mount the volume ${volume} of ${name}: ${isUnknown ? "the engine's kernel does not support its file system" : reason}.`,
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

/** The message of runc, without the prefixes of the layers above it. */
const rootCause = (message: string): string =>
  message
    .replace(/^.*(?:unable to start container process|error during container init): /s, "")
    .replace(/(: unknown)?\.?$/, "");

/** The port that the message names, or all ports that the request publishes. */
const portIn = (message: string, { ports = [] }: StartedRequest): string => {
  const published = ports.flatMap((port) => (port.published === undefined ? [] : [String(port.published)]));
  return published.find((port) => new RegExp(`:${port}\\b`).test(message)) ?? published.join(" or ");
};

/** The first port that the request publishes on an address. The engine writes an IPv6 address in brackets. */
const addressField = (address: string, { ports = [] }: StartedRequest): string => {
  const bare = address.replace(/^\[|\]$/g, "");
  const index = ports.findIndex(({ hostAddress }) => hostAddress !== undefined && sameAddress(hostAddress, bare));
  return index === -1 ? "ports" : `ports[${index}].hostAddress`;
};
