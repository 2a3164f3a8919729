import { isDeepStrictEqual } from "node:util";
import { DeploymentError } from "../errors.js";
import type { DeploymentWarning } from "../operation.js";
import type { NormalizedRequest, RequestField } from "../request/deploy-request.js";
import type { NetworkOptions, StrategyManifest, UnhonouredPart } from "./manifest.js";

/** A value of a request, and its path: `ports[0].hostAddress`. */
interface Found {
  value: unknown;
  field: string;
}

/** All values at a path such as `ports[].hostAddress`, given step by step. */
const valuesAt = (root: unknown, [step, ...rest]: readonly string[], at = ""): Found[] => {
  if (step === undefined) return isSet(root) ? [{ value: root, field: at }] : [];
  if (root === null || typeof root !== "object") return [];
  if (step !== "[]") return valuesAt((root as Record<string, unknown>)[step], rest, at === "" ? step : `${at}.${step}`);
  return Array.isArray(root) ? root.flatMap((value, index) => valuesAt(value, rest, `${at}[${index}]`)) : [];
};

/** A strategy's paths are few, and looked at for every request. */
const split = new Map<string, readonly string[]>();

function stepsOf(path: string): readonly string[] {
  const known = split.get(path);
  if (known !== undefined) return known;
  const steps = path.split(/(?=\[\])|\./).filter((step) => step !== "");
  split.set(path, steps);
  return steps;
}

const isSet = (value: unknown): boolean => {
  if (value === undefined || value === null) return false;
  if (typeof value !== "object") return true;
  return Object.keys(value).length > 0;
};

/** Networks by name. */
type Networks = ReadonlyMap<string, NetworkOptions>;

/** Whether the request's networks are all known, and all such as the part holds on. */
const holdsOnNetworks = (
  { networks = [] }: NormalizedRequest,
  { onEveryNetwork }: UnhonouredPart,
  known: Networks,
): boolean => {
  if (onEveryNetwork === undefined) return true;
  const joined = networks.map((name) => known.get(name));
  return joined.length > 0 && joined.every((network) => network !== undefined && onEveryNetwork(network));
};

/** The paths of the values that a part is true of. */
const neglected = (request: NormalizedRequest, part: UnhonouredPart, networks: Networks): string[] => {
  const { field, unless = [], holdsFor, when } = part;
  if (when?.(request) === false || !holdsOnNetworks(request, part, networks)) return [];
  return valuesAt(request, stepsOf(field))
    .filter(
      ({ value }) =>
        !unless.some((harmless) => isDeepStrictEqual(harmless, value)) && (holdsFor?.(value, request) ?? true),
    )
    .map((found) => found.field);
};

const hasSeveralInstances = ({ mode = { Replicated: { Replicas: 1 } } }: NormalizedRequest): boolean =>
  !("Replicated" in mode) || (mode.Replicated.Replicas ?? 1) > 1;

const defaultHint = (refused: readonly UnhonouredPart[]): string =>
  refused.some((part) => part.refuse)
    ? "Leave the field out, or deploy on a strategy that honours it."
    : "Leave the field out, deploy on a strategy that honours it, or do without strict mode.";

/**
 * The parts of `request` that a strategy with this manifest does not honour, as warnings.
 * @param options.networks the networks that the request's project declares, by name. Default: none is known.
 * @throws DeploymentError `UNSUPPORTED` in strict mode, and always for a part that is declared with `refuse`.
 */
export function checkHonoured(
  request: NormalizedRequest,
  manifest: StrategyManifest,
  options: { strict?: boolean; networks?: Networks } = {},
): DeploymentWarning[] {
  const explained = new Set(manifest.unhonoured.map((part) => part.field));
  const silent = (Object.keys(request) as RequestField[])
    .filter((field) => !manifest.honours.includes(field) && !explained.has(field))
    .map((field): UnhonouredPart => ({
      field,
      reason: `The ${manifest.name} strategy does not honour it.`,
      // One instance needs nothing that tells it from others.
      ...(field === "replicaEnv" && { unless: [false], when: hasSeveralInstances }),
    }));
  const found = [...manifest.unhonoured, ...silent]
    .map((part) => ({ ...part, paths: neglected(request, part, options.networks ?? new Map()) }))
    .filter(({ paths }) => paths.length > 0);

  const refused = found.filter((part) => options.strict || part.refuse);
  if (refused.length > 0) {
    const list = refused.map(({ field, reason }) => `${field} (${reason.replace(/\.$/, "")})`).join(", ");
    throw new DeploymentError("UNSUPPORTED", `${manifest.name} can't honour ${list} of service ${request.name}.`, {
      service: request.name,
      strategy: manifest.name,
      field: refused[0]?.field,
      issues: refused.flatMap(({ paths, reason, hint }) =>
        paths.map((field) => ({ field, message: reason, ...(hint !== undefined && { hint }) })),
      ),
      hint: refused[0]?.hint ?? defaultHint(refused),
    });
  }
  return found.map(({ field, reason }) => ({
    code: "FIELD_NOT_HONOURED",
    service: request.name,
    strategy: manifest.name,
    field,
    reason,
  }));
}
