import type { NormalizedRequest } from "@openfactory/deploy-core";
import type { HostConfig } from "../engine-api/container.js";
import type { ContainerSpec } from "../engine-api/service.js";
import { requireApi, type TranslationContext } from "../api-version.js";

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
