import {
  type OpenFactoryServiceDeploymentStrategy,
  type OperationOptions,
  parseRequest,
  requireCapability,
  type ServiceStatus,
  supports,
} from "@openfactory/deploy-core";
import { eachBounded } from "../bounded.js";
import { isAsDeployed } from "../compare/as-deployed.js";
import { compareSettings } from "../compare/compare-settings.js";
import type { DesiredApp, DesiredProject } from "../desired.js";
import { INSPECTIONS_AT_ONCE, observe, withoutSettings } from "../observe/observe.js";
import { ownerOf } from "../ownership/labels.js";
import { hashOf } from "../ownership/request-hash.js";
import { guarded } from "../secrecy.js";

/** One app of a project, or one service of it that no app has any more. */
export interface PsRow {
  /** The app's name; of an orphan, the one it was made by. */
  app: string;
  service: string;
  /**
   * `current`: as the file has it; `changed`: otherwise, by another request or by hand; `orphan`: not in the file;
   * `foreign`: something by that name that this project did not make; `absent`: not deployed.
   */
  relation: "current" | "changed" | "orphan" | "foreign" | "absent";
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
  const { project, apps } = desired;
  const strategy = guarded(unguarded, desired);
  if (!supports(strategy, "inspect")) requireCapability(strategy, "list");
  const names = apps.map(({ service }) => service);
  const { services } = await observe(strategy, names, options);
  const rows = await eachBounded(INSPECTIONS_AT_ONCE, apps, async (app): Promise<PsRow> => {
    const { key, service } = app;
    const status = services.get(service);
    if (status === undefined) return { app: key, service, relation: "absent" };
    const relation = await relationOf(app, status, project, strategy);
    return { app: key, service, relation, status: withoutSettings(status) };
  });
  const known = new Set(names);
  const others = [...services.values()].filter(({ name, labels }) => !known.has(name) && ownerOf(labels)?.project === project);
  return [
    ...rows,
    ...others.map((status): PsRow => ({
      app: ownerOf(status.labels)?.app ?? status.name,
      service: status.name,
      relation: apps.length === 0 ? "current" : "orphan",
      status: withoutSettings(status),
    })),
  ];
}

async function relationOf(
  app: DesiredApp,
  status: ServiceStatus,
  project: string,
  strategy: OpenFactoryServiceDeploymentStrategy,
): Promise<PsRow["relation"]> {
  const owner = ownerOf(status.labels);
  if (owner?.project !== project) return "foreign";
  if (app.isPartial) return "current";
  const request = parseRequest(app.request);
  const isSame = owner.request === hashOf(request);
  const { settings } = status;
  if (settings === undefined || !supports(strategy, "settings")) return isSame ? "current" : "changed";
  if (isSame && isAsDeployed(status, request)) return "current";
  // No registry is asked: whether there is a newer digest is for `plan` to say.
  const wanted = await strategy.settingsOf({ ...app.request, imagePullPolicy: "missing" });
  return compareSettings(settings, wanted).length === 0 ? "current" : "changed";
}
