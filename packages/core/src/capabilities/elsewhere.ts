import type { OperationOptions } from "../strategy/options.js";

/** Another platform of the same engine, as far as it matters to a project. */
export interface OtherPlatform {
  /** The name by which `--platform` chooses it: `swarm`, `docker`. */
  readonly platform: string;
  /** Names of the services with the wanted labels that it runs, sorted. Empty: it runs none of them. */
  readonly services: readonly string[];
  /** Why the engine belongs to that platform, as a clause: `This engine is a Swarm manager`. */
  readonly reason?: string;
}

export interface ElsewhereOptions extends OperationOptions {
  /** Only services that carry all these labels with these values. */
  readonly labels: Readonly<Record<string, string>>;
}

/** Knows what another platform runs on the same engine, so that a forgotten `--platform` is noticed. */
export interface CanSeeElsewhere {
  /**
   * The other platforms that can be used on the same engine, and which of the wanted services each runs. Nothing that is
   * returned here is ever part of `list`, and this strategy never changes it. One call at most.
   * @returns nothing where no other platform can be used there.
   * @throws DeploymentError `ENGINE_UNREACHABLE`, `ABORTED`, ...
   */
  elsewhere(options: ElsewhereOptions): Promise<OtherPlatform[]>;
}
