import type { NormalizedRequest } from "@openfactory/deploy-core";
import type { HostConfig } from "../bodies/container-create-body.js";
import type { ContainerSpec } from "../bodies/service-spec.js";
import { requireApi, type TranslationContext } from "../support/require-api.js";

type InitField = Pick<NormalizedRequest, "init">;

/** `init` to `Init` of HostConfig; left out, as the engine is configured. */
export const toHostInit = ({ init }: InitField): Pick<HostConfig, "Init"> => (init === undefined ? {} : { Init: init });

/**
 * `init` to `Init` of ContainerSpec; left out, as the node's engine is configured.
 * @throws DeploymentError `UNSUPPORTED` below API 1.37.
 */
export function toServiceInit({ init }: InitField, context: TranslationContext): Pick<ContainerSpec, "Init"> {
  if (init === undefined) return {};
  requireApi(context, "1.37", "init");
  return { Init: init };
}
