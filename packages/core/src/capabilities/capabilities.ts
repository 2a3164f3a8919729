import type { CanDiagnose, CanPreflight, CanSeeElsewhere } from "./checks.js";
import type { CanExec, CanRestart, CanStop } from "./processes.js";
import type { CanLock, CanManageResources } from "./resources.js";
import type {
  CanInspect,
  CanList,
  CanLogs,
  CanRefreshAuth,
  CanRollback,
  CanScale,
  CanReportSettings,
  CanUpdate,
  CanWait,
} from "./services.js";

/** The interface of each capability, by the name that a manifest declares. */
export interface Capabilities {
  inspect: CanInspect;
  list: CanList;
  wait: CanWait;
  logs: CanLogs;
  update: CanUpdate;
  rollback: CanRollback;
  scale: CanScale;
  restart: CanRestart;
  stop: CanStop;
  exec: CanExec;
  refreshAuth: CanRefreshAuth;
  diagnose: CanDiagnose;
  settings: CanReportSettings;
  lock: CanLock;
  resources: CanManageResources;
  preflight: CanPreflight;
  elsewhere: CanSeeElsewhere;
}

export type CapabilityName = keyof Capabilities;

export const CAPABILITIES = [
  "inspect",
  "list",
  "wait",
  "logs",
  "update",
  "rollback",
  "scale",
  "restart",
  "stop",
  "exec",
  "refreshAuth",
  "diagnose",
  "settings",
  "lock",
  "resources",
  "preflight",
  "elsewhere",
] as const satisfies readonly CapabilityName[];
