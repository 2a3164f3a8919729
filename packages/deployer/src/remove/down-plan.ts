import { DeploymentError, type ResourceKind } from "@openfactory/deploy-core";
import type { ProjectWarning } from "../project-warning.js";
import { resourceId } from "../resources/resource-id.js";

/** A service that `down` would remove, or leave. */
export interface PlannedRemoval {
  readonly service: string;
  /** The app's name, where it is known. */
  readonly app?: string;
  readonly action: "remove" | "keep";
  /** What owns it: `app_a.yml`, `the project other`; left out where no file is recorded. */
  readonly owner?: string;
  /** Of `keep`: one sentence. */
  readonly reason?: string;
}

/** A network, volume, config or secret that `down` would remove, or leave. */
export interface PlannedResourceRemoval {
  readonly kind: ResourceKind;
  readonly name: string;
  readonly action: "remove" | "keep";
  readonly owner?: string;
  readonly reason?: string;
}

/** What `down` would do. Plain data. */
export interface DownPlan {
  readonly project: string;
  readonly platform: string;
  readonly services: readonly PlannedRemoval[];
  readonly resources: readonly PlannedResourceRemoval[];
  readonly warnings: readonly ProjectWarning[];
  /** Whether it would remove anything. */
  readonly hasChanges: boolean;
}

const removals = ({ services, resources }: DownPlan): string[] => [
  ...services.filter(({ action }) => action === "remove").map(({ service }) => `service ${service}`),
  ...resources.filter(({ action }) => action === "remove").map((resource) => resourceId(resource).replace("/", " ")),
];

/**
 * Ends a run that would remove more than was confirmed. What has gone since is no obstacle.
 * @throws DeploymentError `CONFLICT`.
 */
export function assertConfirmed(now: DownPlan, confirmed: DownPlan): void {
  const known = new Set(removals(confirmed));
  const more = removals(now).filter((subject) => !known.has(subject));
  if (more.length === 0) return;
  throw new DeploymentError(
    "CONFLICT",
    `Since the list was confirmed, this was added: ${more.join(", ")}. Nothing was removed.`,
    {
      hint: "Run the command again, and check its list.",
    },
  );
}
