import type { NormalizedRequest, ServiceStatus } from "@openfactory/deploy-core";
import { SETTINGS_LABEL } from "../ownership/labels.js";
import { fingerprint } from "./fingerprint.js";

/** Whether a service has just the settings that it was given when it was deployed from the request; false: perhaps not. */
export const isAsDeployed = ({ settings, labels }: ServiceStatus, { image }: NormalizedRequest): boolean =>
  settings !== undefined && labels[SETTINGS_LABEL] === fingerprint(settings, image);
