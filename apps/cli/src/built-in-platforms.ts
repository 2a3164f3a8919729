import { DeploymentError, type PluginDeclaration } from "@openfactory/deploy-core";

const packages = {
  docker: ["@openfactory/strategy-local-docker", () => import("@openfactory/strategy-local-docker")],
  swarm: ["@openfactory/strategy-swarm", () => import("@openfactory/strategy-swarm")],
} as const;

/** The platforms known by name without any plugin. Their packages are optional, and loaded when asked for. */
export const builtInPlatforms = (): PluginDeclaration[] =>
  Object.entries(packages).map(([name, [origin, load]]) => ({
    name,
    origin,
    load: () => load().catch((error: unknown) => Promise.reject(explain(error, name, origin))),
  }));

/** Node names the missing package in its message only. */
const explain = (error: unknown, platform: string, origin: string): unknown => {
  const { code, message = "" } = error as NodeJS.ErrnoException;
  if (code !== "ERR_MODULE_NOT_FOUND" || !message.includes(`'${origin}'`)) return error;
  return new DeploymentError("PLUGIN_FAILED", `The platform ${platform} is in the package ${origin}, which is not installed.`, {
    hint: `Run \`npm install ${origin}\`.`,
    cause: error,
  });
};
