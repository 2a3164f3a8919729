import { DeploymentError, type ErrorCode } from "../errors.js";

/** The version of the contract between strategies and what uses them. Raised only by a change that breaks plugins. */
export const CONTRACT_VERSION = 1;

/** What every plugin has, whatever it adds. */
export interface AnyPlugin {
  readonly name: string;
  readonly contractVersion: number;
  readonly description: string;
}

/** One kind of plugin: how it is recognized, and the words for it in messages. */
export interface PluginKind {
  /** The value of the plugin's `kind`. A strategy has none. */
  readonly kind: string | undefined;
  /** Such as `strategy plugin`. */
  readonly label: string;
  /** What its name names, such as `platform`. */
  readonly subject: string;
  /** The function that makes it, as in `defineStrategyPlugin`. */
  readonly definedBy: string;
  /** Code of the error for a name that is not known. */
  readonly unknown: ErrorCode;
  /** What is wrong with a plugin of this kind beyond its name and version. */
  flaw(plugin: Readonly<Record<string, unknown>>): string | undefined;
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

/** Whether a value can be used as a zod schema, whichever copy of zod made it. */
export const isSchema = (value: unknown): boolean => isObject(value) && typeof value["safeParse"] === "function";

/** The plugins of all kinds that a module exports, or the plugin itself: each once, `plugin` and `default` first. */
export function exportedPlugins(loaded: unknown): Record<string, unknown>[] {
  if (!isObject(loaded)) return [];
  const candidates = [loaded["plugin"], loaded["default"], loaded, ...Object.values(loaded)];
  return [...new Set(candidates.filter(isObject))].filter((candidate) => "contractVersion" in candidate);
}

/**
 * The plugin of a kind that a module exports, or the plugin itself.
 * @param origin where it comes from, for the message.
 * @throws DeploymentError `PLUGIN_FAILED`.
 */
function checkPlugin<Plugin extends AnyPlugin>(loaded: unknown, origin: string, kind: PluginKind): Plugin {
  const plugin = exportedPlugins(loaded).find((candidate) => candidate["kind"] === kind.kind);
  if (plugin === undefined) {
    throw pluginFailed(
      kind,
      origin,
      `it exports no ${kind.label}`,
      `Export it as \`plugin\`, made by ${kind.definedBy}.`,
    );
  }
  const wrong = commonFlaw(plugin) ?? kind.flaw(plugin);
  if (wrong !== undefined)
    throw pluginFailed(kind, origin, wrong, "Install a version of the plugin that fits this one.");
  return plugin as unknown as Plugin;
}

const commonFlaw = ({ name, contractVersion }: Readonly<Record<string, unknown>>): string | undefined => {
  if (typeof name !== "string" || !/^[a-z0-9][a-z0-9-]*$/.test(name)) {
    return "its name is not made of lower-case letters, digits and -";
  }
  if (contractVersion === CONTRACT_VERSION) return undefined;
  return `it is made for contract version ${String(contractVersion)}, and this is version ${CONTRACT_VERSION}`;
};

export const pluginFailed = (
  { label }: Pick<PluginKind, "label">,
  origin: string,
  reason: string,
  hint: string,
  cause?: unknown,
): DeploymentError =>
  new DeploymentError("PLUGIN_FAILED", `The ${label} ${origin} can't be used: ${reason}.`, { hint, cause });

/** A plugin that is known by name and not loaded yet. */
export interface PluginDeclaration {
  name: string;
  /** Where it comes from, for messages: a package's name, a path. */
  origin: string;
  load: () => Promise<unknown>;
}

/** One known plugin. */
export interface PluginDescription {
  name: string;
  origin: string;
  description?: string;
  /** Why it can't be used. */
  error?: DeploymentError;
}

const REPORT = "This is a bug in the plugin; report it to its author.";

/**
 * The plugins of one kind, by name. Plugins are declared first and loaded when asked for, so that one that is broken, or
 * slow to load, costs the others nothing.
 */
export class PluginRegistry<Plugin extends AnyPlugin> {
  readonly #declared = new Map<string, PluginDeclaration[]>();
  readonly #loaded = new Map<string, Promise<Plugin>>();
  readonly #kind: PluginKind;

