import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { composeFiles } from "../compose/compose-files.support.js";
import type { AppProject } from "../model.js";
import { convertProject } from "./convert.js";
import { escapeVariables, translateVariables } from "./variables.js";

const files = composeFiles();

const COMPOSE = `services:
  web:
    image: "shop/web:\${TAG:-1}"
    entrypoint: [/bin/web]
    command: ["--level", "$LEVEL", "$$HOME"]
    env_file: web.env
    environment: {PASSWORD: "\${PASSWORD}", PRICE: "5$$", MODE: "\${MODE:-a$TAG}", NAME: "a b"}
    labels: {team: "\${TEAM-x}"}
    ports: ["8080:80", "127.0.0.1:53:53/udp", {target: 9, mode: host, protocol: tcp}, 7]
    volumes:
      - ./html:/html:ro
      - data:/var/lib/data
      - nfs:/nfs
      - {type: volume, source: data, target: /copy, volume: {nocopy: true, subpath: a}}
    tmpfs: ["/run:size=64m,mode=1777"]
    networks: {front: {aliases: [shop]}, default: {aliases: [shop]}}
    secrets: [{source: key, target: /etc/key, uid: "1", mode: 0400}, token]
    configs: [settings]
    depends_on: {db: {condition: service_healthy}, init: {condition: service_completed_successfully}}
    healthcheck: {test: [CMD, curl, -f, "http://localhost:\${PORT:-80}"], interval: 1m30s, timeout: 5s, retries: 3, start_period: 1s}
    deploy:
      replicas: 2
      resources: {limits: {cpus: "0.5", memory: 64m, pids: 20}, reservations: {memory: 16m}}
      update_config: {order: start-first, parallelism: 1}
      rollback_config: {delay: 5s}
      restart_policy: {condition: on-failure, delay: 5s, max_attempts: 3}
      placement: {constraints: [node.role == worker]}
    ulimits: {nofile: 4096}
    user: "1000:1000"
    hostname: web-host
    init: true
    read_only: true
    cap_add: [NET_ADMIN]
    cap_drop: [ALL]
    stop_grace_period: 1m5s
    stop_signal: SIGINT
    working_dir: /app
    devices: ["/dev/ttyUSB0:/dev/tty0:rw"]
    group_add: [dialout]
    extra_hosts: ["db2:10.0.0.1"]
    dns: [1.1.1.1]
    sysctls: {net.core.somaxconn: 1024}
    shm_size: 128m
    logging: {driver: local, options: {max-size: 10m}}
    pull_policy: always
  db:
    image: postgres
    user: postgres
    restart: unless-stopped
    container_name: the-db
    network_mode: host
  init:
    image: alpine
    network_mode: bridge
networks:
  front: {internal: true, driver: overlay}
volumes:
  data: {}
  nfs: {driver: local, driver_opts: {type: nfs, o: "addr=nas,nfsvers=4", device: ":/x"}}
secrets:
  key: {file: ./key.txt}
  token: {environment: TOKEN}
configs:
  settings: {content: "level=\${LEVEL:-info}"}
`;

const APPS = `name: plant
networks: {back: {}, outside: {external: true, name: factory-net}}
secrets: {key: {file: ./key.txt}}
configs: {settings: {content: "cost $5 \${LEVEL}"}}
apps:
  Scheduler:
    uuid: APP-SCHEDULER
    image: "scheduler:\${TAG}"
    runtime_uid: 1000
    runtime_gid: 1000
    env_file: [web.env]
    environment: ["PASSWORD=\${PASSWORD}", "PRICE=$5 and $\${x}", "MODE=\${MODE:-a$b}"]
    storage:
      nfs: {type: nfs, server: nas.example.com, remote_path: /exports/shop, mount_point: /data}
      here: {type: local, local_path: ./here, mount_point: /here}
      vol: {type: volume, mount_point: /vol, read_only: true}
    networks: [back, outside]
    network_aliases: [planner]
    routing: {port: 8080}
    metrics: {port: 9100}
    uns: {area: north}
    args: --fast "two words"
    templates: literal
    secrets: [key]
    configs: [{source: settings, target: /etc/settings, mode: "0440"}]
    depends_on: [Worker]
    tmpfs: /run
    deploy: {replicas: 3, resources: {limits: {cpus: 0.5, memory: 512Mi, open_files: 65535}}}
  Worker:
    uuid: WORKER-1
    image: worker
    command: [worker, "--cost", "$5"]
    restart: on-failure:3
    healthcheck: {test: exit 0}
`;

const OTHERS = { "web.env": "A=1\nPASSWORD=overridden\n", "key.txt": "secret" };
const env = { PASSWORD: "p@ss$word", TOKEN: "t", LEVEL: "debug", TAG: "9" };

