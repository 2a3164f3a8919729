// Commands and options that users know from Docker, Compose and Terraform, with a hint that names the equivalent.

/** Hints by command. */
export const OTHER_COMMANDS: Readonly<Record<string, string>> = {
  apply: "Run `ofdeploy up`.",
  build: "ofdeploy does not build images: run `docker build`, then `ofdeploy up`.",
  config: "Run `ofdeploy validate` to check the files.",
  convert: "Run `ofdeploy validate` to check the files.",
  create: "Run `ofdeploy up`.",
  delete: "Run `ofdeploy down`.",
  deploy: "Run `ofdeploy up`.",
  destroy: "Run `ofdeploy down`.",
  diff: "Run `ofdeploy plan`.",
  events: "Run `ofdeploy logs --follow` for the logs of apps, or `ofdeploy ps` for their state.",
  exec: "ofdeploy does not run commands in apps: run `docker exec` with a container from `docker ps`.",
  images: "Run `ofdeploy ps` to see the image of each app.",
  init: "Write an openfactory.yml; `ofdeploy schema` prints the JSON Schema of the file for an editor.",
  inspect: "Run `ofdeploy ps`, or `ofdeploy ps --json` for all details.",
  kill: "Run `ofdeploy scale <app>=0` to stop an app, or `ofdeploy down` to remove all apps.",
  list: "Run `ofdeploy ps`.",
  log: "Run `ofdeploy logs`.",
  login: "Run `docker login`; `ofdeploy refresh-auth` renews the credentials of running services.",
  ls: "Run `ofdeploy ps`.",
  port: "Run `ofdeploy ps`: it shows the ports of each app.",
  pull: "`ofdeploy up` pulls images. Write image_pull_policy: always to pull at each deploy.",
  redeploy: "Run `ofdeploy up`.",
  remove: "Run `ofdeploy down`, or delete an app from its file and run `ofdeploy up --prune`.",
  restart: "ofdeploy does not restart apps: run `ofdeploy scale <app>=0`, then `ofdeploy scale <app>=1`.",
  rm: "Run `ofdeploy down`, or delete an app from its file and run `ofdeploy up --prune`.",
  run: "ofdeploy does not run single commands: declare an app with deploy.mode: replicated-job and run `ofdeploy up`.",
  start: "Run `ofdeploy up`, or `ofdeploy scale <app>=1`.",
  stats: "Run `docker stats`.",
  status: "Run `ofdeploy ps`.",
  stop: "Run `ofdeploy scale <app>=0` to stop an app, or `ofdeploy down` to remove all apps.",
  top: "Run `docker top` with a container from `docker ps`.",
  update: "Run `ofdeploy up`.",
  version: "Run `ofdeploy --version`.",
};

const noColor = "Set NO_COLOR=1.";
const debug = "Set OFDEPLOY_DEBUG=1.";
const quiet = "Progress goes to stderr: write `2>/dev/null` after the command to hide it.";

/** Hints by option, for one command and for all commands (`*`). */
export const OTHER_OPTIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  up: {
    "-d": "`up` always leaves the apps running. Pass --no-wait to return before they are ready.",
    "--detach": "`up` always leaves the apps running. Pass --no-wait to return before they are ready.",
    "--build": "ofdeploy does not build images: run `docker build` first.",
    "--force-recreate": "`up` replaces changed apps. Pass --refresh to detect manual changes too.",
    "--pull": "Write image_pull_policy: always in the app.",
    "--remove-orphans": "Pass --prune.",
    "--scale": "Run `ofdeploy scale <app>=<n>`, or write deploy.replicas.",
    "--target": "`up` deploys all apps of its files. Pass -f <path> to deploy one file.",
    "--yes": "`up` asks no questions: remove this option.",
    "-y": "`up` asks no questions: remove this option.",
    "-auto-approve": "`up` asks no questions: remove this option. Run `ofdeploy plan` to see the changes first.",
    "--auto-approve": "`up` asks no questions: remove this option. Run `ofdeploy plan` to see the changes first.",
  },
  plan: {
    "-out": "A plan is not applied from a file. Write `ofdeploy plan --json > plan.json` to keep it.",
    "--out": "A plan is not applied from a file. Write `ofdeploy plan --json > plan.json` to keep it.",
    "-o": "A plan is not applied from a file. Write `ofdeploy plan --json > plan.json` to keep it.",
    "-destroy": "Run `ofdeploy down`.",
  },
  down: {
    "--remove-orphans": "Run `ofdeploy up --prune` to remove services and resources no longer in the files.",
    "--rmi": "ofdeploy does not remove images: run `docker image prune`.",
    "-t": "Pass --timeout <duration>.",
  },
  ps: {
    "-a": "`ps` always lists all apps: remove this option.",
    "--all": "`ps` always lists all apps: remove this option.",
    "-q": "Pass --json, and select the fields with jq.",
    "--format": "Pass --json.",
    "--services": "Pass --json, and select the fields with jq.",
  },
  logs: {
    "-n": "Pass --tail <n>.",
    "--lines": "Pass --tail <n>.",
    "-t": "Pass --json: each line has its timestamp.",
    "--timestamps": "Pass --json: each line has its timestamp.",
    "--until": "Only a start time is supported: pass --since <when>.",
  },
  "*": {
    "-v": "Run `ofdeploy --version` for the version.",
    "-V": "Run `ofdeploy --version` for the version.",
    "--version": "Run `ofdeploy --version` without a command.",
    "-c": "Pass --context <name>.",
    "-q": quiet,
    "--quiet": quiet,
    "-D": debug,
    "--debug": debug,
    "--verbose": `${debug} \`ofdeploy plan --verbose\` lists unchanged apps.`,
    "-l": debug,
    "--log-level": debug,
    "--no-color": noColor,
    "--no-ansi": noColor,
    "--ansi": noColor,
    "--color": `${noColor} Colors are used on terminals only.`,
    "--format": "Pass --json.",
    "-o": "Pass --json.",
    "--output": "Pass --json.",
    "--project-name": "Pass -p <name>.",
    "--project-directory": "Pass -f <directory>.",
    "--profile": "ofdeploy has no profiles: pass -f for each file to deploy.",
    "--parallel": "Pass --concurrency <n> after the command.",
    "-y": "This command asks no questions: remove this option.",
    "--yes": "This command asks no questions: remove this option.",
    "--dry-run": "Run `ofdeploy plan`.",
  },
};

/** Hints for the commands that take no names of apps. */
export const EXCESS_ARGUMENTS: Readonly<Record<string, string>> = {
  validate: "`validate` checks all files. Pass -f <path> to check one file.",
};

/** The hint for a file without -f. A shell expands `-f app_*.yml` to `-f app_a.yml app_b.yml`. */
export const ANOTHER_FILE = "Write -f before each file, or pass -f <directory>.";
