import { DeploymentError } from "@openfactory/deploy-core";
import { engineFault } from "./engine-error.js";

/** Engine API, ContainerLogs: the answer for a logging driver that keeps nothing that can be read. */
const NOT_IMPLEMENTED = 501;

/** In the stream of a service's log, where the engine reports by its words alone (moby, daemon/logger: ErrReadLogsNotSupported). */
const UNREADABLE = /logging driver does not support reading/i;

const HINT =
  "Read the log where the driver sends it, or use a driver that keeps logs on the engine: json-file, local or journald (log-driver in daemon.json).";

/** An error of reading a log: `UNSUPPORTED` where the logging driver can't be read, and otherwise the error as it is. */
export function explainUnreadable(error: unknown, what: string, driver?: string): unknown {
  if (!DeploymentError.isInstance(error, "ENGINE_ERROR")) return error;
  const fault = engineFault(error);
  if (fault?.statusCode !== NOT_IMPLEMENTED && !UNREADABLE.test(fault?.message ?? "")) return error;
  return unreadableLog(what, driver, error.cause);
}

/** The log of a container or service whose logging driver keeps nothing that the engine can read. */
export function unreadableLog(what: string, driver: string | undefined, cause?: unknown): DeploymentError {
  const named = driver ? `its logging driver ${driver} does` : "its logging driver does";
  return new DeploymentError("UNSUPPORTED", `The log of ${what} can't be read: ${named} not support reading.`, {
    hint: HINT,
    cause,
  });
}
