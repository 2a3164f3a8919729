import { DeploymentError, type NormalizedRequest } from "@openfactory/deploy-core";
import type { DockerEngine } from "@openfactory/docker-engine";

/** An image that is not there, and that nobody is to look for. */
export const neverPulled = (
  engine: DockerEngine,
  { image, name }: NormalizedRequest,
  { cause }: DeploymentError,
): DeploymentError =>
  new DeploymentError(
    "IMAGE_NOT_FOUND",
    `${engine.host} does not have the image ${image}, and its pull policy is never.`,
    {
      service: name,
      field: "image",
      hint: "Build it or load it there (docker load), correct its name, or allow pulls: imagePullPolicy missing or always.",
      cause,
    },
  );
