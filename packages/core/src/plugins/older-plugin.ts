import type { CanPreflight } from "../capabilities/checks.js";
import type { CanReportSettings, CanUpdate } from "../capabilities/services.js";
import { type Deployment, type DeploymentWarning, type DeployOptions, throwIfAborted } from "../operation.js";
import type { DeployRequest, NormalizedRequest } from "../request/deploy-request.js";
import { parseRequest } from "../request/parse-request.js";
import { checkSupport } from "../strategy/check-support.js";
import type { Limitation } from "../strategy/manifest.js";
import type { OpenFactoryServiceDeploymentStrategy } from "../strategy/strategy.js";
import { compareVersions } from "../version.js";

/** A part of a request that a minor version added to the contract. */
export interface RequestAddition extends Pick<Limitation, "field" | "unless"> {
  /** The version that added it. */
  readonly since: string;
}

/**
 * The parts of a request that were added after version 1.0, fields as well as parts of fields. A plugin for an earlier version
 * never receives them.
 */
const REQUEST_ADDITIONS: readonly RequestAddition[] = [];

type Strategy = OpenFactoryServiceDeploymentStrategy & Partial<CanUpdate & CanReportSettings & CanPreflight>;

/** Strategies that are adapted already, since a plugin may register one object for several containers. */
const adapted = new WeakSet<Strategy>();

/**
 * Makes a strategy work that was built for an earlier minor version. The parts of a request that it doesn't know are removed,
 * because a strategy with its own copy of core rejects unknown fields, and one without would pass over unknown parts of fields.
 * Each becomes a limitation in the manifest, and so a warning or an error in strict mode.
 * @param knows the latest version that the plugin knows.
 * @returns the same strategy.
 */
export function adaptOlderPlugin<Adapted extends OpenFactoryServiceDeploymentStrategy>(
  strategy: Adapted,
  knows: string,
  additions: readonly RequestAddition[] = REQUEST_ADDITIONS,
): Adapted {
  const unknown = additions.filter(({ since }) => compareVersions(since, knows) > 0);
  if (unknown.length > 0 && !adapted.has(strategy)) {
    adapted.add(strategy);
    adapt(strategy, knows, unknown);
  }
  return strategy;
}

function adapt(strategy: Strategy, knows: string, unknown: readonly RequestAddition[]): void {
  const limitations = unknown.map(({ field, unless, since }): Limitation => ({
    field,
    ...(unless !== undefined && { unless }),
    reason: `Contract ${since} added it, and the plugin was built for contract ${knows}.`,
    hint: "Install a newer version of the plugin, remove the field, or use another platform.",
  }));
  const manifest = { ...strategy.manifest, limitations: [...strategy.manifest.limitations, ...limitations] };
  replace(strategy, "manifest", manifest);

  const paths = unknown.map(({ field }) => field.split(/(?=\[\])|\./));
  const known = (request: DeployRequest): DeployRequest => {
    const normalized = parseRequest(request, { strategy: manifest.name });
    return paths.reduce<NormalizedRequest>((part, path) => withoutPath(part, path) as NormalizedRequest, normalized);
  };
  /** The warnings that the strategy can't return, since it doesn't receive these parts. */
  const warningsFor = (request: DeployRequest, options: DeployOptions): DeploymentWarning[] => {
    const normalized = parseRequest(request, { strategy: manifest.name });
    throwIfAborted(options.signal, { service: normalized.name, strategy: manifest.name });
    const warnings = checkSupport(normalized, manifest, options).filter((warning) =>
      unknown.some(({ field }) => field === warning.field),
    );
    for (const warning of warnings) options.observer?.({ type: "warning", service: normalized.name, warning });
    return warnings;
  };

  const { deploy, update, settingsOf, preflight } = strategy;
  const reporting =
    <Options extends DeployOptions>(operation: (request: DeployRequest, options?: Options) => Promise<Deployment>) =>
    async (request: DeployRequest, options: Options = {} as Options): Promise<Deployment> => {
      const part = known(request);
      if (part === request) return operation.call(strategy, request, options);
      const warnings = warningsFor(request, options);
      const deployment = await operation.call(strategy, part, options);
      return { ...deployment, warnings: [...warnings, ...deployment.warnings] };
    };
  replace(strategy, "deploy", reporting(deploy));
  if (update !== undefined) replace(strategy, "update", reporting(update));
  if (settingsOf !== undefined) {
    replace(strategy, "settingsOf", async (request, options) => settingsOf.call(strategy, known(request), options));
  }
  if (preflight !== undefined) {
    replace(strategy, "preflight", async (requests, options) => {
      const parts = requests.map((entry) => ({ ...entry, request: known(entry.request) }));
      return preflight.call(strategy, parts, options);
    });
  }
}

const replace = <Name extends keyof Strategy>(strategy: Strategy, name: Name, value: Strategy[Name]): void => {
  Object.defineProperty(strategy, name, { value, enumerable: false, configurable: true, writable: true });
};

/** A copy of a value without the part at a path; the value itself if there is no such part. */
function withoutPath(value: unknown, [step = "", ...rest]: readonly string[]): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (step === "[]") {
    if (!Array.isArray(value)) return value;
    const elements = value.map((element: unknown) => withoutPath(element, rest));
    return elements.some((element, index) => element !== value[index]) ? elements : value;
  }
  if (!Object.hasOwn(value, step)) return value;
  const { [step]: part, ...others } = value as Record<string, unknown>;
  if (rest.length === 0) return others;
  const remaining = withoutPath(part, rest);
  return remaining === part ? value : { ...value, [step]: remaining };
}
