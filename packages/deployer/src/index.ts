export type {
  DependencyCondition,
  DesiredApp,
  DesiredDependency,
  DesiredDevice,
  DesiredProject,
  DesiredResource,
} from "./desired.js";
export type { ListenerOptions } from "./assets/listener-options.js";
export type { AppPhase, DeployerEvent, LockEvent, Observer } from "./events.js";
export type { ProjectWarning } from "./project-warning.js";
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
} from "./ownership/labels.js";
export { type Ownership, ownershipOf, ownerText, type Scope } from "./ownership/ownership.js";
export { canTellOwners } from "./ownership/can-tell.js";
export { requestHash } from "./ownership/request-hash.js";
export { checkApps } from "./check/check-apps.js";
export { type CheckedApp, type CheckedProject, checkProject } from "./check/check-project.js";
export { type CheckedRequest, checkRequests } from "./check/check-requests.js";
export { type Observed, observe } from "./observe/observe.js";
export type {
  AppAction,
  FieldChange,
  Plan,
  PlannedApp,
  PlannedOrphan,
  PlannedOther,
  PlannedResource,
} from "./plan/plan.js";
export type { PlanOptions } from "./plan/plan-options.js";
export { othersLeft } from "./plan/find-warnings.js";
export { planUp, type UpPlan } from "./plan/plan-up.js";
export { plan, prepare, type Prepared } from "./plan/prepare.js";
export { applyUp } from "./apply/apply-up.js";
export type { UpOptions } from "./apply/up-options.js";
export type { AppNow, AppOutcome, AppVerdict, UpReport } from "./apply/up-report.js";
export type { CompensationAction, CompensationStep } from "./compensate/compensation-step.js";
export type { ResourceVerdict } from "./resources/resource-verdict.js";
export type { LockOptions } from "./lock/lock-options.js";
export { up } from "./up.js";
export { rollback } from "./rollback/rollback.js";
export type { RollbackOptions, RollbackOutcome, RollbackReport, RollbackVerdict } from "./rollback/rollback-report.js";
export { scale } from "./scale/scale.js";
export type { ScaleOptions, ScaleReport, ScaleVerdict } from "./scale/scale-report.js";
export { down, type DownOptions, type DownReport } from "./remove/down.js";
export type { DownPlan, PlannedRemoval, PlannedResourceRemoval } from "./remove/down-plan.js";
export { planDown, type PlanDownOptions } from "./remove/plan-down.js";
export { type Elsewhere, findElsewhere } from "./elsewhere.js";
export type { RemovalVerdict } from "./remove/removal-verdict.js";
export { refreshAuth, type RefreshOptions, type RefreshReport } from "./refresh/refresh-auth.js";
export type { RefreshVerdict } from "./refresh/refresh-verdict.js";
export { redactorOf } from "./secrecy.js";
export { ps, type PsRow } from "./ps/ps.js";
