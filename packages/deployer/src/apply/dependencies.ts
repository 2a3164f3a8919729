import {
  dependents,
  type DesiredApp,
  type DesiredDependency,
  type Milestone,
  MILESTONE_OF,
  MILESTONES,
} from "../model/project.js";

type DependentApp = Pick<DesiredApp, "service" | "dependsOn">;

/**
 * An order in which each app follows those that it depends on.
 * @param apps must not depend on each other in a cycle, and contain all that they depend on.
 * @returns the positions of the apps in `apps`.
 */
export function dependencyOrder(apps: readonly DependentApp[]): number[] {
  const positions = new Map(apps.map(({ service }, position) => [service, position]));
  const dependentsOf = dependents(apps);
  const missing = apps.map(({ dependsOn }) => dependsOn.length);
  const order = [...apps.keys()].filter((position) => missing[position] === 0);
  // The loop includes the positions that it adds.
  for (const position of order) {
    for (const service of dependentsOf.get(apps[position]?.service ?? "") ?? []) {
      const dependent = positions.get(service) ?? 0;
      missing[dependent] = (missing[dependent] ?? 0) - 1;
      if (missing[dependent] === 0) order.push(dependent);
    }
  }
  return order;
}

/** The milestones that apps of a run wait for. All others need no memory: there can be thousands of apps. */
export class Milestones {
  readonly #awaited = new Map<string, PromiseWithResolvers<boolean>>();

  constructor(apps: readonly DependentApp[]) {
    for (const dependency of apps.flatMap(({ dependsOn }) => dependsOn)) {
      const key = keyOf(dependency.service, MILESTONE_OF[dependency.condition]);
      if (!this.#awaited.has(key)) this.#awaited.set(key, Promise.withResolvers());
    }
  }

  isAwaited(service: string, milestone: Milestone): boolean {
    return this.#awaited.has(keyOf(service, milestone));
  }

  reach(service: string, milestone: Milestone): void {
    this.#awaited.get(keyOf(service, milestone))?.resolve(true);
  }

  /** The service will not reach any further milestone. */
  giveUp(service: string): void {
    for (const milestone of MILESTONES) this.#awaited.get(keyOf(service, milestone))?.resolve(false);
  }

  /** Resolves with the first of an app's dependencies that did not reach its milestone, if any. */
  async unreached({ dependsOn }: DependentApp): Promise<DesiredDependency | undefined> {
    const reached = await Promise.all(
      dependsOn.map(({ service, condition }) => this.#awaited.get(keyOf(service, MILESTONE_OF[condition]))?.promise),
    );
    return dependsOn[reached.indexOf(false)];
  }
}

const keyOf = (service: string, milestone: Milestone): string => `${milestone} ${service}`;
