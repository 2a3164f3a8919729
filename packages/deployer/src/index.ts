export { checkApps, type CheckedApp, type CheckedProject, checkProject } from "./check/check-project.js";
export { type CheckedRequest, checkRequests } from "./check/check-requests.js";
export { redactorOf } from "./model/errors.js";
export type { AppPhase, DeployerEvent, LockEvent, Observer } from "./model/events.js";
export {
  APP_LABEL,
  DEVICE_LABEL,
  DIRECTORY_LABEL,
  FILE_LABEL,
  type Owner,
  ownerOf,
  PROJECT_LABEL,
  REQUEST_LABEL,
  RUN_LABEL,
} from "./model/labels.js";
export { canTellOwners, type Ownership, ownershipOf, ownerText, type Scope } from "./model/ownership.js";
export type {
  AppAction,
  DownPlan,
  FieldChange,
  Plan,
  PlannedApp,
  PlannedOrphan,
  PlannedOther,
  PlannedRemoval,
  PlannedResource,
  PlannedResourceRemoval,
} from "./model/plan.js";
export type {
  DependencyCondition,
  DesiredApp,
  DesiredDependency,
  DesiredDevice,
  DesiredProject,
  DesiredResource,
} from "./model/project.js";
export type {
  AppNow,
  AppOutcome,
  AppVerdict,
  CompensationAction,
  CompensationStep,
  DownReport,
  RefreshReport,
  RefreshVerdict,
  RemovalVerdict,
  ResourceVerdict,
  RollbackOutcome,
  RollbackReport,
  RollbackVerdict,
  ScaleReport,
  ScaleVerdict,
  UpReport,
} from "./model/report.js";
export { requestHash } from "./model/request-hash.js";
export { othersLeft, type ProjectWarning } from "./model/warnings.js";
export { observe, type Observed } from "./observe/observe.js";
export { type Elsewhere, findElsewhere } from "./observe/other-platforms.js";
export type { ListenerOptions } from "./operations/asset-listeners.js";
export { down, type DownOptions } from "./operations/down.js";
export type { LockOptions } from "./operations/lock.js";
export { ps, type PsRow } from "./operations/ps.js";
export { refreshAuth, type RefreshOptions } from "./operations/refresh-auth.js";
export { rollback, type RollbackOptions } from "./operations/rollback.js";
export { scale, type ScaleOptions } from "./operations/scale.js";
export { applyUp, up, type UpOptions } from "./operations/up.js";
export { planDown, type PlanDownOptions } from "./plan/plan-down.js";
export { plan, type PlanOptions, planUp, prepare, type Prepared, type UpPlan } from "./plan/plan.js";
