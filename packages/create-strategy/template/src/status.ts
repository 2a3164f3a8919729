import type { ServiceStatus } from "@openfactory/deploy-core";
import type { Service } from "./client.js";

/** A service in the contract's words. Ask your platform for state, health and exit codes; the stand-in has none. */
export const statusOf = ({ id, name, image, labels, createdAt }: Service): ServiceStatus => ({
  name,
  ids: [id],
  image,
  state: "running",
  replicas: { running: 1, desired: 1 },
  ports: [],
  labels,
  createdAt,
  instances: [{ id, name, state: "running", engineState: "noted", startedAt: createdAt, restarts: 0 }],
});
