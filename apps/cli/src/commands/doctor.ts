import { join, resolve } from "node:path";
import type { AppProject } from "@openfactory/app-file";
import {
  CONTRACT_VERSION,
  DeploymentError,
  type Diagnosis,
  formatContractRange,
  parseContractRange,
  supports,
} from "@openfactory/deploy-core";
import { EXIT, type ExitCode } from "../exit-codes.js";
import { listenForInterrupt } from "../interrupt.js";
import type { Io } from "../io.js";
import type { CommandContext, GlobalOptions } from "../options/context.js";
import { filesText } from "../output/files-text.js";
import { stripControlChars, styleFor } from "../output/format.js";
import { writeJson, writeResult } from "../output/json-lines.js";
import { hintText } from "../output/messages.js";
import { openGuardedStrategy, platformOf } from "../platforms.js";
import { findPlugins } from "../plugins.js";
import { policyFiles } from "../policy/site-policy.js";
import { loadFiles } from "../project.js";
import { checkPermissions } from "./check-permissions.js";

const COLORS = { ok: "green", warning: "yellow", failed: "red" } as const;

/** Checks everything that `up` needs, in order, with a hint for each failure. */
export async function doctorCommand({ io, options }: CommandContext): Promise<ExitCode> {
  const results: Diagnosis[] = [];
  const style = styleFor(io.stdout, io);
  const interrupt = listenForInterrupt(io);
  try {
    for await (const diagnosis of diagnose(options, io, interrupt.signal)) {
      results.push(diagnosis);
      if (options.json) {
        writeJson(io.stdout, "check", diagnosis);
        continue;
      }
      const { check, state, detail, hint } = diagnosis;
      if (options.quiet && state !== "failed") continue;
      io.stdout.write(
        `${style(COLORS[state], state.padEnd(7))}  ${check}: ${stripControlChars(detail)}\n${hintText(hint)}`,
      );
    }
  } finally {
    interrupt.stop();
  }
  const exitCode = results.some(({ state }) => state === "failed") ? EXIT.failed : EXIT.ok;
  if (options.json) writeResult(io, { command: "doctor", ok: exitCode === EXIT.ok, exitCode });
  return exitCode;
}

async function* diagnose(options: GlobalOptions, io: Io, signal: AbortSignal): AsyncGenerator<Diagnosis> {
  yield { check: "node", state: "ok", detail: `Node ${process.versions.node}.` };

  let project: AppProject | undefined;
  try {
    project = await loadFiles(options, io);
    yield { check: "file", state: "ok", detail: `${filesText(project)}, project ${project.project}.` };
  } catch (error) {
    yield failure("file", error);
  }

  yield* checkPermissions(
    {
      host: options.host?.[0],
      policies: policyFiles(options, io),
      envFiles: options.envFile?.map((path) => resolve(io.cwd, path)) ?? [join(io.cwd, ".env")],
    },
    io,
  );

  let platform;
  let strategy;
  try {
    platform = await platformOf(options, io);
    strategy = await openGuardedStrategy(options, io, project);
    yield { check: "platform", state: "ok", detail: await describePlatform(platform, options, io) };
  } catch (error) {
    yield failure("platform", error);
    return;
  }
  try {
    if (supports(strategy, "diagnose")) {
      yield* await strategy.diagnose({ signal, networks: project?.networks.map(({ name }) => name) });
    } else if (supports(strategy, "list")) {
      const services = await strategy.list({ signal, instances: false, isRelevant: () => false });
      yield {
        check: "engine",
        state: "ok",
        detail: `Reachable; ${services.length} ${services.length === 1 ? "service" : "services"}.`,
      };
    } else {
      yield {
        check: "engine",
        state: "warning",
        detail: `Not checked: the platform ${platform} has no diagnostics.`,
        hint: "Run `ofdeploy plan` to contact the engine.",
      };
    }
  } catch (error) {
    yield failure("engine", error);
  } finally {
    await strategy.close();
  }
}

async function describePlatform(name: string, options: GlobalOptions, io: Io): Promise<string> {
  const { platforms } = await findPlugins(options, io);
  const range = parseContractRange((await platforms.plugin(name)).contractVersion);
  const built = range === undefined ? "" : ` It is built for contract ${formatContractRange(range)};`;
  return `The platform ${name} is installed.${built} ofdeploy has contract ${CONTRACT_VERSION}.`;
}

/** @throws errors that are not DeploymentErrors, and `ABORTED`. */
function failure(check: string, error: unknown): Diagnosis {
  if (!DeploymentError.isInstance(error) || error.code === "ABORTED") throw error;
  return {
    check,
    state: "failed",
    detail: `${error.message} (${error.code})`,
    ...(error.hint ? { hint: error.hint } : {}),
  };
}
