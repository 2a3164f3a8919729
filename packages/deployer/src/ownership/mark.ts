import type { DeployRequest } from "@openfactory/deploy-core";
import type { DesiredApp } from "../desired.js";
import { APP_LABEL, PROJECT_LABEL, REQUEST_LABEL } from "./labels.js";
import { requestHash } from "./request-hash.js";

/** The app's request with the ownership labels added. */
export const markedRequest = ({ key, request }: DesiredApp, project: string): DeployRequest => ({
  ...request,
  labels: {
    ...request.labels,
    [PROJECT_LABEL]: project,
    [APP_LABEL]: key,
    [REQUEST_LABEL]: requestHash(request),
  },
});
