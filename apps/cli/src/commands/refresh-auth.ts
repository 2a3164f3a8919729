import type { RefreshReport } from "@openfactory/deployer";
import { chooseDeployed } from "../choose-apps.js";
import type { ExitCode } from "../exit-codes.js";
import type { CommandContext } from "../options/context.js";
import { formatDuration } from "../output/format.js";
import { openStrategy } from "../platforms.js";
import { loadProject } from "../project.js";
import { runOperation } from "./run-operation.js";

export interface RefreshAuthCommandOptions {
  apps: string[];
  concurrency?: number;
}

export async function refreshAuthCommand(context: CommandContext<RefreshAuthCommandOptions>): Promise<ExitCode> {
  const { io, options } = context;
  const { apps, concurrency } = options;
  const desired = await loadProject(options, io);
  const strategy = await openStrategy(options, io);
  const { refreshAuth } = await import("@openfactory/deployer");
  return runOperation(strategy, context, {
    command: "refresh-auth",
    consequence: "finishing the services in progress; no more are started",
    run: async ({ signal, observer }) => {
      const named = apps.length === 0 ? undefined : await chooseDeployed(apps, desired, strategy);
      const services = named?.map(({ service }) => service);
      return refreshAuth(strategy, desired, { services, signal, observer, concurrency });
    },
    text: refreshText,
    errors: ({ services: verdicts }) => verdicts.map(({ error }) => error),
  });
}

const RESULTS = {
  renewed: "renewed",
  kept: "unchanged, no credentials to store",
  failed: "failed",
  skipped: "skipped: interrupted",
  foreign: "skipped: not managed by this project",
} as const;

/** The result for each service, and the total. */
function refreshText({ services, project, elapsedMs }: RefreshReport): string {
  if (services.length === 0) return `${project}: nothing is deployed\n`;
  const lines = services.map(({ app, service, outcome }) => `${app ?? service}: ${RESULTS[outcome]}\n`).join("");
  const renewed = services.filter(({ outcome }) => outcome === "renewed").length;
  return `${lines}${project}: ${renewed} renewed in ${formatDuration(elapsedMs)}\n`;
}
