import { DeploymentError, type DeployRequest } from "@openfactory/deploy-core";
import { expect, test } from "vitest";
import { namedField } from "./locate-error.js";

const request: DeployRequest = {
  image: "app:1",
  name: "demo",
  mounts: [
    { Type: "volume", Source: "data", Target: "/data" },
    { Type: "bind", Source: "/srv/press", Target: "/srv" },
  ],
  networks: ["plant", "office"],
  secrets: ["key"],
  hostname: "press",
  openFiles: 90_000,
  resources: { Limits: { NanoCPUs: 1e9 } },
  command: ["nope"],
  privileged: true,
  devices: ["/dev/null", { source: "/dev/ttyUSB0", target: "/dev/reader" }],
  sysctls: { "net.core.somaxconn": 1 },
  logging: { driver: "syslog" },
};

test.each<[string, string | undefined]>([
  ['invalid mount config for type "bind": bind source path does not exist: /srv/press', "mounts[1].Source"],
  ["failed to mount local volume: mount :/export:/var/lib/docker/volumes/data/_data: no such host", undefined],
  ["could not find network office", "networks[1]"],
  ["error setting rlimit type 7: operation not permitted", "openFiles"],
  ["sethostname: invalid argument", "hostname"],
  ["range of CPUs is from 0.01 to 2.00", "resources.Limits.NanoCPUs"],
  ["minimum memory limit allowed is 6MB", undefined],
  ['exec: "nope": executable file not found in $PATH', "command"],
  ["unable to apply caps: operation not permitted", "privileged"],
  ['gathering device information while adding custom device "/dev/ttyUSB0": no such file', "devices[1]"],
  ['sysctl "net.core.somaxconn" is not allowed', "sysctls"],
  ["failed to initialize logging driver: dial unix: no such file", "logging"],
  ["something went wrong", undefined],
])("%s: %s", (message, field) => {
  expect(namedField(new DeploymentError("ENGINE_ERROR", message), request)).toBe(field);
});

test("an engine's error about capabilities is about capAdd, if the request has it", () => {
  const error = new DeploymentError("ENGINE_ERROR", "unable to apply caps: operation not permitted");
  expect(namedField(error, { ...request, capAdd: ["NET_ADMIN"] })).toBe("capAdd");
});

test("finds the field in the error of the task, too", () => {
  const instance = { id: "1", error: "invalid mount config: bind source path does not exist: /srv/press" };
  expect(namedField(new DeploymentError("TASK_FAILED", "demo failed.", { instance }), request)).toBe(
    "mounts[1].Source",
  );
});
