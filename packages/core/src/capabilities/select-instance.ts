import { DeploymentError } from "../errors.js";
import type { ExecOptions } from "./processes.js";

/** An instance in which a command may run. */
export interface InstanceChoice {
  id: string;
  name: string;
  /** From 1. */
  number: number;
  running: boolean;
}

/**
 * The instance that the options of `exec` request: the first running one by default.
 * @throws DeploymentError `NOT_FOUND`, `CONFLICT` (it does not run, or none runs).
 */
export function selectInstance<Choice extends InstanceChoice>(
  service: string,
  choices: readonly Choice[],
  wanted: ExecOptions["instance"],
): Choice {
  if (wanted === undefined) {
    const running = choices.find((choice) => choice.running);
    if (running !== undefined) return running;
    throw new DeploymentError("CONFLICT", `No instance of service ${service} is running.`, {
      service,
      hint: "Start the service first: `ofdeploy start`. `ofdeploy ps` shows its state.",
    });
  }
  const matches = choices.filter(({ id, name, number }) => [id, name, number].includes(wanted));
  if (matches.length === 0) {
    throw new DeploymentError("NOT_FOUND", `Service ${service} has no instance ${wanted}.`, {
      service,
      hint:
        choices.length === 0 ? "It has no instances." : `Choose one of ${choices.map(({ name }) => name).join(", ")}.`,
    });
  }
  const running = matches.find((choice) => choice.running);
  if (running !== undefined) return running;
  throw new DeploymentError("CONFLICT", `The instance ${wanted} of service ${service} is not running.`, {
    service,
    hint: "Choose a running instance, or start the service first: `ofdeploy start`.",
  });
}
