import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { TEST_IMAGE } from "@openfactory/test-engine";
import { type CommandRun, type RunningCommand, startCommand } from "./command-run.js";
import type { SoakPlatform, Versions } from "./platforms.js";
import { Random } from "./random.js";

type Operation = "up" | "down" | "scale" | "rollback" | "restart" | "plan" | "ps";
type Fault = "none" | "kill" | "interrupt" | "drop connections" | "restart engine";

const OPERATIONS: Readonly<Record<Operation, number>> = {
  up: 12,
  scale: 3,
  rollback: 3,
  restart: 2,
  down: 2,
  plan: 1,
  ps: 1,
};
const FAULTS: Readonly<Record<Fault, number>> = {
  none: 8,
  kill: 4,
  interrupt: 3,
  "drop connections": 4,
  "restart engine": 1,
};

/** The documented exit codes. Null: the command was killed. */
const EXIT_CODES: readonly (number | null)[] = [0, 1, 2, 3, 4, 5, 6, 130, 143, null];
/** Longer than any time limit of a command, its revert included. */
const COMMAND_LIMIT_MS = 300_000;
/** Most commands end within this time. */
const MAX_DELAY_MS = 6_000;
/** A swarm reports a task as running a little after its service has converged. */
const AGREE_MS = 30_000;
/** A lost node counts as down after a few seconds, and its tasks start elsewhere. */
const CONVERGE_ATTEMPTS = 3;

/** An app's version and number of replicas, by the app's name. */
type Apps = Readonly<Record<string, { version: number; replicas: number }>>;

export interface SoakReport {
  platform: string;
  seed: number;
  minutes: number;
  operations: Record<string, number>;
  faults: Record<string, number>;
  /** Exit codes of commands with a fault. */
  exitCodes: Record<string, number>;
  /** Fault-free runs of `up` after a fault, each of which converged. */
  converged: number;
  /** Runs of `up` after a fault that had to be repeated, since the engine was not ready. */
  repeated: number;
  /** Mean and highest peak memory of `up` in the first and in the last third, in MiB. */
  memoryMib: { first: number; last: number; highest: number };
  longestMs: number;
  leftovers: string[];
}

/** Thrown with the seed and the step, so that the run can be repeated up to it. */
class SoakError extends Error {}

/**
 * Runs random operations with random faults until the time is over. After each operation the engine must agree with what the
 * command reported; after each fault the next `up` must converge to the file.
 * @throws SoakError with the seed, the step and the command's output
 */
