// Commands and options that users know from Docker, Compose and Terraform, with a hint that names the equivalent.

/** Hints by command. */
export const OTHER_COMMANDS: Readonly<Record<string, string>> = {
  apply: "Run `ofdeploy up`.",
  attach: "Run `ofdeploy logs --follow <app>`, or `ofdeploy exec <app> sh`.",
  build: "ofdeploy does not build images: run `docker build`, then `ofdeploy up`.",
  create: "Run `ofdeploy up`.",
  delete: "Run `ofdeploy down`, or `ofdeploy down <app>` for one app.",
  deploy: "Run `ofdeploy up`.",
  destroy: "Run `ofdeploy down`.",
  diff: "Run `ofdeploy plan`.",
  events:
    "Run `docker events --filter label=org.openfactory.deploy.project=<project>` on the engine, `ofdeploy logs --follow` for the logs, or `ofdeploy ps` for the state.",
  export: "Run `ofdeploy config` to print the files with all variables replaced.",
  fmt: "Run `ofdeploy config` to print the files in one format.",
  inspect: "Run `ofdeploy ps --json <app>` for all details.",
  kill: "Run `ofdeploy stop <app>` to stop an app, or `ofdeploy down <app>` to remove it.",
  list: "Run `ofdeploy ls` for the projects, or `ofdeploy ps` for the apps.",
  log: "Run `ofdeploy logs`.",
  login: "Run `docker login`; `ofdeploy refresh-auth` renews the credentials of running services.",
  output: "Run `ofdeploy ps --json`.",
  pause: "Run `ofdeploy stop <app>`.",
  pull: "Run `ofdeploy up --pull always` to pull the images of all apps and deploy them. To pull only, run `docker pull` with each image of `ofdeploy images`; on a swarm, every node pulls the images of its own tasks.",
  push: "Run `docker push`.",
  redeploy: "Run `ofdeploy up`, or `ofdeploy restart <app>` without changes.",
  refresh: "Run `ofdeploy plan` to compare the files with the engine, or `ofdeploy refresh-auth` for credentials.",
  remove: "Run `ofdeploy down <app>` to remove one app, or `ofdeploy down` to remove all.",
  rm: "Run `ofdeploy down <app>` to remove one app, or `ofdeploy down` to remove all.",
  run: "Run `ofdeploy exec <app> <command>` in a running app. For a single run, declare an app with deploy.mode: replicated-job and run `ofdeploy up <app>`.",
  show: "Run `ofdeploy ps`, or `ofdeploy plan` for the changes.",
  state: "Run `ofdeploy ps`: ofdeploy keeps no state file.",
  stats: "Run `docker stats $(ofdeploy ps -q)`; on a swarm, `docker stats` on each node of `ofdeploy ps`.",
  status: "Run `ofdeploy ps`.",
  top: "Run `docker top $(ofdeploy ps -q <app>)`, or `ofdeploy exec <app> ps`; on a swarm, `docker top` on the node of `ofdeploy ps <app>`.",
  unpause: "Run `ofdeploy start <app>`.",
  update: "Run `ofdeploy up`.",
  version: "Run `ofdeploy --version`.",
  volumes: "Run `docker volume ls --filter label=org.openfactory.deploy.project=<project>`.",
  watch: "Run `ofdeploy logs --follow`.",
};

/** Hints by option, for one command and for all commands (`*`). */
export const OTHER_OPTIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  up: {
    "--abort-on-container-exit": "Run `ofdeploy up`, then `ofdeploy wait <app>`.",
    "--build": "ofdeploy does not build images: run `docker build` first.",
    "--force-recreate": "Run `ofdeploy restart` after `ofdeploy up`. Pass --refresh to detect manual changes too.",
    "--no-build": "ofdeploy does not build images: remove this option.",
    "--no-recreate": "Name the apps to deploy: `ofdeploy up --no-deps <app>`.",
    "--quiet-pull": "Pass --quiet.",
    "--scale": "Run `ofdeploy scale <app>=<n>`, or write deploy.replicas.",
    "--target": "Name the app: `ofdeploy up <app>`.",
    "-target": "Name the app: `ofdeploy up <app>`.",
    "-auto-approve": "`up` asks no questions: remove this option. Run `ofdeploy plan` to see the changes first.",
    "--auto-approve": "`up` asks no questions: remove this option. Run `ofdeploy plan` to see the changes first.",
  },
  plan: {
    "-destroy": "Run `ofdeploy down --dry-run`.",
    "-target": "Name the app: `ofdeploy plan <app>`.",
    "--target": "Name the app: `ofdeploy plan <app>`.",
  },
  down: {
    "--rmi": "ofdeploy does not remove images: run `docker image prune`.",
    "-t": "Pass --timeout <duration>.",
    "-auto-approve": "Pass --yes.",
    "--auto-approve": "Pass --yes.",
  },
  ps: {
    "--services": "Pass --json, and select the fields with jq.",
    "--filter": "Name the apps to list, or pass --json and select with jq.",
    "--no-trunc": "Pass --json: it shortens nothing.",
  },
  logs: {
    "--lines": "Pass --tail <n>.",
    "--until": "Only a start time is supported: pass --since <when>.",
    "--no-log-prefix": "Name one app, and remove the prefix with `cut -d '|' -f 2-`.",
  },
  "*": {
    "-v": "Run `ofdeploy --version` for the version.",
    "-V": "Run `ofdeploy --version` for the version.",
    "--version": "Run `ofdeploy --version` without a command.",
    "-c": "Pass --context <name>.",
    "-D": "Pass --debug.",
    "-l": "Pass --log-level <level>.",
    "--no-ansi": "Pass --no-color.",
    "-o": "Pass --json.",
    "--output": "Pass --json.",
    "--project-directory": "Pass -f <directory>.",
    "--parallel": "Pass --concurrency <n> after the command.",
    "--progress": "Pass --quiet for no progress, or --verbose for lines.",
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
