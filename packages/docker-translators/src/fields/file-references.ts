import { DeploymentError, type FileReference, type NormalizedRequest } from "@openfactory/deploy-core";
import type { ContainerSpec, ReferenceFile } from "../engine-api/service.js";

/** Ids of secrets or configs, by name. */
export type ResourceIds = Readonly<Record<string, string>>;

interface ReferenceContext {
  /** The service's name, for errors. */
  service: string;
  ids?: ResourceIds;
}

/** Readable by all, owned by root, as the docker command has it. */
const toFile = (reference: FileReference, target: string): ReferenceFile => ({
  Name: reference.target ?? target,
  UID: reference.uid ?? "0",
  GID: reference.gid ?? "0",
  Mode: reference.mode ?? 0o444,
});

function idOf(kind: "secret" | "config", name: string, index: number, { service, ids = {} }: ReferenceContext): string {
  const id = Object.hasOwn(ids, name) ? ids[name] : undefined;
  if (id !== undefined) return id;
  throw new DeploymentError("INVALID_REQUEST", `There is no ${kind} ${name}, which service ${service} names.`, {
    service,
    field: `${kind}s[${index}]`,
    hint: `Create it first: docker ${kind} create ${name} FILE.`,
  });
}

/**
 * `secrets` to `Secrets` of ContainerSpec. A target without a leading slash, by default the name, is under
 * `/run/secrets`.
 * @throws DeploymentError `INVALID_REQUEST` for a secret whose id is not given.
 */
export function toSecretReferences(
  { secrets = [] }: Pick<NormalizedRequest, "secrets">,
  context: ReferenceContext,
): Pick<ContainerSpec, "Secrets"> {
  if (secrets.length === 0) return {};
  return {
    Secrets: secrets.map((secret, index) => ({
      SecretID: idOf("secret", secret.name, index, context),
      SecretName: secret.name,
      File: toFile(secret, secret.name),
    })),
  };
}

/**
 * `configs` to `Configs` of ContainerSpec. A target without a leading slash is under `/`, where the default,
 * `/<name>`, is as well.
 * @throws DeploymentError `INVALID_REQUEST` for a config whose id is not given.
 */
export function toConfigReferences(
  { configs = [] }: Pick<NormalizedRequest, "configs">,
  context: ReferenceContext,
): Pick<ContainerSpec, "Configs"> {
  if (configs.length === 0) return {};
  return {
    Configs: configs.map((config, index) => ({
      ConfigID: idOf("config", config.name, index, context),
      ConfigName: config.name,
      File: toFile(config, `/${config.name}`),
    })),
  };
}
