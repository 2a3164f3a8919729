import { DeploymentError, type DiagnoseOptions, type Diagnosis } from "@openfactory/deploy-core";
import type { DockerEngine } from "./engine.js";
import type { NetworkDetails } from "./engine-types.js";
import { ambiguousNetwork } from "./resources/network-errors.js";

/** Whether an engine answers, and which one. If it fails, further checks can't succeed. */
export async function diagnoseEngine(engine: DockerEngine, { signal }: DiagnoseOptions): Promise<Diagnosis> {
  return runDiagnosis("engine", async () => {
    const [{ Version, Components }, api] = [await engine.version({ signal }), await engine.apiVersion({ signal })];
    const name = Components?.[0]?.Name ?? "Engine";
    return { check: "engine", state: "ok", detail: `${name} ${Version}, API ${api}, at ${engine.host}.` };
  });
}

/**
 * Whether a network exists, is the only one of its name, and passes `judge`.
 * @param isCandidate excludes networks of the name that a deployment would never use. Default: none.
 */
export async function diagnoseNetwork(
  engine: DockerEngine,
  name: string,
  { signal }: DiagnoseOptions,
  judge: (network: NetworkDetails) => Omit<Diagnosis, "check">,
  create: string,
  isCandidate: (network: NetworkDetails) => boolean = () => true,
): Promise<Diagnosis> {
  const check = `network ${name}`;
  return runDiagnosis(check, async () => {
    const found = (await engine.networks.list({ name: [name] }, { signal })).filter(({ Name }) => Name === name);
    const candidates = found.filter(isCandidate);
    const ambiguous = ambiguousNetwork(name, candidates);
    if (ambiguous !== undefined)
      return { check, state: "failed", detail: `${ambiguous.message}.`, hint: ambiguous.hint };
    const [network] = [...candidates, ...found];
    if (network !== undefined) return { check, ...judge(network) };
    return {
      check,
      state: "failed",
      detail: `There is no network ${name}.`,
      hint: `Create the network: \`${create} ${name}\`.`,
    };
  });
}

/** Runs a check. Its error, except for `ABORTED`, is the finding. */
export async function runDiagnosis(check: string, run: () => Promise<Diagnosis>): Promise<Diagnosis> {
  try {
    return await run();
  } catch (error) {
    if (!DeploymentError.isInstance(error) || error.code === "ABORTED") throw error;
    return { check, state: "failed", detail: error.message, hint: error.hint };
  }
}
