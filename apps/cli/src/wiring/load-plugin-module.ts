import { createRequire } from "node:module";
import { isAbsolute, join } from "node:path";
import { pathToFileURL } from "node:url";
import { DeploymentError, loadInTime } from "@openfactory/deploy-core";

const isPath = (module: string): boolean => isAbsolute(module) || /^\.{1,2}[\\/]/.test(module);

/** Loads a plugin's module: a path, or a package that is installed for `cwd`. @throws DeploymentError `PLUGIN_FAILED`. */
export async function loadPluginModule(module: string, cwd: string): Promise<unknown> {
  try {
    return await loadInTime(module, () => import(locate(module, cwd)));
  } catch (error) {
    if (DeploymentError.isInstance(error)) throw error;
    const words = (error instanceof Error ? error.message : String(error)).split("\n")[0];
    throw new DeploymentError("PLUGIN_FAILED", `The plugin ${module} can't be loaded: ${words}.`, {
      hint: "Check the path; a package must be installed where ofdeploy is run.",
      cause: error,
    });
  }
}

function locate(module: string, cwd: string): string {
  if (isPath(module)) return pathToFileURL(isAbsolute(module) ? module : join(cwd, module)).href;
  try {
    return pathToFileURL(createRequire(join(cwd, "package.json")).resolve(module)).href;
  } catch {
    // A package that can be imported only: Node itself looks for it, from here.
    return module;
  }
}
