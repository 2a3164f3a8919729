import { type DeployRequest, parseRequest } from "@openfactory/deploy-core";
import { describe, expect, test } from "vitest";
import { toContainerCreateBody } from "../container.js";
import { fromServiceSpec, toServiceSettings, toServiceSpec } from "../service.js";
import { REPLICA_ENV_LABEL } from "../strategy-labels.js";
import { toEnv, withReplicasVariable } from "./env.js";

describe("env", () => {
  test("keeps special characters and the order of the entries", () => {
    const env = ["B=1", "A=x=y", "Q='\"", "L=a\nb", "U=schön ✓", "EMPTY=", "T={{.Node.Hostname}}"];
    expect(toEnv(parseRequest({ image: "mill", name: "mill", env }))).toStrictEqual({ Env: env });
  });

  test("becomes a new empty list if it is missing", () => {
    const none = parseRequest({ image: "mill", name: "mill" });
    expect(toEnv(none)).toStrictEqual({ Env: [] });
    expect(toEnv(none).Env).not.toBe(none.env);
  });
});

const API = { apiVersion: "1.45" };
const request = (part: Partial<DeployRequest> = {}) =>
  parseRequest({ image: "mill", name: "mill", replicaEnv: true, ...part });
const envOf = (part: Partial<DeployRequest>) => toServiceSpec(request(part), API).TaskTemplate.ContainerSpec.Env;
const templates = [
  "SWARM_TASK_SLOT={{.Task.Slot}}",
  "SWARM_TASK_ID={{.Task.ID}}",
  "SWARM_SERVICE_NAME={{.Service.Name}}",
  "SWARM_NODE_HOSTNAME={{.Node.Hostname}}",
];

describe("replicaEnv on Swarm", () => {
  test("adds the variables after those of the request", () => {
    expect(envOf({ env: ["A=1"] })).toEqual(["A=1", ...templates, "SWARM_REPLICAS=1"]);
  });

  test.each<[string, DeployRequest["mode"], string[]]>([
    ["no mode", undefined, ["SWARM_REPLICAS=1"]],
    ["five replicas", { Replicated: { Replicas: 5 } }, ["SWARM_REPLICAS=5"]],
    ["no replicas", { Replicated: { Replicas: 0 } }, ["SWARM_REPLICAS=0"]],
    ["a job of three tasks", { ReplicatedJob: { MaxConcurrent: 2, TotalCompletions: 3 } }, ["SWARM_REPLICAS=3"]],
    ["a job with two tasks at a time", { ReplicatedJob: { MaxConcurrent: 2 } }, ["SWARM_REPLICAS=2"]],
    ["a global service", { Global: {} }, []],
    ["a global job", { GlobalJob: {} }, []],
  ])("sets SWARM_REPLICAS of %s", (_, mode, replicas) => {
    expect(envOf({ mode })).toEqual([...templates, ...replicas]);
  });

  test("keeps a value that env sets, and lists the added variables in a label", () => {
    const spec = toServiceSpec(request({ env: ["SWARM_REPLICAS=7", "SWARM_TASK_SLOT="] }), API);
    expect(spec.TaskTemplate.ContainerSpec.Env).toEqual([
      "SWARM_REPLICAS=7",
      "SWARM_TASK_SLOT=",
      ...templates.slice(1),
    ]);
    expect(spec.Labels).toEqual({ [REPLICA_ENV_LABEL]: "SWARM_TASK_ID SWARM_SERVICE_NAME SWARM_NODE_HOSTNAME" });
    expect(withReplicasVariable(spec, 9)).toBe(spec);
  });

  test.each([[undefined], [false]])("adds nothing if replicaEnv is %s", (replicaEnv) => {
    const spec = toServiceSpec(request({ replicaEnv }), API);
    expect(spec.TaskTemplate.ContainerSpec.Env).toEqual([]);
    expect(spec.Labels).toBeUndefined();
    expect(withReplicasVariable(spec, 9)).toBe(spec);
    expect(fromServiceSpec(spec)).not.toHaveProperty("replicaEnv");
  });

  test.each<[DeployRequest["templates"]]>([[undefined], ["expand"], ["literal"]])(
    "is read from a service, and the settings make the same service again (templates: %s)",
    (templates) => {
      const asked = request({
        env: ["A={{1}}"],
        mode: { Replicated: { Replicas: 3 } },
        ...(templates && { templates }),
      });
      const settings = toServiceSettings(asked, API);
      expect(settings).toMatchObject({
        replicaEnv: true,
        env: expect.arrayContaining(["A={{1}}", "SWARM_TASK_SLOT={{.Task.Slot}}", "SWARM_REPLICAS=3"]),
      });
      const again = toServiceSpec(parseRequest(settings), API);
      expect(again.Labels).toEqual(toServiceSpec(asked, API).Labels);
      expect(again.TaskTemplate.ContainerSpec.Env).toEqual(toServiceSpec(asked, API).TaskTemplate.ContainerSpec.Env);
    },
  );

  test("withReplicasVariable() changes only the number of replicas", () => {
    const spec = toServiceSpec(request({ env: ["A=1"], mode: { Replicated: { Replicas: 3 } } }), API);
    const scaled = toServiceSpec(request({ env: ["A=1"], mode: { Replicated: { Replicas: 5 } } }), API);
    expect(withReplicasVariable(spec, 5)).toEqual({ ...scaled, Mode: spec.Mode });
  });
});

test("replicaEnv adds nothing to a container", () => {
  expect(toContainerCreateBody(request({ env: ["A=1"] }), API).Env).toEqual(["A=1"]);
});
