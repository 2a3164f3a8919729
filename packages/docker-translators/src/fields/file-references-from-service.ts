import type { FileReference, ServiceSettings } from "@openfactory/deploy-core";
import type { Answered } from "../engine-api/body.js";
import type { ContainerSpec, ReferenceFile } from "../engine-api/service.js";
import { copyDefined } from "../support/copy-defined.js";
import { sortedBy } from "../support/sorted.js";

const DEFAULT_MODE = 0o444;

const unless = <Value>(value: Value | null | undefined, plain: Value): Value | undefined =>
  value === plain || value === null ? undefined : value;

/** A reference without what it would be if it were left out. */
const toReference = (name: string, file: Answered<ReferenceFile>, target: string): FileReference =>
  copyDefined({
    name,
    target: unless(file.Name, target),
    uid: unless(file.UID || undefined, "0"),
    gid: unless(file.GID || undefined, "0"),
    mode: unless(file.Mode, DEFAULT_MODE),
  });

const ordered = (files: FileReference[]): FileReference[] =>
  sortedBy(files, ({ name, target = "" }) => `${name}\0${target}`);

/** `Secrets` of ContainerSpec to `secrets`, by name: ids are the swarm's own. */
export function fromSecretReferences({
  Secrets,
}: Answered<Pick<ContainerSpec, "Secrets">>): Pick<ServiceSettings, "secrets"> {
  const secrets = (Secrets ?? []).flatMap(({ SecretName, File }) =>
    SecretName && File ? [toReference(SecretName, File, SecretName)] : [],
  );
  return secrets.length === 0 ? {} : { secrets: ordered(secrets) };
}

/** `Configs` of ContainerSpec to `configs`, by name; one that becomes no file (`Runtime`) is no part of a request. */
export function fromConfigReferences({
  Configs,
}: Answered<Pick<ContainerSpec, "Configs">>): Pick<ServiceSettings, "configs"> {
  const configs = (Configs ?? []).flatMap(({ ConfigName, File }) =>
    ConfigName && File ? [toReference(ConfigName, File, `/${ConfigName}`)] : [],
  );
  return configs.length === 0 ? {} : { configs: ordered(configs) };
}
