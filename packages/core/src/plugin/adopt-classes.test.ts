import "reflect-metadata";
import { createRequire } from "node:module";
import { container as root, type InjectionToken, inject } from "tsyringe";
import { expect, test } from "vitest";
import { adoptClasses } from "./adopt-classes.js";

const NAME: InjectionToken<string> = Symbol.for("name");

/** Another copy of tsyringe, as a plugin may bring one. */
const another = (): { injectable: () => ClassDecorator; inject: typeof inject } => {
  const require = createRequire(import.meta.url);
  for (const file of Object.keys(require.cache)) if (file.includes("/tsyringe/")) delete require.cache[file];
  return require("tsyringe");
};

test("a class of another copy of tsyringe is made, with what it needs and what that needs", () => {
  const theirs = another();
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

  const container = adoptClasses(root.createChildContainer());
  container.register(NAME, { useValue: "demo" });
  container.registerSingleton("strategy", Strategy);
  expect(container.resolve<Strategy>("strategy").engine).toEqual(new Engine("demo"));
  expect(container.resolve("strategy")).toBe(container.resolve("strategy"));
});

test("what is no class is registered as it is", () => {
  const container = adoptClasses(root.createChildContainer());
  container.register("value", { useValue: 1 });
  container.register("made", { useFactory: (given) => given.resolve<number>("value") + 1 });
  expect(container.resolve("made")).toBe(2);
});
