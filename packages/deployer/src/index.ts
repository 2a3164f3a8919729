export { checkNotes } from "./check/check-notes.js";
export { checkPolicy } from "./check/check-policy.js";
export { type CheckedProject, checkProject } from "./check/check-project.js";
export type { CheckedApp } from "./check/check-requests.js";
export { createRedactor } from "./model/errors.js";
export type { AppPhase, DeployerEvent, LockEvent, Observer } from "./model/events.js";
export { FILE_LABEL, type Owner, ownerOf, PROJECT_LABEL } from "./model/labels.js";
export { type Ownership, ownershipOf, type Scope } from "./model/ownership.js";
export type {
  AppAction,
  DownPlan,
  FieldChange,
  Plan,
  PlanFinding,
  PlannedApp,
  PlannedOrphan,
  PlannedOther,
  PlannedRemoval,
  PlannedResource,
  PlannedResourceRemoval,
} from "./model/plan.js";
export { type ImagePolicy, type Policy, type PolicyOptions, type VerifyImage, withPolicy } from "./model/policy.js";
export { withWaits } from "./model/report-waits.js";
export type {
  DependencyCondition,
  DesiredApp,
  DesiredDependency,
  DesiredDevice,
  DesiredProject,
  DesiredResource,
  FieldSource,
} from "./model/project.js";
export type {
  ActualState,
  AppOutcome,
  AppVerdict,
  RevertAction,
  RevertStep,
  DownReport,
  RefreshReport,
  RefreshVerdict,
  RemovalVerdict,
  ProcessOperation,
  ProcessOutcome,
  ProcessReport,
  ProcessVerdict,
  ResourceVerdict,
  RollbackOutcome,
  RollbackReport,
  RollbackVerdict,
  ScaleReport,
  ScaleVerdict,
  UpReport,
} from "./model/report.js";
export type {
  PlanBasis,
  ResourceBasis,
  ReviewedPlan,
  SavedPlan,
  SavedPlanOptions,
  ServiceBasis,
} from "./model/saved-plan.js";
export { selectApps, type SelectionOptions } from "./model/selection.js";
export { otherFilesWarning, type ProjectWarning } from "./model/warnings.js";
export { observe, type Observed } from "./observe/observe.js";
export { findOtherPlatforms, type OtherPlatforms } from "./observe/other-platforms.js";
export type { ListenerOptions } from "./operations/asset-listeners.js";
export { down, type DownOptions } from "./operations/down.js";
export { createDeployer, type Deployer, type DeployerRun } from "./operations/create-deployer.js";
export type { LockOptions } from "./operations/lock.js";
export { listProjects, type ProjectSummary } from "./operations/projects.js";
export { exec } from "./operations/exec.js";
export { changeProcesses, type ProcessOptions } from "./operations/processes.js";
export { ps, type PsRow } from "./operations/ps.js";
export { type ReadService, readServices } from "./operations/read-services.js";
export { refreshAuth, type RefreshOptions } from "./operations/refresh-auth.js";
export { rollback, type RollbackOptions } from "./operations/rollback.js";
export { scale, type ScaleOptions } from "./operations/scale.js";
export { up, type UpOptions } from "./operations/up.js";
export { waitFor, type WaitForOptions, type WaitReport, type WaitVerdict } from "./operations/wait-for.js";
export { planDown, type PlanDownOptions } from "./plan/plan-down.js";
export { plan, type PlanOptions } from "./plan/plan.js";
export { planToSave } from "./plan/save-plan.js";
export { planSaved } from "./plan/saved-plan.js";