  constructor(kind: PluginKind) {
    this.#kind = kind;
  }

  /** Adds a plugin that is loaded already. @throws DeploymentError `PLUGIN_FAILED`. */
  register(plugin: unknown, origin = "registered in code"): void {
    const checked = checkPlugin<Plugin>(plugin, origin, this.#kind);
    this.declare({ name: checked.name, origin, load: async () => checked });
  }

  /** Adds a plugin by name. Two with one name are both refused, when that name is asked for. */
  declare(declaration: PluginDeclaration): void {
    this.#declared.set(declaration.name, [...(this.#declared.get(declaration.name) ?? []), declaration]);
    this.#loaded.delete(declaration.name);
  }

  /** The known names, sorted. */
  names(): string[] {
    return [...this.#declared.keys()].sort();
  }

  /** Loads every plugin, and says of each what it is or what is wrong with it. */
  async describe(): Promise<PluginDescription[]> {
    return Promise.all(
      this.names().map(async (name): Promise<PluginDescription> => {
        const origin = (this.#declared.get(name) ?? []).map((declaration) => declaration.origin).join(", ");
        try {
          return { name, origin, description: (await this.plugin(name)).description };
        } catch (error) {
          if (DeploymentError.isInstance(error)) return { name, origin, error };
          throw error;
        }
      }),
    );
  }

  /** @throws DeploymentError the kind's code for an unknown name, `CONFLICT` (two plugins of that name), `PLUGIN_FAILED`. */
  plugin(name: string): Promise<Plugin> {
    const loaded = this.#loaded.get(name) ?? this.#load(name);
    this.#loaded.set(name, loaded);
    return loaded;
  }

  async #load(name: string): Promise<Plugin> {
    const { subject, unknown } = this.#kind;
    const [declaration, rival] = this.#declared.get(name) ?? [];
    if (declaration === undefined) {
      const known = this.names().join(", ") || "none";
      throw new DeploymentError(unknown, `There is no ${subject} ${name}; known are: ${known}.`, {
        hint: `Correct the name, or install the package that adds the ${subject}.`,
      });
    }
    const { origin } = declaration;
    if (rival !== undefined) {
      throw new DeploymentError(
        "CONFLICT",
        `Two plugins claim the ${subject} ${name}: ${origin} and ${rival.origin}.`,
        {
          hint: "Remove one of the two.",
        },
      );
    }
    let loaded: unknown;
    try {
      loaded = await loadInTime(origin, declaration.load, this.#kind.label);
    } catch (error) {
      if (DeploymentError.isInstance(error)) throw error;
      const hint = "Reinstall the plugin, or report the error to its author.";
      throw pluginFailed(this.#kind, origin, `it throws while loading: ${messageOf(error)}`, hint, error);
    }
    const plugin = checkPlugin<Plugin>(loaded, origin, this.#kind);
    if (plugin.name === name) return plugin;
    throw pluginFailed(this.#kind, origin, `it is declared as ${name} and calls itself ${plugin.name}`, REPORT);
  }
}

export const messageOf = (error: unknown): string =>
  error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);

/** How long a plugin may take to load, in milliseconds. */
export const LOAD_LIMIT_MS = 15_000;

/**
 * Loads a plugin's module; one that waits for something may do so for ever, and a process that has nothing else to do
 * would then just end.
 * @param label the kind of plugin, for the message.
 * @throws DeploymentError `PLUGIN_FAILED` once it takes too long; whatever the loading throws.
 */
export async function loadInTime(
  origin: string,
  load: () => Promise<unknown>,
  label = "strategy plugin",
): Promise<unknown> {
  const hint = "The plugin's module must not wait while it loads; report this to its author.";
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const fail = () => reject(pluginFailed({ label }, origin, `it has not loaded in ${LOAD_LIMIT_MS / 1000} s`, hint));
    timer = setTimeout(fail, LOAD_LIMIT_MS);
  });
  try {
    return await Promise.race([load(), late]);
  } finally {
    clearTimeout(timer);
  }
}
