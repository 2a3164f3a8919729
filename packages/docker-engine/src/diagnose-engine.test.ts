import { expect, it } from "vitest";
import { versionAnswer } from "../test/answers.js";
import { engineOn } from "../test/engine-on.js";
import { answering } from "../test/fake-engine.js";
import { diagnoseEngine } from "./diagnose-engine.js";

it.each([
  [
    [
      { Name: "Engine", Version: "28.5.2" },
      { Name: "containerd", Version: "1.7" },
    ],
    "Engine 28.5.2",
  ],
  [
    [
      { Name: "Podman Engine", Version: "5.4.2" },
      { Name: "Conmon", Version: "2.1" },
    ],
    "Podman Engine 5.4.2",
  ],
  [undefined, "Engine 1.0"],
])("diagnoseEngine() names the first component of %j", async (components, expected) => {
  const Version = components?.[0]?.Version ?? "1.0";
  const { engine } = await engineOn(answering(200, versionAnswer({ Version, Components: components })));
  expect(await diagnoseEngine(engine, {})).toEqual({
    check: "engine",
    state: "ok",
    detail: `${expected}, API 1.41, at ${engine.host}.`,
  });
});
