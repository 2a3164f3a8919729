import type { CapabilityName } from "@openfactory/deploy-core";
import type { UpOptions } from "@openfactory/deployer";
import type { AppOutcome, UpReport } from "@openfactory/deployer";
import type { File, Kit } from "./kit.js";

/** A state, what is desired, and what is expected of the plan and of the end. */
export interface Situation {
  readonly name: string;
  /** Capabilities, or parts of a kit, without which it can't be. */
  readonly needs?: readonly (CapabilityName | "stop" | "recreateNetwork" | "twinNetwork" | "network" | "config")[];
  /** Files that were brought up before, one after the other. */
  readonly was?: readonly File[];
  /** What has happened since. */
  readonly since?: (kit: Kit) => Promise<unknown>;
  readonly desired: File;
  readonly options?: UpOptions;
  /** By app, orphan and resource: the action, and the paths of what changes; `*`: any paths. */
  readonly plan: Readonly<Record<string, string>>;
  readonly end: {
    /** Default `ok`; `refused`: nothing was done. */
    readonly outcome?: UpReport["outcome"] | "refused";
    readonly apps?: Readonly<Record<string, AppOutcome | readonly AppOutcome[]>>;
    /** By app: the version that is there; 0: there is no service. */
    readonly there: Readonly<Record<string, number>>;
    /** Codes of the run's own warnings that are among the others. Default: none is looked for. */
    readonly warnings?: readonly string[];
    /** The networks, configs and secrets of the project that are there. Default: none. */
    readonly resources?: readonly string[];
  };
}
