import { EXIT, type ExitCode, exitCodeOf } from "./exit-codes.js";
import type { Io } from "./io.js";
import type { GlobalOptions } from "./options/context.js";

/** An invalid command line: exit code 3, `error[USAGE]`. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

const REPORT_TO =
  "This is a bug in ofdeploy. Please report it with this line and the command: https://github.com/openfactoryio/openfactory-deploy/issues";

/** Prints an error, as text or as the `result` of `--json`, and returns its exit code. Prints no stack trace. */
export async function reportError(
  thrown: unknown,
  { json, quiet }: Pick<GlobalOptions, "json" | "quiet">,
  io: Io,
): Promise<ExitCode> {
  // Loaded on demand, because `--help` and `--version` don't need these modules.
  const { redactError, Redactor, secretsOfEnvironment } = await import("@openfactory/deploy-core");
  const { writeResult } = await import("./output/json-lines.js");
  const error = redactError(thrown, new Redactor(() => secretsOfEnvironment(io.env)));
  const { exitCode, text, data } = await describeError(error, { quiet }, io);
  if (json) writeResult(io, { ok: false, exitCode, error: data });
  else io.stderr.write(text);
  if (io.debug ?? io.env["OFDEPLOY_DEBUG"] === "1") io.stderr.write(causeChain(error));
  return exitCode;
}

interface ErrorReport {
  exitCode: ExitCode;
  text: string;
  data: object;
}

async function describeError(error: unknown, { quiet }: Pick<GlobalOptions, "quiet">, io: Io): Promise<ErrorReport> {
  const { DeploymentError, errorPage } = await import("@openfactory/deploy-core");
  const { styleFor } = await import("./output/format.js");
  const { errorTexts, helpText, hintText } = await import("./output/messages.js");
  const style = styleFor(io.stderr, io);
  if (DeploymentError.isInstance(error)) {
    return { exitCode: exitCodeOf(error.code), text: errorTexts([error], style, { quiet }), data: error };
  }
  const text = (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";
  const isUsage = error instanceof UsageError;
  const code = isUsage ? "USAGE" : "INTERNAL";
  const message = isUsage ? text : `ofdeploy failed unexpectedly: ${text}`;
  const hint = isUsage ? (error.hint ?? "Run `ofdeploy --help`.") : REPORT_TO;
  const help = errorPage(code);
  return {
    exitCode: isUsage ? EXIT.badInput : EXIT.internal,
    text: `${style(["red", "bold"], `error[${code}]`)} ${message}\n${hintText(hint)}${quiet ? "" : helpText([help])}`,
    data: { code, message, hint, help },
  };
}

/** The stack of an error and of its causes, for `--debug`. */
function causeChain(error: unknown): string {
  const lines: string[] = [];
  let current: unknown = error;
  while (current instanceof Error && lines.length < 10) {
    lines.push(`debug: ${lines.length === 0 ? "" : "caused by "}${current.stack ?? current.message}\n`);
    current = current.cause;
  }
  return lines.join("");
}
