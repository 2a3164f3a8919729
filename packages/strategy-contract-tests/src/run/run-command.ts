import { mkdir, stat, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { CONTRACT_VERSION } from "@openfactory/deploy-core";
import { clauses } from "../specification/specification.js";
import { type Command, type ReportFiles, UsageError } from "./command-line.js";
import { EXIT } from "./exit-codes.js";
import { badge } from "./formats/badge.js";
import { junit } from "./formats/junit.js";
import { markdown } from "./formats/markdown.js";
import { summaryText } from "./formats/summary-text.js";
import { type Output, PrintedProgress } from "./progress.js";
import { createRedactor, redactRun, thisMachine } from "./redact.js";
import { type ConformanceReport, createReport, selectedResult } from "./report.js";
import { type ContractRun, runContract } from "./run-contract.js";
import { NOT_SELECTED, type Selection } from "./selection.js";
import { closestPackage, suiteVersion } from "./versions.js";

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** The parts of the process that the command uses. */
export interface Process extends Output {
  on(signal: (typeof SIGNALS)[number], listener: () => void): unknown;
  off(signal: (typeof SIGNALS)[number], listener: () => void): unknown;
}

/**
 * Runs the contract, and writes its reports.
 * @returns the exit code.
 * @throws UsageError if the target can't be used.
 */
export async function runCommand(command: Command & { do: "run" }, io: Process): Promise<number> {
  const { target, options, selection, benchmark, files, strict } = command;
  const path = resolve(target);
  const entry = await stat(path).catch(() => undefined);
  if (!entry?.isFile()) {
    const problem = entry === undefined ? "no such file" : "not a file";
    throw new UsageError(`${target}: ${problem}.`, "Name the module of the target, such as ./my-target.js.");
  }
  io.stdout.write(`OpenFactory strategy contract ${CONTRACT_VERSION}: ${target}\n\n`);
  const redact = createRedactor(thisMachine());
  const progress = new PrintedProgress(io, clauses, redact);
  const settings = { target: { path, name: target }, options, selection, ...(benchmark && { benchmark }) };
  const [run, signal] = await untilSignal(io, (aborted) => runContract(settings, progress, aborted));
  if (signal !== undefined) {
    io.stderr.write("Interrupted: the target was closed, and no report was written.\n");
    return EXIT[signal];
  }
  const problem = problemOf(run);
  if (problem !== undefined)
    throw new UsageError(problem, "The README of @openfactory/strategy-contract-tests describes target modules.");
  const redacted = redactRun(run, redact);
  const report = await reportOf(redacted, path, selection);
  await writeReports(files, report, redacted);
  io.stdout.write(summaryText(report, Object.values(files)));
  return strict && report.statistics.failed > 0 ? EXIT.failed : EXIT[selectedResult(report)];
}

/** Does something that the first signal aborts. A second signal ends the process at once. */
async function untilSignal<Value>(
  io: Process,
  work: (signal: AbortSignal) => Promise<Value>,
): Promise<[value: Value, signal: (typeof SIGNALS)[number] | undefined]> {
  const controller = new AbortController();
  let received: (typeof SIGNALS)[number] | undefined;
  const listeners = SIGNALS.map((signal) => {
    const listener = () => {
      received ??= signal;
      io.stderr.write("\nStopping after the current case. Press Ctrl-C again to quit at once.\n");
      controller.abort();
      stopListening();
    };
    io.on(signal, listener);
    return [signal, listener] as const;
  });
  const stopListening = () => listeners.forEach(([signal, listener]) => io.off(signal, listener));
  try {
    return [await work(controller.signal), received];
  } finally {
    stopListening();
  }
}

/** Why there is nothing to report. */
function problemOf({ targetError, facts, cases }: ContractRun): string | undefined {
  if (targetError !== undefined) return targetError;
  if (facts === undefined) return "The target was not created, and no case ran.";
  return cases.every(({ reason }) => reason === NOT_SELECTED) ? "The selection has no case." : undefined;
}

async function reportOf(run: ContractRun, path: string, selection: Selection): Promise<ConformanceReport> {
  const { facts, cases, errors, benchmark } = run;
  if (facts === undefined) throw new Error("the target has not been created");
  const { name, manifest, engine } = facts;
  const found = facts.implementation ?? (await closestPackage(dirname(path)));
  const implementation = found ?? { name: manifest.name, version: "unknown" };
  const about = {
    date: new Date().toISOString().slice(0, "2026-11-28".length),
    title: name ?? implementation.name,
    contract: { version: CONTRACT_VERSION, suite: await suiteVersion() },
    implementation,
    ...(engine && { engine }),
    ...(Object.keys(selection).length > 0 && { selection }),
  };
  return createReport({ clauses, cases, errors, benchmark, manifest, about });
}

async function writeReports(files: ReportFiles, report: ConformanceReport, { cases }: ContractRun): Promise<void> {
  const texts: Record<keyof ReportFiles, () => string> = {
    json: () => `${JSON.stringify(report, undefined, 2)}\n`,
    markdown: () => markdown(report),
    junit: () => junit(report, cases, clauses),
    badge: () => badge(report),
  };
  for (const [kind, file] of Object.entries(files) as [keyof ReportFiles, string][]) {
    await write(file, texts[kind]());
  }
}

async function write(file: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(resolve(file)), { recursive: true });
    await writeFile(file, text);
  } catch (error) {
    throw new UsageError(`The report ${file} can't be written: ${(error as Error).message}`, "Choose another file.");
  }
}
