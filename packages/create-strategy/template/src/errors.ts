import { DeploymentError, inContext } from "@openfactory/deploy-core";
import { PlatformError } from "./client.js";
import { manifest } from "./manifest.js";

/**
 * Runs calls of the platform, and converts its errors to those of the contract: with a stable code, a message, and a hint
 * with what to do. Messages and hints must not contain values of env.
 */
export const withContractErrors = <Result>(service: string | undefined, work: () => Promise<Result>): Promise<Result> =>
  inContext({ service, strategy: manifest.name }, () =>
    work().catch((error: unknown) => {
      throw error instanceof PlatformError ? toDeploymentError(error, service) : error;
    }),
  );

function toDeploymentError(error: PlatformError, service = ""): DeploymentError {
  switch (error.reason) {
    case "name in use":
      return new DeploymentError("ALREADY_EXISTS", `The name ${service} is already in use.`, {
        hint: "Choose another name, or remove the existing service first.",
      });
    case "service not found":
      return new DeploymentError("NOT_FOUND", `Service ${service} not found.`, {
        hint: "Check the name: `ofdeploy ps` lists the services.",
      });
    case "image not found":
      return new DeploymentError("IMAGE_NOT_FOUND", `Image of service ${service} not found.`, {
        field: "image",
        hint: "Check the name and the tag of the image.",
      });
  }
}
