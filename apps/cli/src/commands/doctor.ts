import { DeploymentError, type Diagnosis, supports } from "@openfactory/deploy-core";
import type { AppProject } from "@openfactory/app-file";
import type { CommandContext } from "../command-context.js";
import { EXIT, type ExitCode } from "../exit-codes.js";
import type { Io } from "../io.js";
import { listenForInterrupt } from "../interrupt.js";
import { hintText } from "../output/error-text.js";
import { writeJson } from "../output/json-lines.js";
import { filesText } from "../output/files-text.js";
import { harmless, styleFor } from "../output/style.js";
import type { GlobalOptions } from "../options/global-options.js";
import { guardedStrategy } from "../wiring/guarded-strategy.js";
import { loadFiles } from "../wiring/load-files.js";
import { platformOf } from "../wiring/chosen-platform.js";

const COLOURS = { ok: "green", warning: "yellow", failed: "red" } as const;

/** Looks at everything that `up` needs, in order, and says what to do about what is missing. */
export async function doctorCommand({ io, options }: CommandContext): Promise<ExitCode> {
  const found: Diagnosis[] = [];
  const style = styleFor(io.stdout, io);
  const interrupt = listenForInterrupt(io);
  try {
    for await (const diagnosis of diagnoses(options, io, interrupt.signal)) {
      found.push(diagnosis);
      if (options.json) {
        writeJson(io.stdout, "check", diagnosis);
        continue;
      }
      const { check, state, detail, hint } = diagnosis;
      io.stdout.write(`${style(COLOURS[state], state.padEnd(7))}  ${check}: ${harmless(detail)}\n${hintText(hint)}`);
    }
  } finally {
    interrupt.stop();
  }
  const exitCode = found.some(({ state }) => state === "failed") ? EXIT.failed : EXIT.ok;
  if (options.json) writeJson(io.stdout, "result", { command: "doctor", ok: exitCode === EXIT.ok, exitCode });
  return exitCode;
}

async function* diagnoses(options: GlobalOptions, io: Io, signal: AbortSignal): AsyncGenerator<Diagnosis> {
  yield { check: "node", state: "ok", detail: `Node ${process.versions.node}.` };

  let project: AppProject | undefined;
  try {
    project = await loadFiles(options, io);
    yield { check: "file", state: "ok", detail: `${filesText(project)}, project ${project.project}.` };
  } catch (error) {
    yield failure("file", error);
  }

  let platform;
  let strategy;
  try {
    platform = await platformOf(options, io);
    strategy = await guardedStrategy(options, io, project);
    yield { check: "platform", state: "ok", detail: `${platform} is installed.` };
  } catch (error) {
    yield failure("platform", error);
    return;
  }
  try {
    if (supports(strategy, "diagnose")) {
      yield* await strategy.diagnose({ signal, networks: project?.networks.map(({ name }) => name) });
    } else if (supports(strategy, "list")) {
      const services = await strategy.list({ signal });
      yield { check: "engine", state: "ok", detail: `It answers, and has ${services.length} services.` };
    } else {
      yield {
        check: "engine",
        state: "warning",
        detail: `The platform ${platform} can't look at what it deploys on.`,
        hint: "`ofdeploy up` will tell.",
      };
    }
  } catch (error) {
    yield failure("engine", error);
  } finally {
    await strategy.close();
  }
}

/** @throws what is no DeploymentError, and the end by a signal. */
function failure(check: string, error: unknown): Diagnosis {
  if (!DeploymentError.isInstance(error) || error.code === "ABORTED") throw error;
  return {
    check,
    state: "failed",
    detail: `${error.message} (${error.code})`,
    ...(error.hint ? { hint: error.hint } : {}),
  };
}
