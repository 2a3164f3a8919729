import type { ServiceSettings } from "@openfactory/deploy-core";
import { OWNERSHIP_LABELS, PROJECT_LABEL } from "../ownership/labels.js";

/** A value at the end of a path: text, or words of a command line. */
export type LeafValue = string | readonly string[];

/** Path and value of one setting, e.g. `["env.LOG_LEVEL", "debug"]`. */
export type Leaf = readonly [path: string, value: LeafValue];

/**
 * Settings as paths and values, in a form in which only what means something differs: what is named has its name in the
 * path (variables, labels, mounts by target, ports by host port), and of what is a set, each element is a path. The
 * labels by which this tool knows what is its own are left out.
 */
export const leavesOf = (settings: ServiceSettings): Leaf[] =>
  Object.entries(settings).flatMap(([field, value]) => {
    if (value === undefined) return [];
    const leaves = FIELDS[field as keyof ServiceSettings] as ((value: unknown) => Leaf[]) | undefined;
    return (leaves ?? nested)(value).map(([path, leaf]): Leaf => [path === "" ? field : `${field}.${path}`, leaf]);
  });

type Fields = { readonly [Field in keyof ServiceSettings]?: (value: NonNullable<ServiceSettings[Field]>) => Leaf[] };

/** The fields that are more than objects of values. */
const FIELDS: Fields = {
  env: (entries) =>
    entries.map((entry) => {
      const at = entry.indexOf("=");
      return [entry.slice(0, at), entry.slice(at + 1)];
    }),
  labels: (labels) => Object.entries(labels).filter(([label]) => !OWNERSHIP_LABELS.includes(label)),
  ports: (ports) =>
    ports.map(({ target, published, protocol, hostAddress, mode }) => {
      const host = published === undefined ? `any:${target}` : published;
      const address = hostAddress === undefined ? "" : `${hostAddress}:`;
      return [`${address}${host}/${protocol}`, mode === "ingress" ? `${target}` : `${target} in ${mode} mode`];
    }),
  mounts: (mounts) =>
    mounts.flatMap(({ Target, ...mount }) =>
      below(
        Target,
        nested(mount).filter(([path]) => path !== VOLUME_MARK),
      ),
    ),
  networks: (names) => elements(names),
  constraints: (constraints) => elements(constraints),
  capAdd: (names) => elements(names),
  capDrop: (names) => elements(names),
  secrets: (files) => files.flatMap(fileLeaves),
  configs: (files) => files.flatMap(fileLeaves),
  mode: (mode) => {
    const leaves = nested(mode);
    // Global modes are empty objects.
    return leaves.length > 0 ? leaves : Object.keys(mode).map((key): Leaf => [key, "yes"]);
  },
};

/** On volumes, so that those made for a project are found again. */
const VOLUME_MARK = `VolumeOptions.Labels.${PROJECT_LABEL}`;

const elements = (values: readonly string[]): Leaf[] => values.map((value) => [value, value]);

const below = (path: string, leaves: readonly Leaf[]): Leaf[] => leaves.map(([rest, value]) => [`${path}.${rest}`, value]);

function fileLeaves(file: { name: string; target?: string; uid?: string; gid?: string; mode?: number }): Leaf[] {
  const { target = file.name, mode, ...rest } = file;
  const octal = mode === undefined ? {} : { mode: `0o${mode.toString(8)}` };
  return below(target, nested({ ...rest, ...octal }));
}

/** Values of nested objects; lists are words. What is undefined or empty is not there. */
function nested(value: unknown): Leaf[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return [["", value.map(String)]];
  if (typeof value !== "object") return [["", String(value)]];
  return Object.entries(value).flatMap(([key, part]) =>
    nested(part).map(([path, leaf]): Leaf => [path === "" ? key : `${key}.${path}`, leaf]),
  );
}
