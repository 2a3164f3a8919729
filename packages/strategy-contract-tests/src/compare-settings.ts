import type { DeployRequest, Mount, NormalizedRequest, RequestField } from "@openfactory/deploy-core";
import { expect } from "vitest";
import type { Suite } from "./suite.js";
import type { ObservedPort, ObservedSettings } from "./target.js";

/**
 * An image's name in full and without its digest: `busybox` and `docker.io/library/busybox:latest` are one image, and
 * engines tell either.
 */
export function fullName(image: string): string {
  const name = image.replace(/@.*$/, "");
  const [first = "", ...path] = name.split("/");
  const hasRegistry = path.length > 0 && (/[.:]/.test(first) || first === "localhost");
  const full = hasRegistry ? name : `docker.io/${path.length > 0 ? "" : "library/"}${name}`;
  return /:[^/]*$/.test(full) ? full : `${full}:latest`;
}

/** Without what says nothing: undefined, null, 0, false, "", and what is empty after that. */
export const said = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.length > 0 ? value.map(said) : undefined;
  if (typeof value !== "object" || value === null) return value || undefined;
  const entries = Object.entries(value)
    .map(([key, part]) => [key, said(part)] as const)
    .filter(([, part]) => part !== undefined);
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
};

/** What a service is that says nothing of its mode. */
const ONE_REPLICA = { Replicated: { Replicas: 1 } };
const sorted = (texts: readonly string[] = []): string[] => [...texts].sort();
const plainConstraint = (constraint: string): string => constraint.trim().replace(/\s*(==|!=)\s*/, "$1");
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

/** At least what was asked, in the same order, and not one more. */
const expectEach = (seen: readonly unknown[], asked: readonly unknown[], field: string): void => {
  expect(seen, `${field} on the engine`).toHaveLength(asked.length);
  asked.forEach((one, index) =>
    expect(seen[index], `${field}[${index}] on the engine`).toMatchObject(said(one) as object),
  );
};

type Comparison = (seen: ObservedSettings, asked: NormalizedRequest) => void;

const same =
  (field: keyof ObservedSettings & RequestField): Comparison =>
  (seen, asked) =>
    expect(said(seen[field]), `${field} on the engine`).toEqual(said(asked[field]));

const atLeast =
  (field: keyof ObservedSettings & RequestField): Comparison =>
  (seen, asked) =>
    expect(seen[field], `${field} on the engine`).toMatchObject((said(asked[field]) ?? {}) as object);

const references =
  (field: "secrets" | "configs"): Comparison =>
  (seen, asked) => {
    const ordered = (list: ObservedSettings[typeof field]) =>
      [...(list ?? [])].sort((a, b) => a.name.localeCompare(b.name));
    expectEach(ordered(seen[field]), ordered(asked[field]), field);
  };

/** For each field, what the engine must have of it. */
const comparisons: Record<RequestField, Comparison> = {
  name: () => undefined,
  // What a policy does shows in what runs, and in no setting.
  imagePullPolicy: () => undefined,
  // It adds to `env`, or nothing.
  replicaEnv: () => undefined,
  image: (seen, asked) => expect(fullName(seen.image), "image on the engine").toBe(fullName(asked.image)),
  env: (seen, asked) => {
    expect(seen.env, "env on the engine").toEqual(expect.arrayContaining(asked.env));
    expect(duplicateKeys(seen.env), "keys set twice in env on the engine").toEqual([]);
  },
  labels: (seen, asked) => expect(seen.labels, "labels on the engine").toMatchObject(asked.labels ?? {}),
  command: same("command"),
  args: same("args"),
  user: same("user"),
  hostname: same("hostname"),
  ports: (seen, asked) => {
    const wanted = byPort(asked.ports);
    const found = byPort(seen.ports);
    expect(found, "ports on the engine").toHaveLength(wanted.length);
    wanted.forEach((port, index) => {
      const { mode, ...rest } = port;
      const one = found[index];
      expect(one, `ports[${index}] on the engine`).toMatchObject(one?.mode === undefined ? rest : { mode, ...rest });
      expect(one?.hostAddress || undefined, `ports[${index}].hostAddress on the engine`).toBe(port.hostAddress);
    });
  },
  networks: (seen, asked) => expect(sorted(seen.networks), "networks on the engine").toEqual(sorted(asked.networks)),
  constraints: (seen, asked) =>
    expect(sorted(seen.constraints?.map(plainConstraint)), "constraints on the engine").toEqual(
      sorted(asked.constraints?.map(plainConstraint)),
    ),
  resources: same("resources"),
  openFiles: (seen, asked) =>
    expect(seen.openFiles, "openFiles on the engine").toEqual({ soft: asked.openFiles, hard: asked.openFiles }),
  mode: (seen, asked) => expect(seen.mode ?? ONE_REPLICA, "mode on the engine").toEqual(asked.mode ?? ONE_REPLICA),
  mounts: (seen, asked) => {
    const wanted = byTarget(asked.mounts);
    const found = byTarget(seen.mounts);
    expectEach(found, wanted, "mounts");
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
  capAdd: (seen, asked) => expect(withoutCap(seen.capAdd), "capAdd on the engine").toEqual(withoutCap(asked.capAdd)),
  capDrop: (seen, asked) =>
    expect(withoutCap(seen.capDrop), "capDrop on the engine").toEqual(withoutCap(asked.capDrop)),
  secrets: references("secrets"),
  configs: references("configs"),
  updateConfig: atLeast("updateConfig"),
  // What the texts of other fields are: the cases on odd characters look at what the process gets.
  templates: () => undefined,
  rollbackConfig: atLeast("rollbackConfig"),
};

/** What the engine has must be what was asked, in every field that the request sets and the engine tells. */
export function expectSettings(seen: ObservedSettings, asked: NormalizedRequest): void {
  const told = (Object.keys(asked) as RequestField[]).filter((field) => seen.untold?.[field] === undefined);
  for (const field of told) comparisons[field](seen, asked);
}

/** Fields that no engine has a default for that it tells. */
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
  "secrets",
  "configs",
] as const;

/** What a request leaves out, the engine must not have. */
export function expectRestUnset(suite: Suite, seen: ObservedSettings, asked: DeployRequest): void {
  const left = fields.filter((field) => asked[field] === undefined && suite.honoursField(field));
  for (const field of left.filter((field) => seen.untold?.[field] === undefined)) {
    expect(said(seen[field]), `${field} on the engine`).toBeUndefined();
  }
}
