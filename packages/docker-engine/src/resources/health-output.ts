import type { ContainerDetails } from "../engine-types.js";

/** Longer outputs are cut at their beginning: a check's last words say why it fails. */
const MOST_CHARACTERS = 2_000;

/**
 * What the last run of a container's health check wrote, with its exit code: `exit code 1: connection refused`.
 * Undefined where no check has run, or the last run passed.
 */
export function failedHealthOutput({ State }: Pick<ContainerDetails, "State">): string | undefined {
  const last = State.Health?.Log?.at(-1);
  if (last === undefined || last.ExitCode === 0) return undefined;
  const output = last.Output.trim();
  const end = output.length > MOST_CHARACTERS ? `…${output.slice(-MOST_CHARACTERS)}` : output;
  return `exit code ${last.ExitCode}${end === "" ? ", no output" : `: ${end}`}`;
}
