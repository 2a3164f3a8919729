import "reflect-metadata";
import { createRequire } from "node:module";
import { container as root, type DependencyContainer, inject, injectable, type InjectionToken } from "tsyringe";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { z } from "zod";
import { DeploymentError } from "../errors.js";
import { REQUIRED_FIELDS } from "../strategy/manifest.js";
import { OpenFactoryServiceDeploymentStrategy } from "../strategy/strategy.js";
import { CONTRACT_VERSION } from "./contract-version.js";
import { environmentOf } from "./environment.js";
import { LOAD_TIMEOUT_MS } from "./plugin-registry.js";
import {
  acceptForeignClasses,
  defineStrategyPlugin,
  DEPLOYMENT_STRATEGY,
  StrategyRegistry,
} from "./strategy-plugin.js";

const LABEL = Symbol("label");

@injectable()
class SomeStrategy extends OpenFactoryServiceDeploymentStrategy {
  override readonly manifest;

  constructor(@inject(LABEL) label: unknown) {
    super();
    this.manifest = { name: String(label), capabilities: [], supportedFields: REQUIRED_FIELDS, limitations: [] };
  }

  async deploy(): Promise<never> {
    throw new Error("not here");
  }

  async remove(): Promise<void> {}
}

const plugin = (name: string, part: object = {}) => ({
  ...defineStrategyPlugin({
    name,
    contractVersion: CONTRACT_VERSION,
    description: `The ${name} platform.`,
    options: z.strictObject({ label: z.string().default("default"), port: z.number().optional() }),
    register(container, options) {
      container.register(LABEL, { useValue: options.label });
      container.register(DEPLOYMENT_STRATEGY, { useClass: SomeStrategy });
    },
  }),
  ...part,
});

const registry = (...declared: [name: string, load: () => Promise<unknown>][]): StrategyRegistry => {
  const made = new StrategyRegistry(root.createChildContainer());
  declared.forEach(([name, load], index) => made.declare({ name, origin: `package-${index}`, load }));
  return made;
};

