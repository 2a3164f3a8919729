import { randomBytes, scrypt, type ScryptOptions } from "node:crypto";
import { promisify } from "node:util";
import {
  DeploymentError,
  mapLimit,
  type OpenFactoryServiceDeploymentStrategy,
  type OperationOptions,
  type ServiceStatus,
  supports,
} from "@openfactory/deploy-core";
import type { CheckedApp } from "../check/check-requests.js";
import { withRedaction } from "../model/errors.js";
import type { Owner } from "../model/labels.js";
import type { Plan } from "../model/plan.js";
import type { DesiredProject } from "../model/project.js";
import { canonicalJson, hashNormalized } from "../model/request-hash.js";
import { resourceId, resourcesOf } from "../model/resources.js";
import type { PlanBasis, ReviewedPlan, SavedPlan, SavedPlanOptions, ServiceBasis } from "../model/saved-plan.js";
import { canObserve } from "../observe/observe.js";
import { addFindings, type PlanOptions, prepare, type PreparedPlan } from "./plan.js";

/**
 * Plans as `plan` does, for a later `up` with `saved`. Changes nothing.
 * @param options without `showEnv` and `refresh`: the plan masks values of `env`, and reads the settings of every service.
 * @throws DeploymentError as `plan`; `UNSUPPORTED` if the platform can't read services.
 */
export async function planToSave(
  rawStrategy: OpenFactoryServiceDeploymentStrategy,
  desired: DesiredProject,
  options: Omit<PlanOptions, "showEnv" | "refresh"> = {},
): Promise<{ plan: Plan; saved: SavedPlan }> {
  const { prune, volumes, adopt, takeOwnership, strict, preflight, signal } = options;
  assertCanCompare(rawStrategy);
  const strategy = withRedaction(rawStrategy, desired);
  const prepared = await prepare(strategy, desired, { ...options, refresh: true, showEnv: false });
  const plan = preflight === false ? prepared.plan : await addFindings(strategy, prepared, options);
  const chosen: SavedPlanOptions = {
    ...(prune && { prune }),
    ...(volumes && { volumes }),
    ...(adopt !== undefined && adopt.length > 0 && { adopt }),
    ...(takeOwnership && { takeOwnership }),
    ...(strict && { strict }),
  };
  const basis = await basisOf(strategy, prepared, randomBytes(16).toString("hex"), { signal });
  return { plan, saved: { plan: reviewed(plan), basis, options: chosen } };
}

/** @throws DeploymentError `UNSUPPORTED`. */
export function assertCanCompare(strategy: OpenFactoryServiceDeploymentStrategy): void {
  if (canObserve(strategy)) return;
  const { name } = strategy.manifest;
  throw new DeploymentError(
    "UNSUPPORTED",
    `The platform ${name} can't list or inspect services, so a saved plan could not be checked before it is applied.`,
    { strategy: name, hint: "Run `ofdeploy up` without a saved plan." },
  );
}

/** The plan without observed statuses and hashes of requests. */
export const reviewed = ({ apps, orphans, others, ...plan }: Plan): ReviewedPlan => ({
  ...plan,
  apps: apps.map(({ status: _, owner, ...app }) => ({ ...app, ...(owner && { owner: withoutHash(owner) }) })),
  orphans: orphans.map(({ status: _, ...orphan }) => orphan),
  others: others.map(({ status: _, owner, ...other }) => ({ ...other, owner: withoutHash(owner) })),
});

/** The hash of a request is fast to compute, so it would confirm guesses of values of `env`. */
const withoutHash = ({ request: _, ...owner }: Owner): Owner => owner;

/** Each hash takes some ten milliseconds, and 16 MiB. */
const MAX_CONCURRENT_HASHES = 4;

