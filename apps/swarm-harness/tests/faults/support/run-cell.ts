import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TEST_IMAGE } from "@openfactory/test-engine";
import { run } from "ofdeploy";
import { checkEvent } from "../../../../cli/test/check-event.js";
import { captureIo } from "../../cli/support/run-ofdeploy.js";
import { FaultProxy } from "./fault-proxy.js";
import type { Fault } from "./faults.js";
import { fileOf, type Operation } from "./operations.js";
import type { EngineState, FaultPlatform } from "./platforms.js";

/** Time limit of each call, in milliseconds: short, so that stalled calls end soon, but longer than a call of these operations takes. */
const CALL_TIMEOUT_MS = Number(process.env["FAULTS_CALL_TIMEOUT_MS"] ?? 2_000);

/** How often a cell runs, at most, in which the engine exceeded the time limit by itself, or the call was not reached. */
const MAX_ATTEMPTS = 3;

/**
 * The longest that a run may take after the call failed. The README of the deployer states the limit for an engine that stops
 * answering: ten times the time limit of a call. The rest is for waits and a revert on a loaded machine.
 */
const MAX_AFTER_FAULT_MS = 10 * CALL_TIMEOUT_MS + 25_000;
/** The command gave up on a call that took so long, or was about to. */
const OVERLOAD_MS = 0.95 * CALL_TIMEOUT_MS;
/** After this, a run is ended by a signal and counts as hung. */
const WATCHDOG_MS = 180_000;

const EXIT_CODES: ReadonlySet<number> = new Set([0, 1, 2, 3, 4, 5, 6]);

export interface Cell {
  platform: string;
  operation: string;
  /** Number of the call that failed, from 1. */
  call: number;
  fault: Fault;
}

/**
 * - `succeeded`: exit code 0, and the result is as requested
 * - `complete`: an error, although the result is as requested
 * - `unchanged`: an error, and the engine's state is that of before
 * - `named`: an error, and the output names each object that differs from both
 * - `not reached`: all runs made fewer calls, since the number of polls differs
 */
export type Outcome = "succeeded" | "complete" | "unchanged" | "named" | "not reached";

export interface CellResult extends Cell {
  /** Such as `POST /containers/{id}/start`. */
  path: string;
  exitCode: number;
  tookMs: number;
  /** How many calls the operation makes without a fault. */
  calls: number;
  /** Whether the engine exceeded the time limit of another call by itself, in each attempt. */
  overloaded?: boolean;
  outcome: Outcome | "defect";
  defects: string[];
  /** Of a defect. */
  output?: string;
}

interface Ran {
  code: number;
  text: string;
  tookMs: number;
  hung: boolean;
}

const withoutStopped = (state: EngineState): EngineState =>
  Object.fromEntries(Object.entries(state).filter(([key, text]) => !(key.includes(".") && text.startsWith("exited"))));

const withoutLock = ({ lock: _, ...others }: EngineState): EngineState => others;

/** Without the containers of previous versions, which an update or a revert keeps, stopped, for a rollback. */
const withoutPrevious = (state: EngineState): EngineState =>
  Object.fromEntries(
    Object.entries(state).filter(([key, text]) => !key.endsWith(".previous") || !/^(exited|created)/.test(text)),
  );

const same = (a: EngineState, b: EngineState): boolean =>
  JSON.stringify(withoutPrevious(a)) === JSON.stringify(withoutPrevious(b));

interface Observed {
  calls: readonly string[];
  complete: EngineState;
}

/** One project on one engine, in which cells run in sequence. */
export class Lane {
  readonly #platform: FaultPlatform;
  readonly #project: string;
  readonly #folder = mkdtempSync(join(tmpdir(), "ofdeploy-fault-"));
  readonly #file = join(this.#folder, "openfactory.yml");
  /** A directory of Docker's configuration with credentials. */
  readonly #loggedIn = join(this.#folder, "logged-in");
  /** States from which `down` was seen to leave nothing. */
  readonly #removable: Set<string>;
  /** The state in which the project is, if known. */
  #now: string | undefined;

