import type { NormalizedRequest } from "@openfactory/deploy-core";
import type { HealthConfig } from "../engine-api/container.js";
import type { ImageConfig, InspectedContainer } from "../engine-api/container.js";
import { toContainerCreateBody } from "../to-container-create-body.js";

/**
 * The container that the engine would make of a request, as far as an inspect would tell: with what it takes over from
 * the image. So a request and a container are read by one function, `fromContainer`, and can't disagree on what a field
 * means.
 *
 * The engine's rules (moby, daemon/commit.go `merge`): variables and labels that are not set, the user, and the health
 * check, or those of its times that are 0, are the image's; so are the image's `Cmd` where neither entrypoint nor
 * arguments are given, and its entrypoint where none is.
 * @throws DeploymentError as toContainerCreateBody.
 */
export function asCreated(
  request: NormalizedRequest,
  image: ImageConfig | undefined,
  options: { apiVersion: string },
): InspectedContainer {
  const { HostConfig, NetworkingConfig: _, ...config } = toContainerCreateBody(request, options);
  const { Entrypoint, Cmd, Env, Labels, User, Healthcheck } = config;
  const networks = request.networks?.length ? request.networks : ["bridge"];
  return {
    Id: "",
    Name: `/${request.name}`,
    Config: {
      ...config,
      Env: [...Env, ...(image?.Env ?? []).filter((entry) => !Env.some((own) => keyOf(own) === keyOf(entry)))],
      Labels: { ...image?.Labels, ...Labels },
      User: User ?? image?.User,
      Entrypoint: Entrypoint ?? image?.Entrypoint,
      Cmd: Cmd ?? (Entrypoint === undefined ? image?.Cmd : undefined),
      Healthcheck: merged(Healthcheck, image?.Healthcheck),
    },
    HostConfig: { ...HostConfig },
    NetworkSettings: { Networks: Object.fromEntries(networks.map((network) => [network, {}])) },
  };
}

const keyOf = (entry: string): string => entry.split("=")[0] ?? "";

/** The check that is asked for, its times that are 0 or left out being the image's. */
function merged(own: HealthConfig | undefined, image: ImageConfig["Healthcheck"]): ImageConfig["Healthcheck"] {
  if (own === undefined) return image?.Test && { ...image, Test: image.Test };
  return { ...image, ...(Object.fromEntries(Object.entries(own).filter(([, value]) => value !== 0)) as HealthConfig) };
}
