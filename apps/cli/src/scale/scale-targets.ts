import { DeploymentError } from "@openfactory/deploy-core";
import type { NamedApp } from "../wiring/choose-apps.js";
import type { ScaleTarget } from "./scale-all.js";

/**
 * What `scale` changes under one name. A device is one asset, whose services run once each: by its name they are all
 * stopped (0) or started (1) together.
 * @param apps what the name names.
 * @throws DeploymentError `INVALID_REQUEST` for more than one replica of a device.
 */
export function scaleTargets(name: string, replicas: number, apps: readonly NamedApp[]): ScaleTarget[] {
  const isDevice = apps.some(({ key, device }) => device?.key === name && key !== name);
  if (isDevice && replicas > 1) {
    const services = apps.map(({ key }) => key).join(", ");
    throw new DeploymentError(
      "INVALID_REQUEST",
      `${name} is a device: it can't have ${replicas} replicas. Its services are ${services}.`,
      {
        hint: `Scale one of its services, or ${name}=0 to stop all of them and ${name}=1 to start them.`,
      },
    );
  }
  return apps.map(({ key }) => ({ app: key, replicas }));
}
