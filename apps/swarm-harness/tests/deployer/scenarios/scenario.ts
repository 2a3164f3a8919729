import type { CapabilityName } from "@openfactory/deploy-core";
import type { UpOptions } from "@openfactory/deployer";
import type { AppOutcome, UpReport } from "@openfactory/deployer";
import type { File, PlatformFixture } from "./platform-fixture.js";

/** A starting state, a desired state, and the expected plan and result. */
export interface Scenario {
  readonly name: string;
  /** The result depends on what an engine does or returns, so `npm test` runs it on real engines, too. */
  readonly onEngines?: true;
  /** Capabilities, or parts of a fixture, that it requires. */
  readonly requires?: readonly (
    | CapabilityName
    | "stop"
    | "recreateNetwork"
    | "duplicateNetwork"
    | "network"
    | "config"
  )[];
  /** Files that were applied before, in sequence. */
  readonly given?: readonly File[];
  /** Changes since then. */
  readonly when?: (fixture: PlatformFixture) => Promise<unknown>;
  readonly desired: File;
  readonly options?: UpOptions;
  /** By app, orphan and resource: the action, and the paths of the changes; `*`: any paths. */
  readonly plan: Readonly<Record<string, string>>;
  readonly end: {
    /** Default `ok`; `refused`: `up` rejects before any change. */
    readonly outcome?: UpReport["outcome"] | "refused";
    readonly apps?: Readonly<Record<string, AppOutcome | readonly AppOutcome[]>>;
    /** By app: the version that runs; 0: no service. */
    readonly versions: Readonly<Record<string, number>>;
    /** Codes of warnings that the report must contain. Default: none. */
    readonly warnings?: readonly string[];
    /** The existing networks, configs and secrets of the project. Default: none. */
    readonly resources?: readonly string[];
  };
}
