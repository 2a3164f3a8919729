import { isDeepStrictEqual } from "node:util";
import { DeploymentError } from "../errors.js";
import type { DeploymentWarning } from "../operation.js";
import type { NormalizedRequest, RequestField } from "../request/deploy-request.js";
import { readManifest } from "./read-manifest.js";
import type { NetworkOptions, StrategyManifest, Limitation } from "./manifest.js";

/** Networks by name. */
type Networks = ReadonlyMap<string, NetworkOptions>;

/**
 * Finds the parts of `request` that a strategy with this manifest doesn't support.
 * @param options.networks the networks that the request's project declares, by name. Default: none.
 * @returns a warning for each part.
 * @throws DeploymentError `UNSUPPORTED` in strict mode, and always for a part that is declared with `refuse`.
 */
export function checkSupport(
  request: NormalizedRequest,
  declared: StrategyManifest,
  options: { strict?: boolean; networks?: Networks } = {},
): DeploymentWarning[] {
  const { manifest, supported, limitations } = checksOf(declared);
  const fields = Object.keys(request) as RequestField[];
  const parts = [
    // Most limitations are about fields that the request doesn't set.
    ...limitations.filter(({ field }) => request[field] !== undefined).map(({ part }) => part),
    ...fields.filter((field) => !supported.has(field)).map((field) => undeclared(field, manifest)),
  ];
  const found = parts
    .map((part) => ({ ...part, paths: unsupportedPaths(request, part, options.networks) }))
    .filter(({ paths }) => paths.length > 0);

  const refused = found.filter((part) => options.strict || part.refuse);
  if (refused.length > 0) {
    const list = refused.map(({ field, reason }) =>
      reason === notSupportedOn(manifest.name) ? field : `${field} (${reason.replace(/\.$/, "")})`,
    );
    const message = `Service ${request.name} uses fields that ${manifest.name} doesn't support: ${list.join(", ")}.`;
    throw new DeploymentError("UNSUPPORTED", message, {
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
    code: "FIELD_NOT_SUPPORTED",
    service: request.name,
    strategy: manifest.name,
    field,
    reason,
  }));
}

/** What a manifest makes necessary to check, prepared once for all requests. */
interface Checks {
  readonly manifest: StrategyManifest;
  /** Fields that the manifest mentions. */
  readonly supported: ReadonlySet<string>;
  /** Limitations with the field of the request that they are about. */
  readonly limitations: readonly { readonly field: RequestField; readonly part: Limitation }[];
}

const prepared = new WeakMap<StrategyManifest, Checks>();

function checksOf(declared: StrategyManifest): Checks {
  const known = prepared.get(declared);
  if (known !== undefined) return known;
  const manifest = readManifest(declared);
  const checks: Checks = {
    manifest,
    supported: new Set<string>([...manifest.supportedFields, ...manifest.limitations.map((part) => part.field)]),
    limitations: manifest.limitations.map((part) => ({ field: parsePath(part.field)[0] as RequestField, part })),
  };
  prepared.set(declared, checks);
  return checks;
}

/** A limitation for a field that the manifest doesn't mention. */
const undeclared = (field: RequestField, { name }: StrategyManifest): Limitation => ({
  field,
  reason: notSupportedOn(name),
  // A single instance needs no variables that distinguish it from others.
  ...(field === "replicaEnv" && { unless: [false], when: hasSeveralInstances }),
});

const notSupportedOn = (platform: string): string => `Not supported on ${platform}.`;

const hasSeveralInstances = ({ mode = { Replicated: { Replicas: 1 } } }: NormalizedRequest): boolean =>
  !("Replicated" in mode) || (mode.Replicated.Replicas ?? 1) > 1;

const defaultHint = (refused: readonly Limitation[]): string =>
  refused.some((part) => part.refuse)
    ? "Remove the field, or use a platform that supports it: see `ofdeploy platforms`."
    : "Remove the field, use a platform that supports it (see `ofdeploy platforms`), or drop --strict.";

/** The paths of the values that a limitation applies to. */
function unsupportedPaths(request: NormalizedRequest, part: Limitation, networks: Networks = new Map()): string[] {
  const { field, unless = [], appliesTo, when } = part;
  if (when?.(request) === false || !matchesNetworks(request, part, networks)) return [];
  const steps = parsePath(field);
  // Most requests set few fields.
  if (request[steps[0] as keyof NormalizedRequest] === undefined) return [];
  return valuesAt(request, steps)
    .filter(
      ({ value }) =>
        !unless.some((allowed) => isDeepStrictEqual(allowed, value)) && (appliesTo?.(value, request) ?? true),
    )
    .map(({ path }) => path);
}

/** Whether all of the request's networks are known and meet the limitation's condition on networks. */
function matchesNetworks(
  { networks = [] }: NormalizedRequest,
  { whenEveryNetwork }: Limitation,
  known: Networks,
): boolean {
  if (whenEveryNetwork === undefined) return true;
  const joined = networks.map((name) => known.get(name));
  return joined.length > 0 && joined.every((network) => network !== undefined && whenEveryNetwork(network));
}

/** A value of a request, and its path: `ports[0].hostAddress`. */
interface ValueAtPath {
  value: unknown;
  path: string;
}

/** All values at a path such as `ports[].hostAddress`, given in steps. */
function valuesAt(root: unknown, [step, ...rest]: readonly string[], path = ""): ValueAtPath[] {
  if (step === undefined) return isSet(root) ? [{ value: root, path }] : [];
  if (root === null || typeof root !== "object") return [];
  if (step !== "[]") {
    return valuesAt((root as Record<string, unknown>)[step], rest, path === "" ? step : `${path}.${step}`);
  }
  return Array.isArray(root) ? root.flatMap((value, index) => valuesAt(value, rest, `${path}[${index}]`)) : [];
}

const isSet = (value: unknown): boolean => {
  if (value === undefined || value === null) return false;
  if (typeof value !== "object") return true;
  return Object.keys(value).length > 0;
};

/** A manifest has few paths, and all of them are checked for every request. */
const parsedPaths = new Map<string, readonly string[]>();

function parsePath(path: string): readonly string[] {
  const known = parsedPaths.get(path);
  if (known !== undefined) return known;
  const steps = path.split(/(?=\[\])|\./).filter((step) => step !== "");
  parsedPaths.set(path, steps);
  return steps;
}
