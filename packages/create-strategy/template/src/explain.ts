import { DeploymentError, inContext } from "@openfactory/deploy-core";
import { Refusal } from "./client.js";
import { manifest } from "./manifest.js";

/**
 * Runs a call of the platform, and turns what it refuses into the errors of the contract: a stable code, one sentence,
 * and what to do. No value of env may be in any of them.
 */
export const explained = <Result>(service: string | undefined, work: () => Promise<Result>): Promise<Result> =>
  inContext({ service, strategy: manifest.name }, () =>
    work().catch((error: unknown) => {
      throw error instanceof Refusal ? explain(error, service) : error;
    }),
  );

function explain(refusal: Refusal, service = ""): DeploymentError {
  switch (refusal.reason) {
    case "name taken":
      return new DeploymentError("ALREADY_EXISTS", `The name ${service} is in use.`, {
        hint: "Remove that service first, or choose another name.",
      });
    case "no such service":
      return new DeploymentError("NOT_FOUND", `There is no service ${service}.`, {
        hint: "Check the name; it must be exact.",
      });
    case "no such image":
      return new DeploymentError("IMAGE_NOT_FOUND", `The image of ${service} can't be found.`, {
        field: "image",
        hint: "Check the image's name and tag.",
      });
  }
}
