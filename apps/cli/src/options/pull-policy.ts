import type { DesiredProject } from "@openfactory/deployer";

/** When images are pulled, with the words of `image_pull_policy`. */
export const PULL_POLICIES = ["always", "missing", "never"] as const;

export type PullPolicy = (typeof PULL_POLICIES)[number];

/** Replaces the pull policy of every app for one run. Undefined: each app keeps its own. */
export const withPullPolicy = <Project extends DesiredProject>(
  desired: Project,
  policy: PullPolicy | undefined,
): Project =>
  policy === undefined
    ? desired
    : {
        ...desired,
        apps: desired.apps.map((app) => ({ ...app, request: { ...app.request, imagePullPolicy: policy } })),
      };
