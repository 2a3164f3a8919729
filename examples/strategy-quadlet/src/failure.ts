import { DeploymentError, type FailedInstance } from "@openfactory/deploy-core";
import { lastExit, lastLines, startFailure } from "./journal.js";
import type { Host } from "./node/host.js";
import { unitStates } from "./node/systemd.js";
import type { Service } from "./service.js";
import { hasEnded } from "./status.js";

/** The process that failed, with its last lines: an unhealthy one, or the last one that ended, also if it runs again. */
export async function failedInstance(host: Host, service: Service): Promise<FailedInstance> {
  const { name, state, container } = service;
  const lines = (invocation: string) => lastLines(host, name, invocation);
  if (container?.running && container.health === "unhealthy")
    return { id: container.id, lastLogLines: await lines(state.invocation) };
  const { invocation, exitCode } = (hasEnded(service) ? undefined : await lastExit(host, name)) ?? state;
  return { id: invocation || name, exitCode, lastLogLines: await lines(invocation) };
}

const PORT_IN_USE = /address already in use|port is already allocated|cannot listen on the (?:TCP|UDP) port/i;
const NETWORK = /network not found|unable to find network/i;
const IMAGE = /image not known|no such image|does not resolve to an image/i;

/** The error of a start that systemd reports as failed. */
export async function startError(host: Host, name: string): Promise<DeploymentError> {
  const state = (await unitStates(host, [name])).get(name);
  const message = state === undefined ? "" : await startFailure(host, name, state.invocation);
  const because = message === "" ? "" : `: ${message}`;
  if (PORT_IN_USE.test(message)) {
    return new DeploymentError("CONFLICT", `A host port of ${name} is already in use${because}`, {
      field: "ports",
      hint: "Stop what uses the port, or publish another one.",
    });
  }
  if (NETWORK.test(message)) {
    return new DeploymentError("NETWORK_NOT_FOUND", `A network of ${name} does not exist${because}`, {
      field: "networks",
      hint: "Create the network first.",
    });
  }
  if (IMAGE.test(message)) {
    return new DeploymentError("IMAGE_NOT_FOUND", `The image of ${name} does not exist${because}`, {
      hint: "Pull the image, or use another one.",
    });
  }
  return new DeploymentError("TASK_FAILED", `The process of ${name} could not be started${because || "."}`, {
    instance: {
      id: state?.invocation || name,
      ...(state && { exitCode: state.exitCode }),
      lastLogLines: state === undefined ? [] : await lastLines(host, name, state.invocation),
    },
    hint: `Check the command of the service; \`journalctl -u ${name}.service\` on the machine has the messages.`,
  });
}
