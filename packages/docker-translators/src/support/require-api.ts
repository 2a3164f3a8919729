import { DeploymentError } from "@openfactory/deploy-core";
import { apiAtLeast } from "./api-version.js";

/** What a translator knows beside the field itself. */
export interface TranslationContext {
  /** The negotiated Engine API version, e.g. `1.41`. */
  apiVersion: string;
  /** The service's name, for errors. */
  service: string;
}

/** The first Docker Engine release of each API version that a field needs. */
const FIRST_RELEASE = {
  "1.37": "18.03",
  "1.40": "19.03",
  "1.41": "20.10",
  "1.42": "23.0",
  "1.44": "25.0",
  "1.45": "26.0",
} as const;

export type NeededApi = keyof typeof FIRST_RELEASE;

/**
 * Passes if the engine's API has the field. Older engines drop fields they don't know without a word, so the field
 * can't just be sent.
 * @throws DeploymentError `UNSUPPORTED` with both versions and the release to upgrade to.
 */
export function requireApi(context: TranslationContext, needed: NeededApi, field: string): void {
  if (apiAtLeast(context.apiVersion, needed)) return;
  const { service, apiVersion } = context;
  const message = `${field} of service ${service} needs Engine API ${needed}, and the engine has ${apiVersion}.`;
  throw new DeploymentError("UNSUPPORTED", message, {
    service,
    field,
    hint: `Upgrade the engine to Docker ${FIRST_RELEASE[needed]} or later, or leave ${field} out.`,
  });
}
