import {
  type OpenFactoryServiceDeploymentStrategy,
  type OperationOptions,
  requireCapability,
  type ServiceStatus,
  supports,
} from "@openfactory/deploy-core";
import { requestFor } from "../check/check-requests.js";
import { eachBounded } from "../model/concurrency.js";
import { guarded } from "../model/errors.js";
import { FILE_LABEL, ownerOf } from "../model/labels.js";
import { type Ownership, ownershipOf, ownerTextOf, type Scope } from "../model/ownership.js";
import type { DesiredApp, DesiredProject } from "../model/project.js";
import { hashOf } from "../model/request-hash.js";
import { INSPECTIONS_AT_ONCE, observe, withoutSettings } from "../observe/observe.js";
import { compareSettings, isAsDeployed } from "../plan/compare-settings.js";

/** One app of a project, or one service of it that no app has. */
export interface PsRow {
  /** The app's name; of an orphan, the one it was made by. */
  app: string;
  service: string;
  /**
   * `current`: as the file has it; `changed`: otherwise, by another request or by hand; `orphan`: not in the file;
   * `other-file`: another file (or directory) of a project of that name owns it, see `owner`; `unrecorded`: the project's,
   * no file is recorded and none names it; `foreign`: something by that name that this project did not make; `absent`: not
   * deployed.
   */
  relation: "current" | "changed" | "orphan" | "other-file" | "unrecorded" | "foreign" | "absent";
  /** The file that owns it (`app_b.yml`, `app.yml in /srv/line-2`), where that is recorded. */
  owner?: string;
  /** As it is on the engine, without its settings; undefined: absent. */
  status?: ServiceStatus;
}

/**
 * The apps of a project joined with what is on the engine: in the file's order, orphans last. One listing; where that
 * tells no settings, what was changed by hand is not seen (`plan` sees it).
 * @param desired without apps where only the project's name is known: then nothing is an orphan or absent, only listed.
 * @throws DeploymentError `UNSUPPORTED` if the strategy can neither list nor inspect; `INVALID_REQUEST`.
 */
export async function ps(
  unguarded: OpenFactoryServiceDeploymentStrategy,
  desired: DesiredProject,
  options: OperationOptions = {},
): Promise<PsRow[]> {
  const { apps } = desired;
  const strategy = guarded(unguarded, desired);
  if (!supports(strategy, "inspect")) requireCapability(strategy, "list");
  const names = apps.map(({ service }) => service);
  const { services } = await observe(strategy, names, options);
  const rows = await eachBounded(INSPECTIONS_AT_ONCE, apps, async (app): Promise<PsRow> => {
    const { key, service } = app;
    const status = services.get(service);
    if (status === undefined) return { app: key, service, relation: "absent" };
    const relation = await relationOf(app, status, desired, strategy);
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
  ];
}

/** What a service is that no app of the file has; left out: it is not listed. */
const RELATIONS: Readonly<Partial<Record<Ownership, PsRow["relation"]>>> = {
  ours: "orphan",
  "other-file": "other-file",
  unrecorded: "unrecorded",
};

function ownerIn({ labels }: ServiceStatus, scope: Scope): Pick<PsRow, "owner"> {
  return labels[FILE_LABEL] === undefined ? {} : { owner: ownerTextOf(labels, scope) };
}

async function relationOf(
  app: DesiredApp,
  status: ServiceStatus,
  scope: Scope,
  strategy: OpenFactoryServiceDeploymentStrategy,
): Promise<PsRow["relation"]> {
  const ownership = ownershipOf(status.labels, scope, true);
  if (ownership === "foreign") return "foreign";
  if (ownership !== "ours") return "other-file";
  const owner = ownerOf(status.labels);
  if (app.isPartial) return "current";
  const request = requestFor(app, strategy);
  const isSame = owner?.request === hashOf(request);
  const { settings } = status;
  if (settings === undefined || !supports(strategy, "settings")) return isSame ? "current" : "changed";
  if (isSame && isAsDeployed(status, request)) return "current";
  // No registry is asked: whether there is a newer digest is for `plan` to say.
  const wanted = await strategy.settingsOf({ ...request, imagePullPolicy: "missing" });
  return compareSettings(settings, wanted).length === 0 ? "current" : "changed";
}
