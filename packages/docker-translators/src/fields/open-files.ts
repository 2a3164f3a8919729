import type { NormalizedRequest } from "@openfactory/deploy-core";
import type { HostConfig, Ulimit } from "../engine-api/container.js";
import type { ContainerSpec } from "../engine-api/service.js";
import { requireApi, type TranslationContext } from "../api-version.js";

type OpenFilesField = Pick<NormalizedRequest, "openFiles">;

/** Soft and hard limit are the same: a process sees the limit that was asked for, and can't lift it. */
const nofile = (limit: number): Ulimit[] => [{ Name: "nofile", Soft: limit, Hard: limit }];

/** `openFiles` to `Ulimits` of HostConfig; left out, the engine's default. */
export const toHostUlimits = ({ openFiles }: OpenFilesField): Pick<HostConfig, "Ulimits"> =>
  openFiles === undefined ? {} : { Ulimits: nofile(openFiles) };

/**
 * `openFiles` to `Ulimits` of ContainerSpec; left out, the engine's default.
 * @throws DeploymentError `UNSUPPORTED` below API 1.41.
 */
export function toServiceUlimits(request: OpenFilesField, context: TranslationContext): Pick<ContainerSpec, "Ulimits"> {
  if (request.openFiles === undefined) return {};
  requireApi(context, "1.41", "openFiles");
  return { Ulimits: nofile(request.openFiles) };
}
