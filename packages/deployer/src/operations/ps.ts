import {
  mapLimit,
  type OpenFactoryServiceDeploymentStrategy,
  type OperationOptions,
  requireCapability,
  type ServiceStatus,
  supports,
} from "@openfactory/deploy-core";
import { requestFor } from "../check/check-requests.js";
import { withRedaction } from "../model/errors.js";
import { FILE_LABEL, ownerOf } from "../model/labels.js";
import { describeOwnerOf, type Ownership, ownershipOf, type Scope } from "../model/ownership.js";
import type { DesiredApp, DesiredProject } from "../model/project.js";
import { isDeployedFrom } from "../model/request-hash.js";
import { INSPECT_CONCURRENCY, observe, withoutSettings } from "../observe/observe.js";
import { compareSettings, matchesFingerprint } from "../plan/compare-settings.js";

/** One app of a project, or one of its services without an app. */
export interface PsRow {
  /** The app's name; of an orphan, the name that its labels record. */
  app: string;
  service: string;
  /**
   * - `current`: it matches the file
   * - `changed`: it differs from the file, or was changed manually
   * - `orphan`: the file does not contain it
   * - `other-file`: another file or directory of the project owns it; see `owner`
   * - `unrecorded`: the project owns it, no file is recorded, and the run's files do not contain it
   * - `foreign`: a service with that name belongs to something else
   * - `unfinished`: left by an interrupted change of another owner's service, such as an adoption, or of a service that no
   *   longer exists
   * - `absent`: not deployed
   */
  relation: "current" | "changed" | "orphan" | "other-file" | "unrecorded" | "foreign" | "unfinished" | "absent";
  /** The file that owns it (`app_b.yml`, `app.yml in /srv/line-2`), if recorded. */
  owner?: string;
  /** The observed status, without settings; undefined if absent. */
  status?: ServiceStatus;
}

/**
 * Lists the apps of a project with their observed services, in the file's order, orphans last. Makes one listing. If that
 * contains no settings, manual changes are not detected, unlike by `plan`.
 * @param desired may have no apps, if only the project's name is known: then no service is an orphan or absent.
 * @throws DeploymentError `UNSUPPORTED` if the strategy can neither list nor inspect; `INVALID_REQUEST`.
 */
export async function ps(
  rawStrategy: OpenFactoryServiceDeploymentStrategy,
  desired: DesiredProject,
  options: OperationOptions = {},
): Promise<PsRow[]> {
  const { apps } = desired;
  const strategy = withRedaction(rawStrategy, desired);
  if (!supports(strategy, "inspect")) requireCapability(strategy, "list");
  const names = apps.map(({ service }) => service);
  const byService = new Map(apps.map((app) => [app.service, app]));
  /** Determined while the listing arrives, so that it does not keep the settings of unchanged services. */
  const relations = new Map<string, Relation | undefined>();
  const isSettled = (status: ServiceStatus): boolean => {
    const app = byService.get(status.name);
    const relation = app && relationWithoutComparison(app, status, desired, strategy);
    relations.set(status.name, relation);
    return relation !== undefined;
  };
  const { services, versions } = await observe(strategy, names, { ...options, project: desired.project, isSettled });
  const rows = await mapLimit(INSPECT_CONCURRENCY, apps, async (app): Promise<PsRow> => {
    const { key, service } = app;
    const status = services.get(service);
    if (status === undefined) return { app: key, service, relation: "absent" };
    const known = relations.has(service)
      ? relations.get(service)
      : relationWithoutComparison(app, status, desired, strategy);
    const relation = known ?? (await comparedRelation(app, status, strategy));
    return { app: key, service, relation, ...ownerIn(status, desired), status: withoutSettings(status) };
  });
  const known = new Set(names);
  const others = [...services.values()].filter(({ name }) => !known.has(name));
  return [
    ...rows,
    ...others.flatMap((status): PsRow[] => {
      const relation = RELATIONS[ownershipOf(status.labels, desired, false)];
      if (relation === undefined) return [];
      return [
        {
          app: ownerOf(status.labels)?.app ?? status.name,
          service: status.name,
          relation: relation === "orphan" && apps.length === 0 ? "current" : relation,
          ...ownerIn(status, desired),
          status: withoutSettings(status),
        },
      ];
    }),
    ...versions.flatMap((status): PsRow[] => {
      const { name: service, versionOf = service, labels } = status;
      if (ownershipOf(labels, desired, known.has(versionOf)) !== "ours") return [];
      const app = ownerOf(labels)?.app ?? versionOf;
      return [{ app, service, relation: "unfinished", ...ownerIn(status, desired), status: withoutSettings(status) }];
    }),
  ];
}

/** The relation of a service without an app in the file. Services of other ownership are not listed. */
const RELATIONS: Readonly<Partial<Record<Ownership, PsRow["relation"]>>> = {
  ours: "orphan",
  "other-file": "other-file",
  unrecorded: "unrecorded",
};

function ownerIn({ labels }: ServiceStatus, scope: Scope): Pick<PsRow, "owner"> {
  return labels[FILE_LABEL] === undefined ? {} : { owner: describeOwnerOf(labels, scope) };
}

type Relation = PsRow["relation"];

async function comparedRelation(
  app: DesiredApp,
  { settings }: ServiceStatus,
  strategy: OpenFactoryServiceDeploymentStrategy,
): Promise<Relation> {
  if (settings === undefined || !supports(strategy, "settings")) return "changed";
  // The registry is not contacted: only `plan` checks for a newer digest.
  const wanted = await strategy.settingsOf({ ...requestFor(app, strategy), imagePullPolicy: "missing" });
  return compareSettings(settings, wanted).length === 0 ? "current" : "changed";
}

/** The relation, as far as labels and the fingerprint of the settings decide it. */
function relationWithoutComparison(
  app: DesiredApp,
  status: ServiceStatus,
  scope: Scope,
  strategy: OpenFactoryServiceDeploymentStrategy,
): Relation | undefined {
  const ownership = ownershipOf(status.labels, scope, true);
  if (ownership === "foreign") return "foreign";
  if (ownership !== "ours") return "other-file";
  if (app.isIncomplete) return "current";
  const request = requestFor(app, strategy);
  if (!isDeployedFrom(request, status.labels)) return undefined;
  const isComparable = status.settings !== undefined && supports(strategy, "settings");
  return !isComparable || matchesFingerprint(status, request) ? "current" : undefined;
}
