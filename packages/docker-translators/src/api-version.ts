import { compareVersions, DeploymentError } from "@openfactory/deploy-core";

/** What a translator needs in addition to the field. */
export interface TranslationContext {
  /** The negotiated Engine API version, e.g. `1.41`. */
  apiVersion: string;
  /** The service's name, for errors. */
  service: string;
}

/** The first Docker Engine release of each API version that a field requires. */
const FIRST_RELEASE = {
  "1.37": "18.03",
  "1.40": "19.03",
  "1.41": "20.10",
  "1.42": "23.0",
  "1.44": "25.0",
  "1.45": "26.0",
} as const;

export type RequiredApi = keyof typeof FIRST_RELEASE;

/**
 * Whether `version` is `required` or later: `apiAtLeast("1.45", "1.44")`.
 * @throws DeploymentError `ENGINE_ERROR` if `version` is not a version: it comes from an engine, never from a request.
 */
export function apiAtLeast(version: string, required: RequiredApi): boolean {
  const [, number] = /^v?(\d+\.\d+)$/.exec(version) ?? [];
  if (number !== undefined) return compareVersions(number, required) >= 0;
  throw new DeploymentError("ENGINE_ERROR", `"${version}" is not an Engine API version, such as 1.41.`, {
    hint: "Check that the address is that of a Docker Engine, and that DOCKER_API_VERSION is unset or correct.",
  });
}

/**
 * Passes if the engine's API has the field. Older engines silently drop unknown fields, so sending it is not enough.
 * @throws DeploymentError `UNSUPPORTED` with both versions and the release to upgrade to.
 */
export function requireApi(context: TranslationContext, required: RequiredApi, field: string): void {
  const { service, apiVersion } = context;
  if (apiAtLeast(apiVersion, required)) return;
  const message = `${field} of service ${service} requires Engine API ${required}, and the engine has ${apiVersion}.`;
  throw new DeploymentError("UNSUPPORTED", message, {
    service,
    field,
    hint: `Upgrade the engine to Docker ${FIRST_RELEASE[required]} or later, or remove ${field}.`,
  });
}
