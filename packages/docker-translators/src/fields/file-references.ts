import {
  DeploymentError,
  type FileReference,
  type NormalizedRequest,
  type ServiceSettings,
} from "@openfactory/deploy-core";
import type { Answered } from "../engine-api/body-types.js";
import type { ContainerSpec, ReferenceFile } from "../engine-api/service-types.js";
import { copyDefined, sortedBy } from "../plain-data.js";

/** Ids of secrets or configs, by name. */
export type ResourceIds = Readonly<Record<string, string>>;

interface ReferenceContext {
  /** The service's name, for errors. */
  service: string;
  ids?: ResourceIds;
}

/** Readable by all, owned by root, as the docker command creates it. */
export const FILE_DEFAULTS = { UID: "0", GID: "0", Mode: 0o444 };

/**
 * `secrets` to `Secrets` of ContainerSpec. A target without a leading slash, by default the name, is under
 * `/run/secrets`.
 * @throws DeploymentError `INVALID_REQUEST` for a secret without an id.
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

/** `Secrets` of ContainerSpec to `secrets`, by name: ids differ between swarms. */
export function fromSecretReferences({
  Secrets,
}: Answered<Pick<ContainerSpec, "Secrets">>): Pick<ServiceSettings, "secrets"> {
  const secrets = (Secrets ?? []).flatMap(({ SecretName, File }) =>
    SecretName && File ? [toFileReference(SecretName, File, SecretName)] : [],
  );
  return secrets.length === 0 ? {} : { secrets: sortReferences(secrets) };
}

/**
 * `configs` to `Configs` of ContainerSpec. A target without a leading slash, and the default `/<name>`, are under `/`.
 * @throws DeploymentError `INVALID_REQUEST` for a config without an id.
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

/** `Configs` of ContainerSpec to `configs`, by name. A config without a file (`Runtime`) is not part of a request. */
export function fromConfigReferences({
  Configs,
}: Answered<Pick<ContainerSpec, "Configs">>): Pick<ServiceSettings, "configs"> {
  const configs = (Configs ?? []).flatMap(({ ConfigName, File }) =>
    ConfigName && File ? [toFileReference(ConfigName, File, `/${ConfigName}`)] : [],
  );
  return configs.length === 0 ? {} : { configs: sortReferences(configs) };
}

function idOf(kind: "secret" | "config", name: string, index: number, { service, ids = {} }: ReferenceContext): string {
  const id = Object.hasOwn(ids, name) ? ids[name] : undefined;
  if (id !== undefined) return id;
  throw new DeploymentError("INVALID_REQUEST", `Service ${service} uses ${kind} ${name}, which does not exist.`, {
    service,
    field: `${kind}s[${index}]`,
    hint: `Create the ${kind} first: \`docker ${kind} create ${name} FILE\`.`,
  });
}

const toFile = (reference: FileReference, target: string): ReferenceFile => ({
  Name: reference.target ?? target,
  UID: reference.uid ?? FILE_DEFAULTS.UID,
  GID: reference.gid ?? FILE_DEFAULTS.GID,
  Mode: reference.mode ?? FILE_DEFAULTS.Mode,
});

/** A reference without the values that are the default. */
export const toFileReference = (name: string, file: Answered<ReferenceFile>, target: string): FileReference =>
  copyDefined({
    name,
    target: unless(file.Name, target),
    uid: unless(file.UID || undefined, FILE_DEFAULTS.UID),
    gid: unless(file.GID || undefined, FILE_DEFAULTS.GID),
    mode: unless(file.Mode, FILE_DEFAULTS.Mode),
  });

const unless = <Value>(value: Value | null | undefined, usual: Value): Value | undefined =>
  value === usual || value === null ? undefined : value;

export const sortReferences = (files: FileReference[]): FileReference[] =>
  sortedBy(files, ({ name, target = "" }) => `${name}\0${target}`);
