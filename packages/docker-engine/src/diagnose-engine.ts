import { DeploymentError, type DiagnoseOptions, type Diagnosis } from "@openfactory/deploy-core";
import type { DockerEngine } from "./engine.js";
import type { NetworkDetails } from "./engine-types.js";
import { ambiguousNetwork } from "./resources/network-errors.js";

/** Whether an engine answers, and which. `failed` makes all further questions pointless. */
export async function diagnoseEngine(engine: DockerEngine, { signal }: DiagnoseOptions): Promise<Diagnosis> {
  return finding("engine", async () => {
    const [{ Version, Components }, api] = [await engine.version({ signal }), await engine.apiVersion({ signal })];
    const name = Components?.[0]?.Name ?? "Engine";
    return { check: "engine", state: "ok", detail: `${name} ${Version}, API ${api}, at ${engine.host}.` };
  });
}

/**
 * Whether a network is there, the only one of its name, and, as `judge` sees it, fit.
 * @param canBeMeant leaves out networks of the name that a deploy would never take. Default: all count.
 */
export async function diagnoseNetwork(
  engine: DockerEngine,
  name: string,
  { signal }: DiagnoseOptions,
  judge: (network: NetworkDetails) => Omit<Diagnosis, "check">,
  create: string,
  canBeMeant: (network: NetworkDetails) => boolean = () => true,
): Promise<Diagnosis> {
  const check = `network ${name}`;
  return finding(check, async () => {
    const found = (await engine.networks.list({ name: [name] }, { signal })).filter(({ Name }) => Name === name);
    const meant = found.filter(canBeMeant);
    const ambiguous = ambiguousNetwork(name, meant);
    if (ambiguous !== undefined)
      return { check, state: "failed", detail: `${ambiguous.message}.`, hint: ambiguous.hint };
    const [one] = [...meant, ...found];
    if (one !== undefined) return { check, ...judge(one) };
    return { check, state: "failed", detail: `There is no network ${name}.`, hint: `Create it: ${create} ${name}` };
  });
}

/** What goes wrong while looking is the finding, but for an abort. */
export async function finding(check: string, look: () => Promise<Diagnosis>): Promise<Diagnosis> {
  try {
    return await look();
  } catch (error) {
    if (!DeploymentError.isInstance(error) || error.code === "ABORTED") throw error;
    return { check, state: "failed", detail: error.message, hint: error.hint };
  }
}
