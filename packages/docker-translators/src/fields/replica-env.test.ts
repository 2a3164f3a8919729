import { type DeployRequest, parseRequest } from "@openfactory/deploy-core";
import { describe, expect, test } from "vitest";
import { fromServiceSpec } from "../from-service-spec.js";
import { REPLICA_ENV_LABEL } from "../own-labels.js";
import { toContainerCreateBody } from "../to-container-create-body.js";
import { toServiceSettings } from "../to-service-settings.js";
import { toServiceSpec } from "../to-service-spec.js";
import { withReplicasVariable } from "./replica-env.js";

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
  test("adds the variables after the request's own", () => {
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
  ])("SWARM_REPLICAS of %s", (_, mode, replicas) => {
    expect(envOf({ mode })).toEqual([...templates, ...replicas]);
  });

  test("keeps a value that the request sets, and notes which variables it added", () => {
    const spec = toServiceSpec(request({ env: ["SWARM_REPLICAS=7", "SWARM_TASK_SLOT="] }), API);
    expect(spec.TaskTemplate.ContainerSpec.Env).toEqual([
      "SWARM_REPLICAS=7",
      "SWARM_TASK_SLOT=",
      ...templates.slice(1),
    ]);
    expect(spec.Labels).toEqual({ [REPLICA_ENV_LABEL]: "SWARM_TASK_ID SWARM_SERVICE_NAME SWARM_NODE_HOSTNAME" });
    expect(withReplicasVariable(spec, 9)).toBe(spec);
  });

  test.each([[undefined], [false]])("adds nothing when it is %s", (replicaEnv) => {
    const spec = toServiceSpec(request({ replicaEnv }), API);
    expect(spec.TaskTemplate.ContainerSpec.Env).toEqual([]);
    expect(spec.Labels).toBeUndefined();
    expect(withReplicasVariable(spec, 9)).toBe(spec);
    expect(fromServiceSpec(spec)).not.toHaveProperty("replicaEnv");
  });

  test.each<[DeployRequest["templates"]]>([[undefined], ["expand"], ["literal"]])(
    "is read back, and the settings are a request for the same service (templates: %s)",
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

  test("withReplicasVariable() sets the number of replicas and nothing else", () => {
    const spec = toServiceSpec(request({ env: ["A=1"], mode: { Replicated: { Replicas: 3 } } }), API);
    const scaled = toServiceSpec(request({ env: ["A=1"], mode: { Replicated: { Replicas: 5 } } }), API);
    expect(withReplicasVariable(spec, 5)).toEqual({ ...scaled, Mode: spec.Mode });
  });
});

test("replicaEnv adds nothing to a container", () => {
  expect(toContainerCreateBody(request({ env: ["A=1"] }), API).Env).toEqual(["A=1"]);
});
