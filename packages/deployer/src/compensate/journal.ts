import type { Resource, ServiceStatus } from "@openfactory/deploy-core";

/**
 * A change that a run has begun:
 * - `create`: a service was made
 * - `update`: it was changed in place
 * - `replace`: it was removed, and made anew
 * - `prune`: it was removed
 * - `resource`: a resource was made
 */
export type Change =
  | { readonly kind: "create"; readonly app: string; readonly service: string }
  | {
      readonly kind: "update" | "replace" | "prune";
      readonly app: string;
      readonly service: string;
      /** As it was, with its settings where they are known. */
      readonly before: ServiceStatus;
    }
  | { readonly kind: "resource"; readonly resource: Pick<Resource, "kind" | "name"> };

export type ServiceChange = Exclude<Change, { kind: "resource" }>;

/** What a run has changed, in the order in which it began to: noted before the engine is asked, so that nothing is missed. */
export class Journal {
  readonly #changes = new Set<Change>();
  readonly #services = new Map<string, ServiceChange>();
  readonly #made = new Set<Change>();

  begin(change: Change): void {
    this.#changes.add(change);
    if (change.kind !== "resource") this.#services.set(change.service, change);
  }

  /** It turns out that the change was another's. */
  forget(change: ServiceChange): void {
    this.#changes.delete(change);
    this.#services.delete(change.service);
  }

  /** The engine has confirmed it. Of a change that was begun only, nobody knows yet whether it was made. */
  confirm(change: Change): void {
    this.#made.add(change);
  }

  isConfirmed(change: Change): boolean {
    return this.#made.has(change);
  }

  /** The change of a service, if there is one. */
  of(service: string): ServiceChange | undefined {
    return this.#services.get(service);
  }

  /** The latest first. */
  reversed(): Change[] {
    return [...this.#changes].toReversed();
  }
}
