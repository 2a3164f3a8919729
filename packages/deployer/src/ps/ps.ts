import {
  type OpenFactoryServiceDeploymentStrategy,
  type OperationOptions,
  requireCapability,
  type ServiceStatus,
  supports,
} from "@openfactory/deploy-core";
import type { DesiredProject } from "../desired.js";
import { observe } from "../observe/observe.js";
import { ownerOf } from "../ownership/labels.js";
import { requestHash } from "../ownership/request-hash.js";

/** One app of a project, or one service of it that no app has any more. */
export interface PsRow {
  /** The app's name; of an orphan, the one it was made by. */
  app: string;
  service: string;
  /**
   * `current`: runs as the file has it; `changed`: made from another request; `orphan`: not in the file; `foreign`:
   * something by that name that this project did not make; `absent`: not deployed.
   */
  relation: "current" | "changed" | "orphan" | "foreign" | "absent";
  /** As it is on the engine; undefined: absent. */
  status?: ServiceStatus;
}

/**
 * The apps of a project joined with what is on the engine: in the file's order, orphans last.
 * @param desired without apps where only the project's name is known: then nothing is an orphan or absent, only listed.
 * @throws DeploymentError `UNSUPPORTED` if the strategy can neither list nor inspect.
 */
export async function ps(
  strategy: OpenFactoryServiceDeploymentStrategy,
  { project, apps }: DesiredProject,
  options: OperationOptions = {},
): Promise<PsRow[]> {
  if (!supports(strategy, "inspect")) requireCapability(strategy, "list");
  const names = apps.map(({ service }) => service);
  const { services } = await observe(strategy, names, options);
  const rows = apps.map(({ key: app, service, request }): PsRow => {
    const status = services.get(service);
    if (status === undefined) return { app, service, relation: "absent" };
    const owner = ownerOf(status.labels);
    if (owner?.project !== project) return { app, service, relation: "foreign", status };
    return { app, service, relation: owner.request === requestHash(request) ? "current" : "changed", status };
  });
  const known = new Set(names);
  const others = [...services.values()].filter(({ name, labels }) => !known.has(name) && ownerOf(labels)?.project === project);
  return [
    ...rows,
    ...others.map((status): PsRow => ({
      app: ownerOf(status.labels)?.app ?? status.name,
      service: status.name,
      relation: apps.length === 0 ? "current" : "orphan",
      status,
    })),
  ];
}
