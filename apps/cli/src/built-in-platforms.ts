import { DeploymentError, type PluginDeclaration } from "@openfactory/deploy-core";
import { type Hosted, hostPlugin } from "./wiring/host-modules.js";

interface BuiltIn {
  origin: string;
  /** In one file, on the command's own modules: 60 ms faster. */
  hosted: () => Promise<Hosted>;
  whole: () => Promise<object>;
}

const packages: Readonly<Record<string, BuiltIn>> = {
  docker: {
    origin: "@openfactory/strategy-local-docker",
    hosted: () => import("@openfactory/strategy-local-docker/hosted"),
    whole: () => import("@openfactory/strategy-local-docker"),
  },
  swarm: {
    origin: "@openfactory/strategy-swarm",
    hosted: () => import("@openfactory/strategy-swarm/hosted"),
    whole: () => import("@openfactory/strategy-swarm"),
  },
};

/** The platforms known by name without any plugin. Their packages are optional, and loaded when asked for. */
export const builtInPlatforms = (): PluginDeclaration[] =>
  Object.entries(packages).map(([name, { origin, hosted, whole }]) => ({
    name,
    origin,
    load: async () => {
      const plugin = await hosted().then(hostPlugin, () => undefined);
      return plugin ?? whole().catch((error: unknown) => Promise.reject(explain(error, name, origin)));
    },
  }));

/** Node names the missing package in its message only. */
const explain = (error: unknown, platform: string, origin: string): unknown => {
  const { code, message = "" } = error as NodeJS.ErrnoException;
  if (code !== "ERR_MODULE_NOT_FOUND" || !message.includes(`'${origin}'`)) return error;
  return new DeploymentError(
    "PLUGIN_FAILED",
    `The platform ${platform} is in the package ${origin}, which is not installed.`,
    {
      hint: `Run \`npm install ${origin}\`.`,
      cause: error,
    },
  );
};