const comparable = ({ apps, resources, project }: AppProject) => ({
  project,
  apps: apps.map(({ service, request, dependsOn }) => ({
    service,
    // An app that names no restart is always restarted, as one that does.
    request: { restart: { Condition: "any" }, ...request, env: request.env?.toSorted() },
    dependsOn,
  })),
  resources: resources.map(({ spec }) => spec),
});

/** Converts a file, and reads the result. */
async function roundTrip(name: string, text: string, output: string) {
  const before = await files.load({ [name]: text, ...OTHERS }, { sources: [name], env });
  const converted = await convertProject([join(files.root(), name)], {
    env,
    cwd: files.root(),
    output: join(files.root(), output),
  });
  await writeFile(join(files.root(), output), converted.text);
  const after = await files.load({}, { sources: [output], env });
  return { before: comparable(before), after: comparable(after), ...converted, read: after };
}

describe("convertProject()", () => {
  it("converts a Compose file to an app file with the same requests", async () => {
    const { before, after, notes, text } = await roundTrip("compose.yaml", COMPOSE, "openfactory.yml");
    expect(after).toEqual(before);
    expect(notes.map(({ key }) => key)).toEqual([]);
    expect(text).not.toContain("p@ss");
  });

  it("converts an app file to a Compose file with the same requests", async () => {
    const { before, after, notes, text } = await roundTrip("openfactory.yml", APPS, "compose.yaml");
    expect(after).toEqual(before);
    expect(notes.map(({ key }) => key)).toEqual([]);
    expect(text).not.toContain("p@ss");
  });

  it("keeps variables, in the syntax of the new format", async () => {
    const { text } = await roundTrip("compose.yaml", COMPOSE, "openfactory.yml");
    for (const part of [
      "image: shop/web:${TAG:-1}",
      "PASSWORD: ${PASSWORD-}",
      "- ${LEVEL-}",
      "- $HOME",
      "PRICE: 5$",
      "MODE: ${MODE:-a${TAG-}}",
      "content: level=${LEVEL:-info}",
    ]) {
      expect(text).toContain(part);
    }
  });

  it("keeps a variable that is not set and has a default", async () => {
    const text = 'apps:\n  web: {uuid: WEB, image: "x:${NOT_SET:-1}", args: ["$${x}"]}\n';
    expect((await roundTrip("openfactory.yml", text, "compose.yaml")).text).toMatch(
      /image: x:\$\{NOT_SET:-1\}\n[^]*- \$\$\{x\}/,
    );
  });

  it("is deterministic", async () => {
    const { text } = await roundTrip("compose.yaml", COMPOSE, "openfactory.yml");
    expect((await roundTrip("compose.yaml", COMPOSE, "openfactory.yml")).text).toBe(text);
  });

  it("converts the result back to the same file", async () => {
    const first = await roundTrip("compose.yaml", COMPOSE, "openfactory.yml");
    const second = await roundTrip("openfactory.yml", first.text, "again.yaml");
    expect(second.after).toEqual(first.before);
  });

  it.each([
    ["volumes: [/cache]", "web: mounts[0]"],
    ["container_name: Web", "web: name"],
    ["volumes: ['/a:/a b']", "web: mounts[0]"],
    ["healthcheck: {interval: 1s}", "services.web.healthcheck"],
    ["environment: ['A${B}C=${B}']", "web: env.0"],
    ["dns: 1.1.1.1\n    platform: linux/arm64", "services.web.platform"],
  ])("notes with its position what an app file does not have: %s", async (body, key) => {
    await files.load(`services:\n  web:\n    image: x\n    ${body}\n`);
    const { notes } = await convertProject([join(files.root(), "compose.yaml")], {
      env: { B: "b" },
      cwd: files.root(),
    });
    expect(notes).toMatchObject([{ key, locations: [{ line: body.includes("\n") ? 5 : 4 }] }]);
  });
});

it.each([
  ["$A ${B} ${C:-$D} $$ $${x} ${E:?no $F} ${G:+$$}", "${A-} ${B-} ${C:-${D-}} $ $${x} ${E:?no $F} ${G:+$}", "compose"],
  ["${A} ${B:-$c} $d $$ $${x} ${E:?no}", "${A} ${B:-$$c} $$d $$$$ $${x} ${E:?no}", "braces"],
] as const)("translateVariables() translates %s to %s", (written, expected, from) => {
  expect(translateVariables(written, from)).toBe(expected);
});

it("escapeVariables() keeps a text literal", () => {
  expect([escapeVariables("$a ${b}", "compose"), escapeVariables("$a ${b}", "braces")]).toEqual([
    "$$a $${b}",
    "$a $${b}",
  ]);
});