describe("StrategyRegistry", () => {
  test.each([
    ["given to the registry", root.createChildContainer(), { A: "given" }, "given"],
    ["of the process by default", root.createChildContainer(), undefined, "of the process"],
  ])("gives a plugin the environment %s", async (_, container, env, expected) => {
    vi.stubEnv("A", "of the process");
    onTestFinished(() => void vi.unstubAllEnvs());
    const made = new StrategyRegistry(container, env && { env });
    const reading = plugin("one", {
      register(own: DependencyContainer) {
        own.register(LABEL, { useValue: environmentOf(own)["A"] });
        own.register(DEPLOYMENT_STRATEGY, { useClass: SomeStrategy });
      },
    });
    made.declare({ name: "one", origin: "package", load: async () => ({ plugin: reading }) });
    expect((await made.create("one")).manifest.name).toBe(expected);
  });

  test("loads a plugin on first use, and once", async () => {
    let loads = 0;
    const known = registry(["one", async () => ((loads += 1), { plugin: plugin("one") })]);
    expect(known.names()).toEqual(["one"]);
    expect(loads).toBe(0);
    await Promise.all([known.create("one"), known.create("one"), known.describe()]);
    expect(loads).toBe(1);
  });

  test.each([
    ["a module that exports `plugin`", { plugin: plugin("one") }],
    ["a module with a default export", { default: plugin("one") }],
    ["the plugin itself", plugin("one")],
  ])("accepts %s", async (_, module) => {
    await expect(registry(["one", async () => module]).plugin("one")).resolves.toMatchObject({ name: "one" });
  });

  test("creates each strategy in a container of its own, with parsed options", async () => {
    const known = registry(["one", async () => plugin("one")]);
    const [first, second] = await Promise.all([known.create("one", { label: "a" }), known.create("one")]);
    expect([first.manifest.name, second.manifest.name]).toEqual(["a", "default"]);
    expect(first).not.toBe(second);
  });

  test("lets plugins inject from the parent container, without changing the parent", async () => {
    const parent = root.createChildContainer();
    parent.register(LABEL, { useValue: "from the parent" });
    const known = new StrategyRegistry(parent);
    known.register(
      plugin("one", {
        register: (container: typeof root) => void container.register(DEPLOYMENT_STRATEGY, { useClass: SomeStrategy }),
      }),
    );
    expect((await known.create("one")).manifest.name).toBe("from the parent");
    expect(parent.isRegistered(DEPLOYMENT_STRATEGY)).toBe(false);
  });

  test("create() rejects invalid options with their names and without their values", async () => {
    const creating = registry(["one", async () => plugin("one")]).create("one", { port: "hunter2", color: 1 });
    await expect(creating).rejects.toMatchObject({
      code: "INVALID_REQUEST",
      strategy: "one",
      message: expect.stringMatching(/port: .*color/),
    });
    await expect(creating).rejects.not.toMatchObject({ message: expect.stringContaining("hunter2") });
  });

  test("create() rejects an unknown name with the known ones, until the name is registered", async () => {
    const known = registry(["one", async () => plugin("one")], ["two", async () => plugin("two")]);
    await expect(known.create("three")).rejects.toMatchObject({
      code: "UNKNOWN_PLATFORM",
      message: "Unknown platform three. Known platforms: one, two.",
    });
    expect(known.names()).toEqual(["one", "two"]);
    known.register(plugin("three"));
    await expect(known.create("three")).resolves.toBeDefined();
    await expect(registry().create("x")).rejects.toMatchObject({
      message: "Unknown platform x. Known platforms: none.",
    });
  });

  test("create() rejects with CONFLICT if two plugins provide the platform", async () => {
    const known = registry(["one", async () => plugin("one")], ["one", async () => plugin("one")]);
    await expect(known.create("one")).rejects.toMatchObject({
      code: "CONFLICT",
      message: "Two plugins provide the platform one: package-0 and package-1.",
    });
  });

  test.each([
    [
      "throws while loading",
      async () => Promise.reject(new Error("boom\nat secret.js")),
      "package-0 can't be used: it failed to load: boom.",
    ],
    ["throws a string", async () => Promise.reject("boom"), "it failed to load: boom."],
    [
      "is built for another contract version",
      async () => plugin("bad", { contractVersion: 99 }),
      `it is built for contract version 99.0, and ofdeploy has version ${CONTRACT_VERSION}: the major versions must be equal`,
    ],
    ["exports nothing", async () => ({}), "it exports no strategy plugin"],
    ["is undefined", async () => undefined, "it exports no strategy plugin"],
    ["has no register", async () => plugin("bad", { register: undefined }), "it has no register function"],
    ["has no schema", async () => plugin("bad", { options: {} }), "its options are not a zod schema"],
    ["has a bad name", async () => plugin("Bad One"), "its name must consist of"],
    ["has another name than declared", async () => plugin("other"), "it is declared as bad, but its name is other"],
  ])(
    "create() rejects with PLUGIN_FAILED for a plugin that %s, and the others still work",
    async (_, load, message) => {
      const known = registry(["bad", load], ["good", async () => plugin("good")]);
      await expect(known.create("bad")).rejects.toMatchObject({
        code: "PLUGIN_FAILED",
        message: expect.stringContaining(message),
      });
      await expect(known.create("good")).resolves.toBeDefined();
      expect(await known.describe()).toMatchObject([
        { name: "bad", origin: "package-0", error: { code: "PLUGIN_FAILED" } },
        { name: "good", origin: "package-1", description: "The good platform." },
      ]);
    },
  );

  test("describe() returns an error for a plugin that never finishes loading, and the others still work", async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const known = registry(["bad", () => new Promise(() => undefined)], ["good", async () => plugin("good")]);
    const described = known.describe();
    await vi.advanceTimersByTimeAsync(LOAD_TIMEOUT_MS);
    expect(await described).toMatchObject([
      {
        name: "bad",
        error: {
          code: "PLUGIN_FAILED",
          message: "The strategy plugin package-0 can't be used: it did not load within 15 s.",
        },
      },
      { name: "good", description: "The good platform." },
    ]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test.each([
    [
      "throws while it registers",
      {
        register: () => {
          throw new Error("boom");
        },
      },
    ],
    ["rejects while it registers", { register: async () => Promise.reject(new Error("boom")) }],
    ["registers nothing", { register: () => undefined }],
    [
      "registers a value that is not a strategy",
      { register: (container: typeof root) => void container.register(DEPLOYMENT_STRATEGY, { useValue: {} as never }) },
    ],
    ["has a schema that can't be used", { options: z.string().refine(async () => true) }],
  ])("create() rejects with PLUGIN_FAILED for a plugin that %s", async (_, part) => {
    const known = new StrategyRegistry(root.createChildContainer());
    known.register(plugin("bad", part));
    await expect(known.create("bad", "options" in part ? "x" : {})).rejects.toMatchObject({ code: "PLUGIN_FAILED" });
  });

  test("create() passes on a DeploymentError of the plugin", async () => {
    const known = new StrategyRegistry(root.createChildContainer());
    known.register(
      plugin("bad", {
        register: () => {
          throw new DeploymentError("ENGINE_UNREACHABLE", "No engine.");
        },
      }),
    );
    await expect(known.create("bad")).rejects.toMatchObject({ code: "ENGINE_UNREACHABLE", message: "No engine." });
  });

  test("register() throws PLUGIN_FAILED for a value that is not a plugin", () => {
    expect(() => new StrategyRegistry().register({})).toThrow(expect.objectContaining({ code: "PLUGIN_FAILED" }));
  });
});

const NAME: InjectionToken<string> = Symbol.for("name");

/** Another copy of tsyringe, as a plugin may bring its own. */
const importTsyringeCopy = (): { injectable: () => ClassDecorator; inject: typeof inject } => {
  const require = createRequire(import.meta.url);
  for (const file of Object.keys(require.cache)) if (file.includes("/tsyringe/")) delete require.cache[file];
  return require("tsyringe");
};

test("acceptForeignClasses() makes a container resolve a class of another copy of tsyringe, with its dependencies", () => {
  const theirs = importTsyringeCopy();
  expect(theirs.inject).not.toBe(inject);
  class Engine {
    constructor(readonly name: string) {}
  }
  theirs.inject(NAME)(Engine, undefined, 0);
  theirs.injectable()(Engine);
  class Strategy {
    constructor(readonly engine: Engine) {}
  }
  Reflect.defineMetadata("design:paramtypes", [Engine], Strategy);
  theirs.injectable()(Strategy);

  const plain = root.createChildContainer();
  plain.register("strategy", { useClass: Strategy });
  expect(() => plain.resolve("strategy")).toThrow(/TypeInfo not known/);

  const container = acceptForeignClasses(root.createChildContainer());
  container.register(NAME, { useValue: "demo" });
  container.registerSingleton("strategy", Strategy);
  expect(container.resolve<Strategy>("strategy").engine).toEqual(new Engine("demo"));
  expect(container.resolve("strategy")).toBe(container.resolve("strategy"));
});

test("acceptForeignClasses() registers values and factories unchanged", () => {
  const container = acceptForeignClasses(root.createChildContainer());
  container.register("value", { useValue: 1 });
  container.register("made", { useFactory: (given) => given.resolve<number>("value") + 1 });
  expect(container.resolve("made")).toBe(2);
});
