import {
  type DeployRequest,
  type Mount,
  type NormalizedRequest,
  parseConstraint,
  type RequestField,
} from "@openfactory/deploy-core";
import { expect } from "vitest";
import type { Suite } from "./suite.js";
import type { ObservedPort, ObservedSettings } from "./target.js";

/**
 * The full name of an image without its digest: `busybox` and `docker.io/library/busybox:latest` are one image, and
 * engines return either.
 */
export function fullName(image: string): string {
  const name = image.replace(/@.*$/, "");
  const [first = "", ...path] = name.split("/");
  const hasRegistry = path.length > 0 && (/[.:]/.test(first) || first === "localhost");
  const full = hasRegistry ? name : `docker.io/${path.length > 0 ? "" : "library/"}${name}`;
  return /:[^/]*$/.test(full) ? full : `${full}:latest`;
}

/** A value without its empty parts, at every depth: undefined, null, 0, false, "", and empty objects and lists. */
const withoutEmpty = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.length > 0 ? value.map(withoutEmpty) : undefined;
  if (typeof value !== "object" || value === null) return value || undefined;
  const entries = Object.entries(value)
    .map(([key, part]) => [key, withoutEmpty(part)] as const)
    .filter(([, part]) => part !== undefined);
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
};

/** The default mode. */
const ONE_REPLICA = { Replicated: { Replicas: 1 } };
const sorted = (texts: readonly string[] = []): string[] => [...texts].sort();
const normalizeConstraint = (constraint: string): string => {
  const { key, operator, value } = parseConstraint(constraint) ?? {};
  return key === undefined ? constraint : `${key}${operator}${value}`;
};
const byTarget = (mounts: readonly Mount[] = []): Mount[] =>
  [...mounts].sort((a, b) => a.Target.localeCompare(b.Target));
const portKey = ({ target, protocol, published = 0 }: ObservedPort): string => `${target}/${protocol}/${published}`;
const byPort = (ports: readonly ObservedPort[] = []): ObservedPort[] =>
  [...ports].sort((a, b) => portKey(a).localeCompare(portKey(b)));
const duplicateKeys = (env: readonly string[]): string[] => {
  const keys = env.map((entry) => entry.split("=")[0] ?? "");
  return keys.filter((key, index) => keys.indexOf(key) < index);
};
const withoutCap = (capabilities: readonly string[] = []): string[] =>
  sorted(capabilities.map((name) => name.replace(/^CAP_/, "")));

/** The requested items in the same order, and no other item. */
const expectItems = (observed: readonly unknown[], requested: readonly unknown[], field: string): void => {
  expect(observed, `${field} on the engine`).toHaveLength(requested.length);
  requested.forEach((one, index) =>
    expect(observed[index], `${field}[${index}] on the engine`).toMatchObject(withoutEmpty(one) as object),
  );
};

type Comparison = (observed: ObservedSettings, requested: NormalizedRequest) => void;

const same =
  (field: keyof ObservedSettings & RequestField): Comparison =>
  (observed, requested) =>
    expect(withoutEmpty(observed[field]), `${field} on the engine`).toEqual(withoutEmpty(requested[field]));

const atLeast =
  (field: keyof ObservedSettings & RequestField): Comparison =>
  (observed, requested) =>
    expect(observed[field], `${field} on the engine`).toMatchObject((withoutEmpty(requested[field]) ?? {}) as object);

const references =
  (field: "secrets" | "configs"): Comparison =>
  (observed, requested) => {
    const ordered = (list: ObservedSettings[typeof field]) =>
      [...(list ?? [])].sort((a, b) => a.name.localeCompare(b.name));
    expectItems(ordered(observed[field]), ordered(requested[field]), field);
  };

/** The texts of a set, in any order. */
const sameSet =
  (field: "groupAdd" | "extraHosts"): Comparison =>
  (observed, requested) =>
    expect(sorted(observed[field]), `${field} on the engine`).toEqual(sorted(requested[field]));

const devicesByTarget = (devices: NormalizedRequest["devices"] = []) =>
  [...devices].sort((a, b) => a.target.localeCompare(b.target));

