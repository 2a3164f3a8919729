import { DeploymentError, type Resource, type ResourceKind, type ResourceSpec } from "@openfactory/deploy-core";
import { engineMessage } from "../errors/engine-error.js";
import { hasLabels } from "./lookups.js";

type Named = Pick<Resource, "kind" | "name">;

/** The resources that have all of these labels, sorted by kind and name. */
export const selectResources = (
  resources: readonly Resource[],
  labels: Readonly<Record<string, string>> = {},
): Resource[] =>
  resources
    .filter((resource) => hasLabels(resource.labels, labels))
    .sort((a, b) => (`${a.kind} ${a.name}` < `${b.kind} ${b.name}` ? -1 : 1));

/** @param place where the resource was looked up: an engine's address, or the swarm of an engine. */
export const resourceNotFound = (kind: ResourceKind, name: string, place: string): DeploymentError =>
  new DeploymentError("NOT_FOUND", `There is no ${kind} ${JSON.stringify(name).slice(1, -1)} on ${place}.`, {
    hint: `Names must match exactly. \`docker ${kind} ls\` lists the existing ones.`,
  });

export const resourceExists = ({ kind, name }: Named, cause?: unknown): DeploymentError =>
  new DeploymentError("ALREADY_EXISTS", `A ${kind} named ${name} already exists.`, {
    field: "name",
    hint: `Mark the ${kind} external to use it, choose another name, or remove it: \`docker ${kind} rm ${name}\`. It was not changed.`,
    cause,
  });

export const invalidResourceName = ({ kind, name }: Named): DeploymentError =>
  new DeploymentError("INVALID_REQUEST", `${JSON.stringify(name)} is not a valid name for a ${kind}.`, {
    field: "name",
    hint: "Use two or more letters, digits, _, . and -, with a letter or digit first. Nothing was created.",
  });

/** @param users names of the services and containers; may be empty. @param error the engine's refusal. */
export function resourceInUse(
  { kind, name }: Named,
  users: readonly string[],
  error: DeploymentError,
): DeploymentError {
  const detail = users.length > 0 ? ` by ${users.toSorted().join(", ")}` : `: ${engineMessage(error)}`;
  return new DeploymentError("CONFLICT", `The ${kind} ${name} is still in use${detail}.`, {
    hint: `Remove the services and containers that use it first. The ${kind} was not changed.`,
    cause: error.cause,
  });
}

/** Explains an engine's error of a creation (Engine API, NetworkCreate, VolumeCreate, ConfigCreate, SecretCreate). */
export function explainResourceError(error: unknown, spec: ResourceSpec): unknown {
  if (!DeploymentError.isInstance(error)) return error;
  const { code, message, field, hint, cause } = error;
  const { kind } = spec;
  const driver = "driver" in spec ? spec.driver : undefined;
  if (code === "CONFLICT") return resourceExists(spec, cause);
  if (code === "NOT_FOUND" && driver !== undefined) {
    return new DeploymentError("INVALID_REQUEST", `The engine has no ${kind} driver ${driver}.`, {
      field: "driver",
      hint: "Install the driver's plugin (in a swarm, on every node), or use another driver. Nothing was created.",
      cause,
    });
  }
  if (code !== "INVALID_REQUEST") return error;
  return new DeploymentError(code, message, {
    field,
    hint: hint ?? `Correct the ${kind}. Nothing was created.`,
    cause,
  });
}
