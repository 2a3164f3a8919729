import { DeploymentError, type OpenFactoryServiceDeploymentStrategy } from "@openfactory/deploy-core";
import { type DesiredProject, type Observer, plan, up, type UpOptions, type UpReport } from "@openfactory/deployer";
import { onlyApps } from "../wiring/only-apps.js";

/**
 * Takes over the services of some apps, and leaves the project's others alone. Those that are the project's already are
 * left as they are, too.
 * @param keys names of apps of the project.
 * @throws DeploymentError `NOT_FOUND` for an app of which there is no service; and as `up`.
 */
export async function adoptApps(
  strategy: OpenFactoryServiceDeploymentStrategy,
  desired: DesiredProject,
  keys: readonly string[],
  options: UpOptions,
): Promise<UpReport> {
  const { signal } = options;
  const { apps } = await plan(strategy, onlyApps(desired, new Set(keys)), { signal, adopt: keys });
  const missing = apps.find(({ action }) => action === "create");
  if (missing !== undefined) {
    const { app, service } = missing;
    throw new DeploymentError("NOT_FOUND", `${app} can't be taken over: there is no service ${service}.`, {
      service,
      hint: "Run `ofdeploy up` to make it.",
    });
  }
  const foreign = apps.filter(({ action }) => action === "adopt" || action === "conflict").map(({ app }) => app);
  const others = new Set(desired.apps.map(({ service }) => service));
  const isOther = ({ code, service }: { code: string; service?: string }): boolean =>
    code === "ORPHAN" && service !== undefined && others.has(service);
  const report = await up(strategy, onlyApps(desired, new Set(foreign)), {
    ...options,
    adopt: foreign,
    observer: withoutOthers(options.observer, others, isOther),
  });
  return { ...report, warnings: report.warnings.filter((warning) => !isOther(warning)) };
}

/** The project's other apps are in the file, though not in what is brought up here: they are no orphans. */
const withoutOthers =
  (
    observer: Observer | undefined,
    others: ReadonlySet<string>,
    isOther: (warning: { code: string; service?: string }) => boolean,
  ): Observer =>
  (event) => {
    if (event.type === "warning" && isOther(event.warning)) return;
    if (event.type !== "plan") return observer?.(event);
    const isOrphan = ({ service }: { service: string }): boolean => !others.has(service);
    observer?.({
      type: "plan",
      plan: {
        ...event.plan,
        orphans: event.plan.orphans.filter(isOrphan),
        warnings: event.plan.warnings.filter((warning) => !isOther(warning)),
      },
    });
  };