  /** @param removable shared by the lanes of a platform. */
  constructor(platform: FaultPlatform, project: string, removable: Set<string>) {
    this.#platform = platform;
    this.#project = project;
    const auth = Buffer.from("user:password").toString("base64");
    mkdirSync(this.#loggedIn);
    writeFileSync(
      join(this.#loggedIn, "config.json"),
      JSON.stringify({ auths: { "https://index.docker.io/v1/": { auth } } }),
    );
    this.#removable = removable;
  }

  async close(): Promise<void> {
    await this.#platform.sweep(this.#project);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** The calls of an operation without a fault, and the state after it. */
  async observe(operation: Operation): Promise<Observed> {
    await this.#prepare(operation);
    const proxy = await FaultProxy.start(this.#platform.host, this.#project);
    const ran = await this.#run(operation, operation.words, proxy.host, 60_000);
    await proxy.close();
    if (ran.code !== (operation.exitCode ?? 0))
      throw new Error(`${operation.name} failed without a fault: ${ran.text}`);
    this.#now = undefined;
    return { calls: proxy.calls, complete: await this.#settledState() };
  }

  async run(
    operation: Operation,
    { calls, complete }: Observed,
    { fault, call }: Pick<Cell, "fault" | "call">,
  ): Promise<CellResult> {
    let at = call;
    for (let attempt = 1; ; attempt += 1) {
      const { result, made } = await this.#runOnce(operation, complete, { fault, call: at });
      const isReached = result.path !== "not reached";
      if (result.defects.length > 0 || (isReached && !result.overloaded) || attempt === MAX_ATTEMPTS)
        return { ...result, call, calls: calls.length };
      // The number of polls differs: fail the call with the same distance from the end.
      if (!isReached && !result.overloaded) at = Math.max(1, made - (calls.length - call));
    }
  }

  async #runOnce(
    operation: Operation,
    complete: EngineState,
    { fault, call }: Pick<Cell, "fault" | "call">,
  ): Promise<{ result: Omit<CellResult, "calls">; made: number }> {
    try {
      await this.#prepare(operation);
    } catch {
      // A loaded machine may have exceeded a time limit: once more, from nothing.
      this.#now = undefined;
      await this.#prepare(operation);
    }
    const before = await this.#settledState();
    const proxy = await FaultProxy.start(this.#platform.host, this.#project, { fault, call });
    // Half of the runs print JSON.
    const isJson = call % 2 === 0;
    const ran = await this.#run(operation, [...operation.words, ...(isJson ? ["--json"] : [])], proxy.host);
    const endedAt = performance.now();
    await proxy.close();
    this.#now = undefined;
    const after = await this.#settledState();
    const defects = [
      ...findDefects(ran, endedAt - (proxy.failedAt ?? endedAt)),
      ...(isJson && operation.name !== "exec" ? findBadJson(ran.text) : []),
    ];
    const outcome = this.#classify(operation, ran, { before, after, complete }, defects);
    if (!same(before, after) || operation.before === "foreign") await this.#checkRecovery(operation, after, defects);
    else this.#now = this.#wantedState(operation);
    const { failedCall, slowestMs, calls } = proxy;
    const result: Omit<CellResult, "calls"> = {
      platform: this.#platform.name,
      operation: operation.name,
      call,
      fault,
      path: failedCall ?? "not reached",
      exitCode: ran.code,
      tookMs: Math.round(ran.tookMs),
      ...(slowestMs > OVERLOAD_MS && { overloaded: true }),
      outcome: defects.length > 0 ? "defect" : failedCall === undefined ? "not reached" : outcome,
      defects,
      ...(defects.length > 0 && { output: ran.text.replaceAll(this.#project, "PROJECT") }),
    };
    return { result, made: calls.length };
  }

  #classify(
    operation: Operation,
    { code, text }: Ran,
    { before, after, complete }: Record<"before" | "after" | "complete", EngineState>,
    defects: string[],
  ): Outcome {
    // A lock that could not be released is in a warning, which the next run needs to pass.
    const isComplete = same(this.#isNamed("lock", text) ? withoutLock(after) : after, complete);
    if (code === (operation.exitCode ?? 0)) {
      // An old container that could not be removed is in a warning.
      const isWarned = /Could not clean up/.test(text) && same(withoutStopped(after), complete);
      if (!isComplete && !isWarned)
        defects.push(`exit code ${code}, but the state is ${describeDifference(after, complete)}`);
      return isComplete ? "succeeded" : "named";
    }
    if (same(before, after)) return "unchanged";
    if (same(before, withoutLock(after)) && this.#isNamed("lock", text)) return "named";
    if (isComplete) return "complete";
    const keys = new Set([...Object.keys(before), ...Object.keys(after), ...Object.keys(complete)]);
    for (const key of keys) {
      if (after[key] === before[key] || after[key] === complete[key] || this.#isNamed(key, text)) continue;
      defects.push(`not named: ${key} (${before[key]} -> ${after[key]})`);
    }
    return "named";
  }

  /** A container counts as named by its service, and by the row of its app in the report. */
  #isNamed(key: string, text: string): boolean {
    if (key === "lock") return /lock/i.test(text);
    const name = key.replace(/^\w+ /, "").replaceAll("PROJECT", this.#project);
    const service = name.replace(/(-\d+)?(\..*)?$/, "");
    const app = service.split("-").at(-1);
    return (
      text.includes(name) || text.includes(service) || new RegExp(`^ *${app}:? .*(failed|unknown)`, "m").test(text)
    );
  }

  /** The next `up` converges to the file, and `down` leaves nothing. */
  async #checkRecovery(operation: Operation, after: EngineState, defects: string[]): Promise<void> {
    const known = `${operation.name.split(" ")[0]} ${JSON.stringify(after)}`;
    // In this process, the holder of a lock still lives. The process of a user's run has ended.
    const unlock = "lock" in after ? ["--force-unlock"] : [];
    const adopt = operation.before === "foreign" ? ["--adopt", "db"] : [];
    const up = await this.#direct(operation, ["up", "--no-wait", ...unlock, ...adopt]);
    if (up.code !== 0) defects.push(`the next up failed (${up.code}): ${up.text.slice(0, 600)}`);
    const plan = await this.#direct(operation, ["plan"]);
    if (up.code === 0 && plan.code !== 0)
      defects.push(`the plan after the next up is not empty: ${plan.text.slice(0, 600)}`);
    if (
      up.code === 0 &&
      this.#removable.has(known) &&
      operation.before !== "nothing" &&
      operation.before !== "foreign"
    ) {
      // A rollback needs a run that changed both apps, which the last one may not have done.
      this.#now = operation.file === 1 ? `version 1 ${this.#optionsOf(operation).join(" ")}` : undefined;
      return;
    }
    // An `up` without changes needs no lock.
    // A loaded swarm may need more than the minute by default until its nodes have reported that the processes ended.
    const down = await this.#direct(operation, ["down", "--timeout", "5m", ...unlock]);
    if (down.code !== 0) defects.push(`the next down failed (${down.code}): ${down.text.slice(0, 600)}`);
    const left = await this.#settledState();
    if (down.code === 0 && Object.keys(left).length > 0) defects.push(`down left ${JSON.stringify(left)}`);
    if (defects.length === 0) this.#removable.add(known);
    this.#now = Object.keys(left).length === 0 ? "nothing" : undefined;
  }

  #wantedState(operation: Operation): string {
    const { before } = operation;
    return before === "nothing" ? before : `${before} ${this.#optionsOf(operation).join(" ")}`;
  }

  async #prepare(operation: Operation): Promise<void> {
    const { before, file } = operation;
    const wanted = this.#wantedState(operation);
    if (this.#now !== wanted) {
      if (before === "nothing" || before === "foreign" || this.#now === undefined || this.#now.startsWith("stopped"))
        await this.#platform.sweep(this.#project);
      if (before === "foreign") await this.#platform.createForeign(`${this.#project}-db`, TEST_IMAGE);
      else if (before !== "nothing") await this.#deploy(operation, before);
    }
    this.#now = before === "foreign" ? undefined : wanted;
    this.#write(file);
  }

  async #deploy(operation: Operation, before: string): Promise<void> {
    for (const version of before === "version 2" ? [1, 2] : [1]) {
      this.#write(version);
      const up = await this.#direct(operation, ["up", "--no-wait"]);
      if (up.code !== 0) throw new Error(`could not prepare ${before}: ${up.text}`);
    }
    // A service that has not converged yet makes more calls.
    if (this.#platform.isSwarm) await this.#direct(operation, ["wait"]);
    if (before === "stopped") {
      const stop = await this.#direct(operation, ["stop", "web"]);
      if (stop.code !== 0) throw new Error(`could not stop web: ${stop.text}`);
    }
  }

  #write(version: number): void {
    writeFileSync(this.#file, fileOf(this.#project, version, TEST_IMAGE));
  }

  /** The engine needs a moment to finish what a broken call began. */
  async #settledState(): Promise<EngineState> {
    let last = await this.#platform.state(this.#project);
    for (let attempt = 0; attempt < 20; attempt += 1) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      const next = await this.#platform.state(this.#project);
      if (same(last, next)) break;
      last = next;
    }
    return last;
  }

  #optionsOf({ localOptions = [] }: Operation): readonly string[] {
    return this.#platform.isSwarm ? [] : localOptions;
  }

  /** Runs a command without the proxy. */
  #direct(operation: Operation, words: readonly string[]): Promise<Ran> {
    return this.#run(operation, words, this.#platform.host, 60_000);
  }

  async #run(
    operation: Operation,
    words: readonly string[],
    host: string,
    timeoutMs: number = CALL_TIMEOUT_MS,
  ): Promise<Ran> {
    // Only the operation itself uses the proxy.
    const config = operation.loggedIn && host !== this.#platform.host ? this.#loggedIn : this.#folder;
    const io = captureIo(this.#folder, { env: { HOME: this.#folder, DOCKER_CONFIG: config } });
    const options = [
      "--file",
      this.#file,
      "--host",
      host,
      "--option",
      `timeoutMs=${timeoutMs}`,
      ...this.#platform.options,
      ...this.#optionsOf(operation),
    ];
    const began = performance.now();
    let hung = false;
    const watchdog = setTimeout(() => {
      hung = true;
      io.signals.emit("SIGINT");
      io.signals.emit("SIGINT");
    }, WATCHDOG_MS);
    const code = await run([...options, ...words], io);
    clearTimeout(watchdog);
    return { code, text: `${io.stdout.text}${io.stderr.text}`, tookMs: performance.now() - began, hung };
  }
}

function findDefects({ code, text, hung }: Ran, afterFaultMs: number): string[] {
  const defects: string[] = [];
  if (hung) defects.push(`did not end within ${WATCHDOG_MS / 1000} s`);
  else if (afterFaultMs > MAX_AFTER_FAULT_MS)
    defects.push(`ended ${Math.round(afterFaultMs / 1000)} s after the call failed`);
  if (!EXIT_CODES.has(code)) defects.push(`exit code ${code}`);
  if (/^\s+at .*:\d+:\d+\)?$/m.test(text)) defects.push("stack trace");
  return defects;
}

function findBadJson(text: string): string[] {
  const defects: string[] = [];
  const lines = text.trim().split("\n");
  for (const line of lines) {
    try {
      checkEvent(JSON.parse(line));
    } catch (error) {
      defects.push(`JSON: ${(error as Error).message.slice(0, 300)}`);
    }
  }
  return defects.slice(0, 2);
}

const describeDifference = (actual: EngineState, expected: EngineState): string =>
  JSON.stringify(
    Object.fromEntries(
      [...new Set([...Object.keys(actual), ...Object.keys(expected)])]
        .filter((key) => actual[key] !== expected[key])
        .map((key) => [key, `${actual[key]}, expected ${expected[key]}`]),
    ),
  );
