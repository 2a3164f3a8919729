import {
  DeploymentError,
  type OperationOptions,
  type Resource,
  type ResourceSpec,
  throwIfAborted,
} from "@openfactory/deploy-core";
import type { DockerEngine } from "@openfactory/docker-engine";
import { checkKind } from "./kinds.js";
import { findResource } from "./list-resources.js";
import { destroy } from "./remove-resource.js";

/**
 * Makes a network, config or secret of the swarm, or a volume on the manager's own node. The content of configs and
 * secrets goes to the engine, and nowhere else.
 * @throws DeploymentError `ALREADY_EXISTS`, `INVALID_REQUEST`, `UNSUPPORTED`, `ABORTED` (nothing made).
 */
export async function createResource(
  engine: DockerEngine,
  spec: ResourceSpec,
  { signal, observer }: OperationOptions,
): Promise<Resource> {
  const { kind, name, labels } = spec;
  checkKind(kind);
  if (!NAME.test(name)) throw invalidName(kind, name);
  // An engine takes the making of a volume that is there for done, whatever its options.
  if (kind === "volume" && (await findResource(engine, kind, name, { signal })) !== undefined)
    throw nameInUse(kind, name);
  observer?.({ type: "step", service: name, step: `create ${kind}` });
  throwIfAborted(signal);
  const id = await make(engine, spec);
  const resource: Resource = { kind, name, id, labels: { ...labels } };
  try {
    throwIfAborted(signal);
  } catch (aborted) {
    await destroy(engine, resource);
    throw aborted;
  }
  return resource;
}

/** An engine takes a volume without a name for one that it shall name itself. */
const NAME = /^[a-zA-Z0-9][\w.-]*$/;

const invalidName = (kind: string, name: string): DeploymentError =>
  new DeploymentError("INVALID_REQUEST", `${JSON.stringify(name)} is no name of a ${kind}.`, {
    field: "name",
    hint: "Give a name of letters, digits, _, . and -, with a letter or digit first.",
  });

/** @returns its id. Not given the signal: what came of it has to be known. */
async function make(engine: DockerEngine, spec: ResourceSpec): Promise<string> {
  try {
    switch (spec.kind) {
      case "network":
        return (await engine.networks.create(networkBody(spec))).id;
      case "volume":
        return (await engine.volumes.create(volumeBody(spec))).Name;
      case "config":
        return await engine.configs.create(fileBody(spec));
      case "secret":
        return await engine.secrets.create(fileBody(spec));
    }
  } catch (error) {
    throw explained(spec, error);
  }
}

type SpecOf<Kind> = Extract<ResourceSpec, { kind: Kind }>;

const networkBody = ({ name, labels, driver, attachable, internal, driverOptions }: SpecOf<"network">): object => ({
  Name: name,
  Driver: driver ?? "overlay",
  Attachable: attachable ?? true,
  Internal: internal ?? false,
  Options: { ...driverOptions },
  Labels: { ...labels },
});

const volumeBody = ({ name, labels, driver, driverOptions }: SpecOf<"volume">): object => ({
  Name: name,
  Driver: driver ?? "local",
  DriverOpts: { ...driverOptions },
  Labels: { ...labels },
});

const fileBody = ({ name, labels, content }: SpecOf<"config" | "secret">): object => ({
  Name: name,
  Labels: { ...labels },
  Data: Buffer.from(content).toString("base64"),
});

const nameInUse = (kind: string, name: string, cause?: unknown): DeploymentError =>
  new DeploymentError("ALREADY_EXISTS", `There is a ${kind} named ${name} already.`, {
    field: "name",
    hint: "Choose another name, or remove that one first; it was left as it is.",
    cause,
  });

function explained({ kind, name }: ResourceSpec, error: unknown): unknown {
  if (!DeploymentError.isInstance(error)) return error;
  const { cause } = error;
  if (error.code === "CONFLICT") return nameInUse(kind, name, cause);
  if (error.code === "NOT_FOUND") {
    const hint = "Install the driver's plugin on every node, or use another driver.";
    return new DeploymentError("INVALID_REQUEST", error.message, { field: "driver", hint, cause });
  }
  if (error.code !== "INVALID_REQUEST") return error;
  return new DeploymentError(error.code, error.message, { hint: `Correct the ${kind}; nothing was made.`, cause });
}
