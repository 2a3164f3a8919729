import { DeploymentError } from "@openfactory/deploy-core";

/** An Engine API version, `1.41` being `{major: 1, minor: 41}`. */
export interface ApiVersion {
  major: number;
  minor: number;
}

/**
 * Parses `1.41` or `v1.41`.
 * @throws DeploymentError `ENGINE_ERROR` if it is no version: versions come from engines, never from requests.
 */
export function parseApiVersion(version: string): ApiVersion {
  const [, major, minor] = /^v?(\d+)\.(\d+)$/.exec(version) ?? [];
  if (major === undefined || minor === undefined) {
    throw new DeploymentError("ENGINE_ERROR", `"${version}" is not an Engine API version, such as 1.41.`, {
      hint: "Check that the address is a Docker Engine's and that its API version is not overridden.",
    });
  }
  return { major: Number(major), minor: Number(minor) };
}

/** Negative, 0 or positive as `a` is older than, the same as, or newer than `b`. @throws as parseApiVersion. */
export function compareApiVersions(a: string, b: string): number {
  const [left, right] = [parseApiVersion(a), parseApiVersion(b)];
  return left.major - right.major || left.minor - right.minor;
}

/** Whether `version` is `wanted` or later: `apiAtLeast("1.45", "1.44")`. @throws as parseApiVersion. */
export const apiAtLeast = (version: string, wanted: string): boolean => compareApiVersions(version, wanted) >= 0;
