import { Argument, Option } from "commander";
import {
  adoptOption,
  appNames,
  concurrencyOption,
  forceUnlockOption,
  noDepsOption,
  pruneOptions,
  strictOption,
  takeOwnershipOption,
  waitOptions,
  withoutEffect,
} from "../options/options.js";
import { collectReplicas, parseDuration, single } from "../options/parse-values.js";
import { PULL_POLICIES } from "../options/pull-policy.js";
import { command, type CommandGroup } from "./command.js";

/** The commands that change services, and the plan. */
export const deployCommands: CommandGroup = {
  title: "Deploy:",
  commands: [
    command({
      name: "up",
      description: "Create or update apps in dependency order",
      arguments: [appNames("Names of apps, with what they depend on (default: all)")],
      options: [
        noDepsOption(),
        ...waitOptions("every app is running and healthy"),
        concurrencyOption("apps", "8 new, 32 updated"),
        strictOption(),
        ...pruneOptions(),
        adoptOption(),
        takeOwnershipOption(),
        new Option("--refresh", "Inspect every service to detect manual changes"),
        new Option("--no-preflight", "Skip preflight checks"),
        forceUnlockOption(),
        new Option("--no-rollback", "Don't roll back on failure; continue with other apps"),
        new Option("--pull <policy>", "Pull images: always, missing or never").choices(PULL_POLICIES),
        new Option("--dry-run", "Print the plan without changing anything"),
        ...withoutEffect("-y, --yes"),
      ],
      examples: {
        "up web": "Deploy web and what it depends on",
        "up --platform swarm -f apps.yml": "Deploy apps.yml to a swarm",
      },
      run: async (context) => (await import("../commands/up.js")).upCommand(context),
    }),
    command({
      name: "plan",
      description: "Show what up would change, field by field",
      arguments: [appNames("Names of apps, with what they depend on (default: all)")],
      options: [
        noDepsOption(),
        ...pruneOptions(),
        adoptOption(),
        takeOwnershipOption(),
        strictOption(),
        new Option("--no-preflight", "Skip preflight checks"),
        new Option("--show-env", "Show the values of environment variables"),
        new Option("--markdown", "Print Markdown, for a pull request"),
        single(new Option("-o, --out <file>", "Save the plan for `ofdeploy up <file>`")),
        single(new Option("--html <file>", "Write a page with a diagram, for review")),
        single(new Option("--metrics <file>", "Write Prometheus metrics, for alerts on drift")),
      ],
      examples: {
        plan: "Show what `ofdeploy up` would change",
        "plan --out plan.json": "Save the plan; `up plan.json` applies it",
      },
      run: async (context) => (await import("../commands/plan.js")).planCommand(context),
    }),
    command<{ apps: string[] }>({
      name: "adopt",
      description: "Adopt existing services that have an app's name",
      arguments: [new Argument("<apps...>", "Names of apps")],
      options: [...waitOptions("every app is running and healthy"), forceUnlockOption()],
      examples: { "adopt web": "Adopt the service of the app web" },
      run: async (context) => (await import("../commands/adopt.js")).adoptCommand(context),
    }),
    command<{ apps: string[] }>({
      name: "rollback",
      description: "Roll back to the previous versions",
      arguments: [appNames("Names of apps (default: all that the last up changed)")],
      options: [
        ...waitOptions("every app is running and healthy"),
        concurrencyOption("apps to roll back", 32),
        forceUnlockOption(),
      ],
      examples: { rollback: "Roll back the last up", "rollback web": "Roll back the last change of web" },
      run: async (context) => (await import("../commands/rollback.js")).rollbackCommand(context),
    }),
    command<{ replicas: Record<string, number> }>({
      name: "scale",
      description: "Set the number of replicas until the next up",
      arguments: [new Argument("<replicas...>", "For example web=3").argParser(collectReplicas)],
      options: [...waitOptions("all replicas are running"), forceUnlockOption()],
      examples: { "scale web=3": "Run 3 replicas of web", "scale web=0": "Stop web" },
      run: async (context) => (await import("../commands/scale.js")).scaleCommand(context),
    }),
    command({
      name: "down",
      description: "Remove the apps and resources of the files",
      arguments: [appNames("Names of apps or services (default: all of the files)")],
      options: [
        new Option("--all", "Remove the whole project, including apps of other files"),
        new Option("-y, --yes", "Don't ask for confirmation"),
        new Option("--dry-run", "Print what would be removed"),
        new Option("-v, --volumes", "Remove volumes and their data too"),
        single(
          new Option(
            "--timeout <duration>",
            "Time limit for each removal, and 2s more for each other one (default: 1m)",
          ),
          parseDuration,
        ),
        concurrencyOption("removals", 128),
        forceUnlockOption(),
        ...withoutEffect("--remove-orphans"),
      ],
      examples: {
        down: "Remove the apps of the files",
        "down web": "Remove web only",
        "down --volumes --yes": "Remove their volumes and data too",
      },
      run: async (context) => (await import("../commands/down.js")).downCommand(context),
    }),
  ],
};
