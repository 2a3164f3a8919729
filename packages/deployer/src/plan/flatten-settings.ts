import type { ServiceSettings } from "@openfactory/deploy-core";
import { OWNERSHIP_LABELS, VOLUME_LABELS } from "../model/labels.js";
import { canonicalMount, canonicalVariable } from "../model/request-hash.js";

/** The value of one setting: text, or the words of a command line. */
export type SettingValue = string | readonly string[];

/** Path and value of one setting, e.g. `["env.LOG_LEVEL", "debug"]`. */
type FlatSetting = readonly [path: string, value: SettingValue];

/**
 * Converts settings to paths and values such that only meaningful differences remain. Named entries have their name in the
 * path (variables, labels, mounts by target, ports by host port), and each element of a set is a path of its own.
 * Ownership labels are left out.
 */
export function flattenSettings(settings: ServiceSettings): FlatSetting[] {
  const flat: FlatSetting[] = [];
  for (const [field, value] of Object.entries(settings)) {
    if (value === undefined) continue;
    const addAll = (FIELDS[field as keyof ServiceSettings] ?? addNested) as (
      value: unknown,
      path: string,
      add: Add,
    ) => void;
    addAll(value, field, (path, setting) => flat.push([path, setting]));
  }
  return flat;
}

type Add = (path: string, value: SettingValue) => void;

type Fields = {
  readonly [Field in keyof ServiceSettings]?: (
    value: NonNullable<ServiceSettings[Field]>,
    path: string,
    add: Add,
  ) => void;
};

type Elements<Field extends keyof ServiceSettings> =
  NonNullable<ServiceSettings[Field]> extends readonly (infer Element)[] ? Element : never;

type NamedFields =
  | "ports"
  | "mounts"
  | "secrets"
  | "configs"
  | "devices"
  | "networks"
  | "constraints"
  | "capAdd"
  | "capDrop"
  | "groupAdd"
  | "extraHosts";

const fileName = ({ name, target }: { name: string; target?: string }): string => target ?? name;
const itself = (value: string): string => value;

/** The names that the elements of a list have in the paths of settings: `8080/tcp` in `ports.8080/tcp`. */
export const ELEMENT_NAMES: { readonly [Field in NamedFields]: (element: Elements<Field>) => string } = {
  ports({ target, published, protocol, hostAddress }) {
    const host = published === undefined ? `any:${target}` : published;
    return `${hostAddress === undefined ? "" : `${hostAddress}:`}${host}/${protocol}`;
  },
  mounts: ({ Target }) => Target,
  secrets: fileName,
  configs: fileName,
  devices: ({ target }) => target,
  networks: itself,
  constraints: itself,
  capAdd: itself,
  capDrop: itself,
  groupAdd: itself,
  extraHosts: itself,
};

const addElements = (values: readonly string[], path: string, add: Add): void => {
  for (const value of values) add(`${path}.${value}`, value);
};

/** The fields that are more than objects of values. */
const FIELDS: Fields = {
  env(entries, path, add) {
    for (const entry of entries.map(canonicalVariable)) {
      const at = entry.indexOf("=");
      add(`${path}.${entry.slice(0, at)}`, entry.slice(at + 1));
    }
  },
  labels(labels, path, add) {
    for (const [label, value] of Object.entries(labels))
      if (!OWNERSHIP_LABELS.includes(label)) add(`${path}.${label}`, value);
  },
  ports(ports, path, add) {
    for (const port of ports) {
      const { target, mode } = port;
      add(`${path}.${ELEMENT_NAMES.ports(port)}`, mode === "ingress" ? `${target}` : `${target} in ${mode} mode`);
    }
  },
  mounts(mounts, path, add) {
    for (const { Target, ...mount } of mounts.map(canonicalMount)) {
      const marks = VOLUME_LABELS.map((label) => `${path}.${Target}.VolumeOptions.Labels.${label}`);
      addNested(mount, `${path}.${Target}`, (leaf, value) => !marks.includes(leaf) && add(leaf, value));
    }
  },
  networks: addElements,
  constraints: addElements,
  capAdd: addElements,
  capDrop: addElements,
  groupAdd: addElements,
  extraHosts: addElements,
  devices(devices, path, add) {
    for (const { target, ...device } of devices) addNested(device, `${path}.${target}`, add);
  },
  secrets: addFiles,
  configs: addFiles,
  mode(mode, path, add) {
    // Global modes are empty objects.
    for (const [key, value] of Object.entries(mode)) {
      if (Object.keys(value).length === 0) add(`${path}.${key}`, "yes");
      else addNested(value, `${path}.${key}`, add);
    }
  },
};

function addFiles(
  files: readonly { name: string; target?: string; uid?: string; gid?: string; mode?: number }[],
  path: string,
  add: Add,
): void {
  for (const { target, mode, ...file } of files) {
    const octal = mode === undefined ? undefined : `0o${mode.toString(8)}`;
    addNested({ ...file, mode: octal }, `${path}.${target ?? file.name}`, add);
  }
}

/** Adds the values of nested objects; a list is one value. Undefined and empty values are left out. */
function addNested(value: unknown, path: string, add: Add): void {
  if (value === undefined || value === null) return;
  if (Array.isArray(value)) add(path, value.map(String));
  else if (typeof value !== "object") add(path, String(value));
  else for (const [key, part] of Object.entries(value)) addNested(part, `${path}.${key}`, add);
}
