import { DeploymentError, type ResourceKind, type ResourceSpec } from "@openfactory/deploy-core";
import type { DockerEngine, Filters } from "@openfactory/docker-engine";

export const labelFilter = (labels: Readonly<Record<string, string>> = {}): Filters => {
  const label = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  return label.length === 0 ? {} : { label };
};

export const alreadyExists = ({ kind, name }: Pick<ResourceSpec, "kind" | "name">, cause?: unknown): DeploymentError =>
  new DeploymentError("ALREADY_EXISTS", `There is a ${kind} named ${name} already.`, {
    hint: "Use it as it is, choose another name, or remove it first; it was left as it is.",
    cause,
  });

export const notThere = (kind: ResourceKind, name: string, engine: DockerEngine): DeploymentError =>
  new DeploymentError("NOT_FOUND", `There is no ${kind} ${JSON.stringify(name).slice(1, -1)} on ${engine.host}.`, {
    hint: `Names are exact; docker ${kind} ls lists what is there.`,
  });
