import type { ServiceStatus } from "@openfactory/deploy-core";
import type { PlatformService } from "./client.js";

/** Converts a service to the contract's status. The placeholder has no state, health or exit codes: add those of your platform. */
export const toServiceStatus = ({ id, name, image, labels, createdAt }: PlatformService): ServiceStatus => ({
  name,
  ids: [id],
  image,
  state: "running",
  replicas: { running: 1, desired: 1 },
  ports: [],
  labels,
  createdAt,
  instances: [{ id, name, state: "running", engineState: "stored", startedAt: createdAt, restarts: 0 }],
});
