import type { DeploymentWarning } from "@openfactory/deploy-core";
import type { ShortLived } from "@openfactory/docker-engine";

/** A service keeps the credentials that it was made with, and its nodes pull with these for as long as it runs. */
export const shortLivedWarning = (
  service: string,
  registry: string,
  { issuer, lasting }: ShortLived,
): DeploymentWarning => ({
  code: "SHORT_LIVED_CREDENTIALS",
  service,
  strategy: "swarm",
  field: "image",
  reason:
    `The credentials for ${registry} that the service stores are tokens of ${issuer}, which last ${lasting} at the most: ` +
    "a node that lacks the image can't pull it any more then, and its tasks are rejected. " +
    "Run `ofdeploy refresh-auth` more often than that.",
});