export async function soak(
  platform: SoakPlatform,
  { minutes, seed, log }: { minutes: number; seed: number; log: (line: string) => void },
): Promise<SoakReport> {
  const random = new Random(seed);
  const project = `soak-${seed.toString(36)}-${platform.name}`;
  const folder = mkdtempSync(join(tmpdir(), "ofdeploy-soak-"));
  const counts = { operations: {}, faults: {}, exitCodes: {} } as Pick<
    SoakReport,
    "operations" | "faults" | "exitCodes"
  >;
  const peaks: number[] = [];
  let converged = 0;
  let repeated = 0;
  let longestMs = 0;
  let step = 0;
  let deployed: Apps = {};

  const start = (words: readonly string[]): RunningCommand =>
    startCommand([...words, ...platform.options], { cwd: folder, limitMs: COMMAND_LIMIT_MS });
  const fail = (what: string, run?: CommandRun): never => {
    throw new SoakError(
      `${platform.name}, seed ${seed}, step ${step}: ${what}${run === undefined ? "" : `\nexit ${run.code} after ${Math.round(run.tookMs)} ms\n${run.text}`}`,
    );
  };
  const check = (run: CommandRun): void => {
    longestMs = Math.max(longestMs, run.tookMs);
    if (!EXIT_CODES.includes(run.code)) fail("the exit code is not documented", run);
    if (/\n\s+at .*:\d+:\d+/.test(run.text) || run.text.includes("HANGS"))
      fail("a stack trace, or a command that hangs", run);
  };
  const write = (apps: Apps): void => writeFileSync(join(folder, "openfactory.yml"), fileOf(project, apps));
  const agree = async (apps: Apps, what: string, run?: CommandRun): Promise<void> => {
    const expected = Object.fromEntries(
      Object.entries(apps).map(([name, app]) => [`${project}-${name}`, `${app.version} x${app.replicas}`]),
    );
    let actual: Versions = {};
    for (const end = Date.now() + AGREE_MS; Date.now() < end; await sleep(250)) {
      actual = await platform.versions(project).catch((error: unknown) => ({ error: String(error) }));
      if (isDeepStrictEqual(actual, expected)) return;
    }
    fail(`${what}: expected ${JSON.stringify(expected)}, found ${JSON.stringify(actual)}`, run);
  };
  /** Brings the file up without a fault. */
  const converge = async (apps: Apps): Promise<void> => {
    write(apps);
    for (let attempt = 1; ; attempt += 1) {
      const run = await start(["up", "--prune"]).ended;
      check(run);
      peaks.push(run.peakMib);
      if (run.code === 0) {
        await agree(apps, "up reported success", run);
        converged += 1;
        return;
      }
      if (attempt === CONVERGE_ATTEMPTS) fail("up without a fault does not converge", run);
      log(
        `${platform.name}: step ${step}: up is repeated after exit ${run.code}: ${run.text.match(/error\[.*/)?.[0] ?? ""}`,
      );
      repeated += 1;
      await sleep(5_000);
    }
  };

  try {
    for (const end = Date.now() + minutes * 60_000; Date.now() < end;) {
      step += 1;
      const desired = randomApps(random, platform);
      const operation = Object.keys(deployed).length === 0 ? "up" : random.pick(OPERATIONS);
      const fault = random.pick(FAULTS);
      if (operation === "up") write(desired);
      const words = wordsOf(operation, random, deployed, platform);
      const delayMs = random.whole(0, MAX_DELAY_MS);
      const command = start(words.words);
      const disturbed = disturb(fault, { command, platform, random, delayMs });
      const run = await command.ended;
      await disturbed;
      add(counts.operations, words.words[0] ?? operation);
      add(counts.faults, fault);
      log(
        `${platform.name}: ${step} ${words.words.join(" ")} with ${fault}: exit ${run.code} after ${Math.round(run.tookMs)} ms`,
      );
      check(run);
      if (fault !== "none") add(counts.exitCodes, `${run.code}`);

      const after = operation === "up" ? desired : operation === "down" ? {} : (words.after ?? deployed);
      const isKnown = operation !== "rollback";
      if (fault === "none" && run.code !== 0 && !(operation === "plan" && run.code === 2) && isKnown)
        fail("an operation without a fault failed", run);
      // A report of success is true, whatever happened. A restarted engine may not have started its containers again.
      if (run.code === 0 && isKnown && fault !== "restart engine")
        await agree(after, `${operation} reported success`, run);
      deployed = operation === "up" ? desired : operation === "down" && run.code === 0 ? {} : (words.after ?? deployed);
      if (fault !== "none" || operation === "rollback" || operation === "scale") {
        deployed = operation === "down" ? randomApps(random, platform) : operation === "up" ? desired : deployed;
        await converge(deployed);
      }
    }
    write(deployed);
    const down = await start(["down"]).ended;
    check(down);
    if (down.code !== 0) fail("down failed", down);
    const leftovers = await gone(platform, project);
    if (leftovers.length > 0) fail(`down left ${leftovers.join(", ")}`, down);
    const third = Math.max(1, Math.floor(peaks.length / 3));
    return {
      platform: platform.name,
      seed,
      minutes,
      ...counts,
      converged,
      repeated,
      memoryMib: {
        first: mean(peaks.slice(0, third)),
        last: mean(peaks.slice(-third)),
        highest: Math.round(Math.max(0, ...peaks)),
      },
      longestMs: Math.round(longestMs),
      leftovers,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const add = (counts: Record<string, number>, key: string): void => void (counts[key] = (counts[key] ?? 0) + 1);
const mean = (numbers: readonly number[]): number =>
  Math.round(numbers.reduce((sum, each) => sum + each, 0) / Math.max(1, numbers.length));

/** A swarm removes networks after the tasks on them. */
async function gone(platform: SoakPlatform, project: string): Promise<string[]> {
  let left: string[] = [];
  for (const end = Date.now() + AGREE_MS; Date.now() < end; await sleep(500)) {
    left = await platform.leftovers(project);
    if (left.length === 0) return [];
  }
  return left;
}

function randomApps(random: Random, { hasReplicas }: SoakPlatform): Apps {
  const app = () => ({ version: random.whole(1, 9), replicas: hasReplicas ? random.whole(1, 3) : 1 });
  const names = ["db", "web", ...["ui", "extra", "job"].filter(() => random.next() < 0.5)];
  return Object.fromEntries(names.map((name) => [name, app()]));
}

function fileOf(project: string, apps: Apps): string {
  return [
    `name: ${project}`,
    "networks:",
    "  net: {}",
    "configs:",
    "  conf:",
    `    content: version ${apps["web"]?.version ?? 0}`,
    "apps:",
    ...Object.entries(apps).flatMap(([name, { version, replicas }]) => [
      `  ${name}:`,
      `    uuid: ${project}-${name}`,
      `    image: ${TEST_IMAGE}`,
      `    command: sh -c "trap 'exit 0' TERM INT; while :; do sleep 3600 & wait $!; done"`,
      `    environment: ["VERSION=${version}"]`,
      "    restart: always",
      ...(replicas === 1 ? [] : ["    deploy:", `      replicas: ${replicas}`]),
      ...(name === "web" ? ["    depends_on: [db]", "    networks: [net]", "    configs: [conf]"] : []),
    ]),
    "",
  ].join("\n");
}

interface Words {
  words: string[];
  /** What the operation makes of the apps; undefined if it changes none of them. */
  after?: Apps;
}

function wordsOf(operation: Operation, random: Random, deployed: Apps, { hasReplicas }: SoakPlatform): Words {
  const [name = "db"] = Object.keys(deployed).slice(random.whole(0, Object.keys(deployed).length - 1));
  switch (operation) {
    case "up":
      return { words: ["up", "--prune"] };
    case "scale": {
      if (!hasReplicas) return { words: ["ps"] };
      const replicas = random.whole(0, 4);
      const app = deployed[name] ?? { version: 0, replicas: 0 };
      return { words: ["scale", `${name}=${replicas}`], after: { ...deployed, [name]: { ...app, replicas } } };
    }
    case "restart":
      return { words: ["restart", name] };
    default:
      return { words: [operation] };
  }
}

interface Disturbed {
  command: RunningCommand;
  platform: SoakPlatform;
  random: Random;
  delayMs: number;
}

/** Lets the fault happen after the delay, also if the command has ended by then. */
async function disturb(fault: Fault, { command, platform, random, delayMs }: Disturbed): Promise<void> {
  if (fault === "none") return;
  await Promise.race([sleep(delayMs), command.ended]);
  switch (fault) {
    case "kill":
      return command.kill("SIGKILL");
    case "interrupt":
      return command.kill("SIGINT");
    case "drop connections":
      return platform.drop(random.whole(0, 1_000));
    case "restart engine":
      return platform.restartEngine(random);
  }
}
