import {
  areSuccessive,
  type InspectedContainer,
  ofSameVersions,
  type ServiceContainer,
  type ServiceContainers,
  without,
  withRole,
} from "./group.js";

/** The containers of a service by version. */
export interface ResolvedState<Container extends ServiceContainer = InspectedContainer> {
  /** The containers that are the service. If there are none, the service does not exist. */
  current: readonly Container[];
  /** The version before the last update, which a rollback restores. */
  previous: readonly Container[];
}

/**
 * How to recover an update or a rollback that ended with its process, and left containers in temporary roles:
 * - `rollBack` until all containers of the new version have their names and were started: the old version is the service;
 * - `rollForward` from then on: the new version is the service;
 * - `replaced` if another service was deployed while no container had the name: that service stays.
 *
 * Names, labels and the engine's times decide. No other state is stored.
 */
export type RecoveryDirection = "rollBack" | "rollForward" | "replaced";

export function recoveryDirection(group: ServiceContainers<InspectedContainer>): RecoveryDirection {
  const replacements = replacementsIn(group);
  const retiring = withRole(group, "retiring");
  if (replacements.some((container) => !isSuccessiveToAny(retiring, container))) return "replaced";
  const waiting = [...withRole(group, "candidate"), ...withRole(group, "restoring")];
  const allNamed = replacements.length > 0 && replacements.length === withRole(group).length;
  // A container that was never started has not stopped either.
  const stoppedAt = Math.max(0, ...retiring.map(({ active, finishedAt }) => (active ? Infinity : finishedAt)));
  return allNamed &&
    ofSameVersions(replacements, waiting).length === 0 &&
    // A placeholder is never started.
    replacements.every(({ active, placeholder, startedAt }) => placeholder || active || startedAt >= stoppedAt)
    ? "rollForward"
    : "rollBack";
}

/** The containers that have a name of the service while another version is retiring. */
export function replacementsIn<Container extends ServiceContainer>(group: ServiceContainers<Container>): Container[] {
  const [named, retiring] = [withRole(group), withRole(group, "retiring")];
  return retiring.length === 0 ? [] : without(named, ofSameVersions(retiring, named));
}

/** The replacements, if an update created them: then some never ran before they got their names, or still wait for them. */
export function createdReplacements(group: ServiceContainers<InspectedContainer>): InspectedContainer[] {
  const replacements = replacementsIn(group);
  const someNew = replacements.some(({ placeholder, startedAt }) => !placeholder && startedAt === -Infinity);
  return someNew || withRole(group, "candidate").length > 0 ? replacements : [];
}

export function resolveState(group: ServiceContainers<InspectedContainer>): ResolvedState {
  const retiring = withRole(group, "retiring");
  const replacements = replacementsIn(group);
  switch (recoveryDirection(group)) {
    case "replaced":
      return { current: replacements.filter((container) => !isSuccessiveToAny(retiring, container)), previous: [] };
    case "rollForward":
      return toState(withRole(group), retiring);
    case "rollBack": {
      const restoring = without(replacements, createdReplacements(group));
      return toState([...retiring, ...without(withRole(group), replacements)], [...keptIn(group), ...restoring]);
    }
  }
}

/** Whether only inspected containers can be resolved: a listing has no times. */
export const needsInspection = (group: ServiceContainers): boolean => withRole(group, "retiring").length > 0;

/** Whether an update or a rollback is in progress, or was interrupted: some containers have temporary roles. */
export const isUnfinished = (group: ServiceContainers): boolean =>
  group.some(({ role, active }) => (role === "previous" ? active : role !== undefined));

/**
 * The containers of an update or a rollback in progress, or of an interrupted one, that are not the service: those of the new
 * version until it is the service, then those of the old version until it is retired.
 */
export const unfinishedIn = <Container extends ServiceContainer>(
  group: ServiceContainers<Container>,
  { current }: Pick<ResolvedState<Container>, "current">,
): Container[] => without(group, current).filter(({ role, active }) => role !== "previous" || active);

/** The state of listed containers that do not need inspection. */
export const resolveListedState = <Container extends ServiceContainer>(
  group: ServiceContainers<Container>,
): ResolvedState<Container> => toState(withRole(group), keptIn(group));

const keptIn = <Container extends ServiceContainer>(group: ServiceContainers<Container>): Container[] => [
  ...withRole(group, "previous"),
  ...withRole(group, "restoring"),
];

const toState = <Container extends ServiceContainer>(
  current: readonly Container[],
  kept: readonly Container[],
): ResolvedState<Container> => ({
  current,
  previous: kept.filter((container) => isSuccessiveToAny(current, container)),
});

export const isSuccessiveToAny = (containers: readonly ServiceContainer[], container: ServiceContainer): boolean =>
  containers.some((other) => areSuccessive(other, container));
