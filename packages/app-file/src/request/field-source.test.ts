import { expect, test } from "vitest";
import { parseAppFile } from "../load-project.js";

const FILE = `apps:
  web:
    uuid: Press_One
    image: demo:1
    environment:
      LOG_LEVEL: debug
    env_file: web.env
    labels: [team=line-2, com.example.a=b]
    routing: {port: 8080}
    storage:
      data: {type: volume, mount_point: /data}
    ports:
      - "80:80"
      - "90:90"
    networks: [front]
    restart: always
    devices: [/dev/a, {source: /dev/b, permissions: r}]
    dns: 192.0.2.1
    dns_search: [a, b]
    sysctls: [net.core.somaxconn=1]
    extra_hosts: {db: 192.0.2.1}
    tmpfs: /run
    logging:
      options:
        max-size: 1m
    deploy:
      replicas: 2
      resources:
        limits: {cpus: 1}
`;

const files = { "/srv/web.env": Buffer.from("A=1\nFROM_FILE=2\n") };
const [web] = parseAppFile(FILE, { file: "/srv/apps.yml", env: {}, files }).apps;

const textOf = (...path: PropertyKey[]): string => {
  const { key = "(none)", location } = web!.sourceOf!(path);
  return `${key} ${location.file.replace("/srv/", "")}:${location.line}`;
};

test.each([
  [["image"], "image apps.yml:4"],
  [["name"], "uuid apps.yml:3"],
  [["env", "LOG_LEVEL"], "environment.LOG_LEVEL apps.yml:6"],
  [["env", "FROM_FILE"], "environment.FROM_FILE web.env:2"],
  [["env", "APP_UUID"], "uuid apps.yml:3"],
  [["env", "PORT"], "routing.port apps.yml:9"],
  [["env", "STORAGE"], "storage apps.yml:10"],
  [["labels", "team"], "labels.team apps.yml:8"],
  [["labels", "com.example.a"], "labels.com.example.a apps.yml:8"],
  [["mounts", 0, "Target"], "storage.data.mount_point apps.yml:11"],
  [["ports", 1], "ports[1] apps.yml:14"],
  [["networks", 0], "networks[0] apps.yml:15"],
  [["restart", "Condition"], "restart apps.yml:16"],
  [["devices", 0, "permissions"], "devices[0] apps.yml:17"],
  [["devices", 1, "permissions"], "devices[1].permissions apps.yml:17"],
  [["dns", "servers"], "dns apps.yml:18"],
  [["dns", "search"], "dns_search apps.yml:19"],
  [["sysctls", "net.core.somaxconn"], "sysctls.net.core.somaxconn apps.yml:20"],
  [["extraHosts", 0], "extra_hosts.db apps.yml:21"],
  [["mounts", 1, "TmpfsOptions", "SizeBytes"], "tmpfs apps.yml:22"],
  [["logging", "options", "max-size"], "logging.options.max-size apps.yml:25"],
  [["mode", "Replicated", "Replicas"], "deploy.replicas apps.yml:27"],
  [["resources", "Limits", "NanoCPUs"], "deploy.resources.limits.cpus apps.yml:29"],
] as const)("sourceOf(%j) returns the key and line of the file: %s", (path, expected) => {
  expect(textOf(...path)).toBe(expected);
});

test.each([
  [["env", "GONE"], "environment.GONE apps.yml:5"],
  [["env", "KSQLDB_LOG_LEVEL"], "environment.KSQLDB_LOG_LEVEL apps.yml:2"],
  [["labels", "gone"], "labels.gone apps.yml:8"],
  [["ports"], "ports apps.yml:13"],
  [["secrets"], "secrets apps.yml:2"],
  [["resources", "Limits", "MemoryBytes"], "deploy.resources.limits.memory apps.yml:29"],
  [["updateConfig", "MaxFailureRatio"], "deploy.update_config.max_failure_ratio apps.yml:26"],
  [["readOnly"], "read_only apps.yml:2"],
  [["dns", "options"], "dns_opt apps.yml:2"],
  [["shmSize"], "shm_size apps.yml:2"],
  [["replicaEnv"], "(none) apps.yml:2"],
] as const)(
  "sourceOf(%j) returns the key that would set a field that the file does not contain: %s",
  (path, expected) => {
    expect(textOf(...path)).toBe(expected);
  },
);
