import { DeploymentError, type OpenFactoryServiceDeploymentStrategy } from "@openfactory/deploy-core";
import type { DesiredProject, Observer, UpOptions, UpReport } from "@openfactory/deployer";
import { chooseApps } from "../choose-apps.js";
import type { ExitCode } from "../exit-codes.js";
import type { CommandContext } from "../options/context.js";
import { upErrors, upText } from "../output/up-text.js";
import { loadDesired } from "../project.js";
import { runOperation } from "./run-operation.js";

export interface AdoptCommandOptions {
  apps: string[];
  wait?: boolean;
  timeout?: number;
  forceUnlock?: boolean;
}

export async function adoptCommand(context: CommandContext<AdoptCommandOptions>): Promise<ExitCode> {
  const { io, options } = context;
  const { desired, strategy } = await loadDesired(options, io);
  return runOperation(strategy, context, {
    command: "adopt",
    consequence: "reverting the changes of this run",
    run: async (hooks) => {
      const keys = chooseApps(options.apps, desired).map(({ key }) => key);
      return adoptApps(strategy, desired, keys, {
        ...hooks,
        wait: options.wait ?? true,
        timeoutMs: options.timeout,
        forceUnlock: options.forceUnlock,
      });
    },
    text: (report, width) =>
      report.apps.length === 0 ? `${report.project}: nothing to adopt\n` : upText(report, width),
    errors: upErrors,
  });
}

/**
 * Adopts the services of some apps. Changes no other app, and none that the project owns already.
 * @param keys the keys of the apps in the files.
 * @throws DeploymentError `NOT_FOUND` for an app without a service; and as `up`.
 */
async function adoptApps(
  strategy: OpenFactoryServiceDeploymentStrategy,
  desired: DesiredProject,
  keys: readonly string[],
  options: UpOptions,
): Promise<UpReport> {
  const { plan, up } = await import("@openfactory/deployer");
  const { signal } = options;
  const { apps } = await plan(strategy, onlyApps(desired, new Set(keys)), { signal, adopt: keys });
  const missing = apps.find(({ action }) => action === "create");
  if (missing !== undefined) {
    const { app, service } = missing;
    throw new DeploymentError("NOT_FOUND", `The app ${app} can't be adopted: there is no service ${service}.`, {
      service,
      hint: "Run `ofdeploy up` to create it.",
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

/** Hides the project's other apps: they are missing in the reduced project, but they are no orphans. */
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

/** Reduces a project to some apps and the resources that they use, without devices. */
function onlyApps(desired: DesiredProject, keys: ReadonlySet<string>): DesiredProject {
  const apps = desired.apps.filter(({ key }) => keys.has(key));
  const services = new Set(apps.map(({ service }) => service));
  const used = new Set(
    apps.flatMap(({ request: { networks = [], secrets = [], configs = [] } }) =>
      [...networks, ...secrets, ...configs].map((each) => (typeof each === "string" ? each : each.name)),
    ),
  );
  return {
    ...desired,
    apps: apps.map((app) => ({ ...app, dependsOn: app.dependsOn.filter(({ service }) => services.has(service)) })),
    devices: [],
    resources: desired.resources?.filter(({ spec }) => used.has(spec.name)) ?? [],
  };
}
