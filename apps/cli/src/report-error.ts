import { EXIT, type ExitCode, exitCodeOf } from "./exit-codes.js";
import type { Io } from "./io.js";
import { writeJson } from "./output/json-lines.js";
import { styleFor } from "./output/style.js";
import { UsageError } from "./usage-error.js";

const REPORT_TO =
  "Please report it with this line and the command: https://github.com/openfactoryio/openfactory-deploy/issues";

/** Says what went wrong, as text or as the `result` of `--json`, and which exit code that is. Never a stack trace. */
export async function reportError(thrown: unknown, { json }: { json: boolean }, io: Io): Promise<ExitCode> {
  // Loaded here, so that help and the version do without.
  const { redactError, Redactor, secretsOfEnvironment } = await import("@openfactory/deploy-core");
  const error = redactError(thrown, new Redactor(() => secretsOfEnvironment(io.env)));
  const told = await describe(error, io);
  if (json) {
    writeJson(io.stdout, "result", { ok: false, exitCode: told.exitCode, error: told.data });
  } else {
    io.stderr.write(told.text);
  }
  if (io.env["OFDEPLOY_DEBUG"] === "1") io.stderr.write(causeChain(error));
  return told.exitCode;
}

interface Told {
  exitCode: ExitCode;
  text: string;
  data: object;
}

async function describe(error: unknown, io: Io): Promise<Told> {
  const style = styleFor(io.stderr, io);
  const { DeploymentError } = await import("@openfactory/deploy-core");
  const { errorText, hintText } = await import("./output/error-text.js");
  if (DeploymentError.isInstance(error)) {
    return { exitCode: exitCodeOf(error.code), text: errorText(error, style), data: error };
  }
  const message = (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";
  const isUsage = error instanceof UsageError;
  const code = isUsage ? "USAGE" : "INTERNAL";
  const sentence = isUsage ? message : `ofdeploy failed unexpectedly: ${message}`;
  const hint = isUsage ? (error.hint ?? "Run `ofdeploy --help`.") : REPORT_TO;
  return {
    exitCode: isUsage ? EXIT.badInput : EXIT.internal,
    text: `${style(["red", "bold"], `error[${code}]`)} ${sentence}\n${hintText(hint)}`,
    data: { code, message: sentence, hint },
  };
}

/** For those who look for the fault themselves (`OFDEPLOY_DEBUG=1`): the error, and what caused it. */
function causeChain(error: unknown): string {
  const lines: string[] = [];
  let current: unknown = error;
  while (current instanceof Error && lines.length < 10) {
    lines.push(`debug: ${lines.length === 0 ? "" : "caused by "}${current.stack ?? current.message}\n`);
    current = current.cause;
  }
  return lines.join("");
}
