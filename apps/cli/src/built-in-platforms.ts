import * as core from "@openfactory/deploy-core";
import { DeploymentError, type PluginDeclaration } from "@openfactory/deploy-core";
import * as tsyringe from "tsyringe";
import { z } from "zod";

interface BuiltInPlatform {
  /** The package of the strategy, an optional dependency. */
  origin: string;
  /** Imports the bundle of the package, which uses the modules below: 60 ms faster than the package. */
  embedded: () => Promise<EmbeddedPlugin>;
  package: () => Promise<object>;
}

const platforms: Readonly<Record<string, BuiltInPlatform>> = {
  docker: {
    origin: "@openfactory/strategy-local-docker",
    embedded: () => import("@openfactory/strategy-local-docker/embedded"),
    package: () => import("@openfactory/strategy-local-docker"),
  },
  swarm: {
    origin: "@openfactory/strategy-swarm",
    embedded: () => import("@openfactory/strategy-swarm/embedded"),
    package: () => import("@openfactory/strategy-swarm"),
  },
};

/** The platforms `docker` and `swarm`. Their packages are optional dependencies, imported on demand. */
export const builtInPlatforms = (): PluginDeclaration[] =>
  Object.entries(platforms).map(([name, { origin, embedded, package: importPackage }]) => ({
    name,
    origin,
    load: async () => {
      const plugin = await embedded().then(embedPlugin, () => undefined);
      return plugin ?? importPackage().catch((error: unknown) => Promise.reject(explainMissing(error, name, origin)));
    },
  }));

/** Node names the missing package only in the message of its error. */
const explainMissing = (error: unknown, platform: string, origin: string): unknown => {
  const { code, message = "" } = error as NodeJS.ErrnoException;
  if (code !== "ERR_MODULE_NOT_FOUND" || !message.includes(`'${origin}'`)) return error;
  return new DeploymentError(
    "PLUGIN_FAILED",
    `The platform ${platform} requires the package ${origin}, which is not installed.`,
    { hint: `Run \`npm install ${origin}\`.`, cause: error },
  );
};

/** The functions of zod that strategies define options with. Loading all of zod takes three times as long. */
const zodForOptions = {
  array: z.array,
  boolean: z.boolean,
  coerce: z.coerce,
  enum: z.enum,
  literal: z.literal,
  number: z.number,
  object: z.object,
  record: z.record,
  strictObject: z.strictObject,
  string: z.string,
  union: z.union,
};

/** Modules of the command that embedded plugins use. */
const sharedModules: Readonly<Record<string, object>> = {
  "@openfactory/deploy-core": core,
  // core has imported reflect-metadata already.
  "reflect-metadata": {},
  tsyringe,
  zod: { z: zodForOptions },
};

/** A plugin that is bundled without its peer dependencies, made by tooling/bundle. */
interface EmbeddedPlugin {
  /** The exports that the plugin uses, by module. */
  readonly requires: Readonly<Record<string, readonly string[]>>;
  embed(modules: Readonly<Record<string, object>>): object;
}

/** Returns the plugin, or undefined if it was built for another version and requires exports that the command lacks. */
function embedPlugin({ requires, embed }: EmbeddedPlugin): object | undefined {
  const isComplete = Object.entries(requires).every(([id, names]) =>
    names.every((name) => hasExport(sharedModules[id], name)),
  );
  return isComplete ? embed(sharedModules) : undefined;
}

/** @param path such as `z.string`. */
const hasExport = (module: object | undefined, path: string): boolean =>
  path.split(".").reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], module) !==
  undefined;