/** How each field is compared with the engine. */
const comparisons: Record<RequestField, Comparison> = {
  name: () => undefined,
  // A pull policy decides which image runs, and is not a setting of the engine.
  imagePullPolicy: () => undefined,
  // It adds entries to `env`.
  replicaEnv: () => undefined,
  image: (observed, requested) =>
    expect(fullName(observed.image), "image on the engine").toBe(fullName(requested.image)),
  env: (observed, requested) => {
    expect(observed.env, "env on the engine").toEqual(expect.arrayContaining(requested.env));
    expect(duplicateKeys(observed.env), "keys set twice in env on the engine").toEqual([]);
  },
  labels: (observed, requested) =>
    expect(observed.labels, "labels on the engine").toMatchObject(requested.labels ?? {}),
  command: same("command"),
  args: same("args"),
  user: same("user"),
  hostname: same("hostname"),
  ports: (observed, requested) => {
    const wanted = byPort(requested.ports);
    const found = byPort(observed.ports);
    expect(found, "ports on the engine").toHaveLength(wanted.length);
    wanted.forEach((port, index) => {
      const { mode, ...rest } = port;
      const one = found[index];
      expect(one, `ports[${index}] on the engine`).toMatchObject(one?.mode === undefined ? rest : { mode, ...rest });
      expect(one?.hostAddress || undefined, `ports[${index}].hostAddress on the engine`).toBe(port.hostAddress);
    });
  },
  networks: (observed, requested) =>
    expect(sorted(observed.networks), "networks on the engine").toEqual(sorted(requested.networks)),
  networkAliases: (observed, requested) =>
    expect(sorted(observed.networkAliases), "networkAliases on the engine").toEqual(sorted(requested.networkAliases)),
  constraints: (observed, requested) =>
    expect(sorted(observed.constraints?.map(normalizeConstraint)), "constraints on the engine").toEqual(
      sorted(requested.constraints?.map(normalizeConstraint)),
    ),
  resources: same("resources"),
  openFiles: (observed, requested) =>
    expect(observed.openFiles, "openFiles on the engine").toEqual({
      soft: requested.openFiles,
      hard: requested.openFiles,
    }),
  mode: (observed, requested) =>
    expect(observed.mode ?? ONE_REPLICA, "mode on the engine").toEqual(requested.mode ?? ONE_REPLICA),
  mounts: (observed, requested) => {
    const wanted = byTarget(requested.mounts);
    const found = byTarget(observed.mounts);
    expectItems(found, wanted, "mounts");
    wanted.forEach((mount, index) =>
      expect(found[index]?.ReadOnly ?? false, `mount ${mount.Target} is read-only on the engine`).toBe(
        mount.ReadOnly ?? false,
      ),
    );
  },
  healthcheck: atLeast("healthcheck"),
  restart: atLeast("restart"),
  stopGracePeriod: same("stopGracePeriod"),
  init: same("init"),
  readOnly: same("readOnly"),
  capAdd: (observed, requested) =>
    expect(withoutCap(observed.capAdd), "capAdd on the engine").toEqual(withoutCap(requested.capAdd)),
  capDrop: (observed, requested) =>
    expect(withoutCap(observed.capDrop), "capDrop on the engine").toEqual(withoutCap(requested.capDrop)),
  privileged: same("privileged"),
  devices: (observed, requested) =>
    expect(devicesByTarget(observed.devices), "devices on the engine").toEqual(devicesByTarget(requested.devices)),
  groupAdd: sameSet("groupAdd"),
  workingDir: same("workingDir"),
  tty: same("tty"),
  openStdin: same("openStdin"),
  stopSignal: same("stopSignal"),
  extraHosts: sameSet("extraHosts"),
  dns: same("dns"),
  sysctls: same("sysctls"),
  shmSize: same("shmSize"),
  logging: atLeast("logging"),
  secrets: references("secrets"),
  configs: references("configs"),
  updateConfig: atLeast("updateConfig"),
  // It applies to the texts of other fields: the cases on special characters check them.
  templates: () => undefined,
  rollbackConfig: atLeast("rollbackConfig"),
};

/** Expects the requested value in every field that the request sets and the engine returns. */
export function expectSettings(observed: ObservedSettings, requested: NormalizedRequest): void {
  const comparable = (Object.keys(requested) as RequestField[]).filter(
    (field) => observed.incomparable?.[field] === undefined,
  );
  for (const field of comparable) comparisons[field](observed, requested);
}

/** Fields for which engines return no default. */
const fields = [
  "args",
  "user",
  "ports",
  "constraints",
  "resources",
  "mounts",
  "readOnly",
  "capAdd",
  "capDrop",
  "privileged",
  "devices",
  "groupAdd",
  "tty",
  "openStdin",
  "extraHosts",
  "dns",
  "sysctls",
  "secrets",
  "configs",
] as const;

/** Expects that fields which the request does not have are not set on the engine. */
export function expectRestUnset(suite: Suite, observed: ObservedSettings, requested: DeployRequest): void {
  const left = fields.filter((field) => requested[field] === undefined && suite.supportsField(field));
  for (const field of left.filter((field) => observed.incomparable?.[field] === undefined)) {
    expect(withoutEmpty(observed[field]), `${field} on the engine`).toBeUndefined();
  }
}
