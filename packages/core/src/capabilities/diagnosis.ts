import type { OperationOptions } from "../strategy/options.js";

/** One thing that was looked at: whether it is as a deploy needs it. */
export interface Diagnosis {
  /** What was looked at, in a few words: `engine`, `swarm manager`, `network factory-net`. */
  check: string;
  /** `warning`: deploys work, with something less than one may expect. `failed`: they don't. */
  state: "ok" | "warning" | "failed";
  /** One sentence on what was found, e.g. `Engine 28.5.2, API 1.51, at unix:///var/run/docker.sock.` */
  detail: string;
  /** One sentence: what to do. */
  hint?: string;
}

export interface DiagnoseOptions extends OperationOptions {
  /** Networks that the services to deploy will join. Default: none. */
  networks?: readonly string[];
}

export interface CanDiagnose {
  /**
   * Looks whether what deploys need is there, and changes nothing. What is wrong is a finding, not an error; where one
   * finding makes further ones pointless (no engine answers), they are left out.
   * @throws DeploymentError `ABORTED`.
   */
  diagnose(options?: DiagnoseOptions): Promise<Diagnosis[]>;
}