/** What a plan depends on. Hashes with another salt can't be compared. */
export async function basisOf(
  strategy: OpenFactoryServiceDeploymentStrategy,
  { checked, plan, before, after, observedResources }: PreparedPlan,
  salt: string,
  { signal }: OperationOptions = {},
): Promise<PlanBasis> {
  const changed = checked.apps.filter((_, index) => changesService(plan.apps[index]?.action));
  const apps = await mapLimit(MAX_CONCURRENT_HASHES, changed, async (app): Promise<ServiceBasis> => {
    const { service } = app.app;
    const image = after.get(service)?.image ?? (await imageOf(strategy, app, { signal }));
    return {
      service,
      desired: await slowHash(`desired ${service} ${desiredText(app)}`, salt),
      ...(await observedOf(before.get(service), salt)),
      ...(asksRegistry(app) && image !== undefined && { image }),
    };
  });
  const removed = plan.orphans.filter(({ action }) => action === "remove").map(({ service }) => service);
  const orphans = await mapLimit(MAX_CONCURRENT_HASHES, removed, async (service): Promise<ServiceBasis> => ({
    service,
    ...(await observedOf(before.get(service), salt)),
  }));

  const present = Map.groupBy(observedResources, resourceId);
  const used = new Set([...plan.resources.map(resourceId), ...checked.apps.flatMap((app) => resourcesOf(app.request))]);
  const engine = supports(strategy, "list") ? await strategy.engineId?.({ signal }) : undefined;
  return {
    ...(engine !== undefined && { engine }),
    ...(checked.files && { files: checked.files }),
    salt,
    services: [...apps, ...orphans],
    resources: [...used].sort().map((id) => {
      const [kind = "", ...name] = id.split("/");
      const ids = (present.get(id) ?? []).map((resource) => resource.id).sort();
      return { kind: kind as PlanBasis["resources"][number]["kind"], name: name.join("/"), ids };
    }),
  };
}

const changesService = (action: string | undefined): boolean => action !== "unchanged" && action !== "conflict";

const asksRegistry = ({ request: { imagePullPolicy, image } }: CheckedApp): boolean =>
  imagePullPolicy === "always" && !image.includes("@");

/** The image that a new service will have. Undefined if the registry can't be asked: then the deploy fails, too. */
async function imageOf(
  strategy: OpenFactoryServiceDeploymentStrategy,
  app: CheckedApp,
  options: OperationOptions,
): Promise<string | undefined> {
  if (!asksRegistry(app) || !supports(strategy, "settings")) return undefined;
  try {
    return (await strategy.settingsOf(app.request, options)).image;
  } catch (error) {
    if (DeploymentError.isInstance(error, "ABORTED")) throw error;
    return undefined;
  }
}

/** Everything that the file determines about a service. */
const desiredText = ({ request, app: { dependsOn, defaults, device, file, format } }: CheckedApp): string =>
  canonicalJson({ hash: hashNormalized(request), dependsOn, defaults, device, file, format });

/** A revision can be a fast hash of settings with values of `env`, so it is hashed slowly. */
async function observedOf(status: ServiceStatus | undefined, salt: string): Promise<Pick<ServiceBasis, "observed">> {
  if (status === undefined) return {};
  const { name, ids, createdAt, image, labels, ports, replicas, revision } = status;
  const version = canonicalJson(revision ?? { image, labels, ports, desired: replicas.desired });
  return {
    observed: await slowHash(`observed ${name} ${canonicalJson([...ids].sort())} ${createdAt} ${version}`, salt),
  };
}

const scryptAsync = promisify(
  (
    secret: string,
    salt: string,
    length: number,
    options: ScryptOptions,
    done: (error: Error | null, key: Buffer) => void,
  ) => scrypt(secret, salt, length, options, done),
);

/** A hash that makes it expensive to test guesses of the values in the text. */
const slowHash = async (text: string, salt: string): Promise<string> =>
  (await scryptAsync(text, salt, 24, { N: 16_384, r: 8, p: 1 })).toString("hex");
