import { OPERATION_LABEL } from "@openfactory/docker-translators";
import { expect, test } from "vitest";
import { foreignOwner, ownedByOther } from "./other-orchestrators.js";

const PROJECT = { "org.openfactory.deploy.project": "plant" };

test.each([
  ["Docker Swarm (service web)", { "com.docker.swarm.task.id": "t1", "com.docker.swarm.service.name": "web" }],
  ["Docker Swarm", { "com.docker.swarm.task.id": "t1" }],
  ["Docker Swarm", { "com.docker.swarm.node.id": "n1" }],
  [
    "Docker Compose (project shop, service web)",
    { "com.docker.compose.project": "shop", "com.docker.compose.service": "web" },
  ],
  ["Docker Compose (project shop)", { "com.docker.compose.project": "shop" }],
  [
    "Kubernetes (namespace default, pod web)",
    { "io.kubernetes.pod.name": "web", "io.kubernetes.pod.namespace": "default" },
  ],
  ["Kubernetes", { "io.kubernetes.docker.type": "podsandbox" }],
  ["Podman (pod shop)", { "io.podman.pod.name": "shop" }],
  ["Podman (project shop)", { "io.podman.compose.project": "shop" }],
  ["Podman (unit web.service)", { PODMAN_SYSTEMD_UNIT: "web.service" }],
  ["Nomad (job web, allocation a1)", { "com.hashicorp.nomad.alloc_id": "a1", "com.hashicorp.nomad.job_name": "web" }],
  ["Amazon ECS (cluster plant)", { "com.amazonaws.ecs.cluster": "plant" }],
  ["Azure IoT Edge", { "net.azure-devices.edge.owner": "Microsoft.Azure.Devices.Edge.Agent" }],
  ["balena (service web)", { "io.balena.supervised": "", "io.balena.service-name": "web" }],
] as [string, Record<string, string>][])(
  "%s owns a container with the labels %j, with any other labels beside them",
  (text, labels) => {
    expect(foreignOwner({ ...PROJECT, ...labels })?.text).toBe(text);
  },
);

test.each([
  {},
  PROJECT,
  { "com.docker.composed": "1", "com.docker.swarm": "1", "io.kubernetes": "1", "com.docker.compose.version": "2" },
  { "org.opencontainers.image.title": "web", maintainer: "com.docker.swarm.task.id" },
] as Record<string, string>[])("no orchestrator owns a container with the labels %j", (labels) => {
  expect(foreignOwner(labels)).toBeUndefined();
});

test("a container that this strategy created has no other owner, even with labels of one from its image or request", () => {
  expect(foreignOwner({ [OPERATION_LABEL]: "o1", "com.docker.compose.project": "shop" })).toBeUndefined();
});

test("the error names the container, its owner and how to change the container", () => {
  const owner = foreignOwner({ "com.docker.compose.project": "shop" });
  expect(owner && ownedByOther("CONFLICT", "web", owner)).toMatchObject({
    code: "CONFLICT",
    message: "Container web belongs to Docker Compose (project shop). It was not changed.",
    hint: "Use `docker compose` to change the container, or choose another name.",
  });
});
