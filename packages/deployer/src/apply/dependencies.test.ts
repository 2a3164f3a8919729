import { expect, test } from "vitest";
import { dependencyOrder, Milestones } from "./dependencies.js";

const app = (service: string, ...dependsOn: string[]) => ({
  service,
  dependsOn: dependsOn.map((needed) => ({ service: needed, condition: "service_healthy" as const })),
});

const namesInOrder = (apps: readonly ReturnType<typeof app>[]): (string | undefined)[] =>
  dependencyOrder(apps).map((position) => apps[position]?.service);

test("each app follows those that it depends on, and apps without dependencies keep their order", () => {
  expect(namesInOrder([app("web", "api", "cache"), app("api", "db"), app("db"), app("cache", "db")])).toEqual([
    "db",
    "api",
    "cache",
    "web",
  ]);
  expect(namesInOrder([app("b"), app("a")])).toEqual(["b", "a"]);
});

test("an app can depend on another one in two ways", () => {
  expect(namesInOrder([app("web", "db", "db"), app("db")])).toEqual(["db", "web"]);
});

test("a chain can be as long as a file", () => {
  const count = 20_000;
  const chain = Array.from({ length: count }, (_, index) =>
    index === count - 1 ? app(`app${index}`) : app(`app${index}`, `app${index + 1}`),
  );
  expect(dependencyOrder(chain)).toEqual(Array.from(chain.keys()).toReversed());
});

test("an app waits until its dependencies have reached their milestones, and learns which one never will", async () => {
  const web = app("web", "db", "cache");
  const milestones = new Milestones([web, app("db"), app("cache")]);
  const unreached = milestones.unreached(web);
  milestones.reach("db", "ready");
  milestones.giveUp("cache");
  expect(await unreached).toMatchObject({ service: "cache" });
  expect(milestones.isAwaited("db", "ready")).toBe(true);
  expect(milestones.isAwaited("db", "completed")).toBe(false);
});
