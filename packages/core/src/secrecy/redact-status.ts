import type { ServiceStatus } from "../capabilities/status.js";
import { Redactor } from "./redactor.js";
import { secretsOfRequest } from "./secret-values.js";

/** A status whose instances' errors repeat no known value; the same object where there is nothing to mask. */
export function redactInstances(status: ServiceStatus, redactor: Redactor): ServiceStatus {
  const instances = status.instances?.map((one) => {
    const error = one.error && redactor.text(one.error);
    return error === one.error ? one : { ...one, error };
  });
  return instances?.some((one, index) => one !== status.instances[index]) ? { ...status, instances } : status;
}

/** As {@link redactInstances}, with the values that the status' own settings tell. */
export const withoutOwnSecrets = (status: ServiceStatus): ServiceStatus =>
  redactInstances(status, new Redactor(() => (status.settings === undefined ? [] : secretsOfRequest(status.settings))));
