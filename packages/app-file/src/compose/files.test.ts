import { describe, expect, it } from "vitest";
import { FILE_KEYS, type KeyRule, SERVICE_KEYS } from "./keys.js";
import { composeFiles, service } from "./compose-files.support.js";

const files = composeFiles();

const BASE =
  "services:\n  web:\n    image: x\n    command: [a]\n    environment: [A=1, B=1]\n    ports: ['80:80']\n    volumes: ['/a:/data', '/b:/b']\n";
const two = { sources: ["compose.yaml", "over.yaml"] };
const merged = async (over: string) =>
  (await files.load({ "compose.yaml": BASE, "over.yaml": `services:\n  web:\n${over}` }, two)).apps[0]?.request;

describe("several files", () => {
  it("are merged: mappings by key, variables by name, volumes by target, ports by appending; a command is replaced", async () => {
    const over =
      "    command: [b]\n    environment: {B: 2, C: 3}\n    volumes: ['/c:/data:ro']\n    ports: ['80:80', '81:80']\n    hostname: h\n";
    expect(await merged(over)).toMatchObject({
      image: "x",
      hostname: "h",
      args: ["b"],
      env: ["A=1", "B=2", "C=3"],
      mounts: [{ Source: "/c", Target: "/data", ReadOnly: true }, { Source: "/b" }],
      ports: [{ published: 80 }, { published: 81 }],
    });
  });

  it("reset values with !reset, and replace them with !override", async () => {
    const over = "    environment: {A: !reset null}\n    ports: !override ['81:80']\n    volumes: !reset []\n";
    const request = await merged(over);
    expect(request).toMatchObject({ env: ["B=1"], ports: [{ published: 81 }] });
    expect(request).not.toHaveProperty("mounts");
  });

  it("belong to the first file, and each value keeps its position", async () => {
    const { apps } = await files.load(
      { "compose.yaml": BASE, "over.yaml": "services:\n  web:\n    hostname: h\n" },
      two,
    );
    expect(apps[0]?.file).toBe("compose.yaml");
    expect(apps[0]?.locate("hostname")).toMatchObject({ file: `${files.root()}/over.yaml`, line: 3 });
  });

  it("have relative paths that start at the project directory", async () => {
    const over = { "compose.yaml": BASE, "more/over.yaml": "services:\n  web:\n    volumes: ['./x:/x']\n" };
    const { apps } = await files.load(over, { sources: ["compose.yaml", "more/over.yaml"] });
    expect(apps[0]?.request.mounts?.at(-1)).toMatchObject({ Source: `${files.root()}/x` });
  });

  it("are refused together with an app file", async () => {
    const app = "apps:\n  a: {uuid: A1, image: x}\n";
    expect(await files.issues({ "compose.yaml": BASE, "over.yaml": app }, two)).toEqual([
      "compose.yaml:1: a Compose file can't be in one project with an app file (over.yaml)",
    ]);
  });
});

describe("extends", () => {
  it("adds the keys of another service", async () => {
    const text =
      "services:\n  base: {image: x, environment: {A: 1, B: 1}, restart: always}\n  web:\n    extends: {service: base}\n    environment: {B: 2}\n";
    const { apps } = await files.load(text);
    expect(apps[1]?.request).toMatchObject({ image: "x", env: ["A=1", "B=2"], restart: { Condition: "any" } });
  });

  it("reads another file, whose relative paths start at its directory", async () => {
    const { apps } = await files.load({
      "compose.yaml": "services:\n  web:\n    extends: {file: base/base.yaml, service: app}\n",
      "base/base.yaml": "services:\n  app:\n    image: x\n    env_file: a.env\n    volumes: ['./x:/x']\n",
      "base/a.env": "A=1\n",
    });
    expect(apps[0]?.request).toMatchObject({ env: ["A=1"], mounts: [{ Source: `${files.root()}/base/x` }] });
  });

  it.each([
    ["a cycle", "a: {image: x, extends: b}\n  b: {image: x, extends: a}", /extend each other/],
    ["an unknown service", "a: {image: x, extends: b}", /there is no service "b"/],
    ["a missing file", "a: {image: x, extends: {file: no.yaml, service: b}}", /services\.a\.extends: no such file/],
  ])("of %s is a finding", async (_, services, expected) => {
    expect((await files.issues(`services:\n  ${services}\n`))[0]).toMatch(expected);
  });
});

describe("include", () => {
  it("adds the services of other files, with their own directory and .env", async () => {
    const { apps, resources } = await files.load({
      "compose.yaml": "include: [db/compose.yaml]\nservices: {web: {image: x, depends_on: [db]}}\n",
      "db/compose.yaml":
        "services:\n  db:\n    image: 'db:${TAG}'\n    volumes: ['./x:/x']\n    networks: [data]\nnetworks: {data: {}}\n",
      "db/.env": "TAG=2\n",
    });
    expect(apps.map(({ key }) => key)).toEqual(["web", "db"]);
    expect(apps[1]?.request).toMatchObject({ image: "db:2", mounts: [{ Source: `${files.root()}/db/x` }] });
    expect(resources.map(({ spec }) => spec.name)).toEqual(["shop_data", "shop_default"]);
  });

  it.each([
    [
      "a file that includes the first one",
      { "a.yaml": "include: [compose.yaml]\nservices: {a: {image: x}}\n" },
      /include each other/,
    ],
    ["a missing file", {}, /include: no such file/],
    [
      "a service that is already declared",
      { "a.yaml": "services: {web: {image: other}}\n" },
      /services\.web is already declared/,
    ],
  ])("of %s is a finding", async (_, others, expected) => {
    const found = await files.issues({ "compose.yaml": "include: [a.yaml]\nservices: {web: {image: x}}\n", ...others });
    expect(found.join("\n")).toMatch(expected);
  });
});

it("anchors, merge keys and extensions are supported everywhere", async () => {
  const text =
    "x-base: &base {restart: always, x-more: 1}\nservices:\n  web:\n    <<: *base\n    image: x\n    x-team: a\n    deploy: {x-a: 1, replicas: 2}\n    environment: {x-a: 1}\n";
  expect((await files.load(text)).apps[0]?.request).toMatchObject({
    restart: { Condition: "any" },
    mode: { Replicated: { Replicas: 2 } },
    env: ["x-a=1"],
  });
});

/** A value that is not empty for each key of a service that is not supported. */
const VALUES: Readonly<Record<string, string>> = { build: ".", volumes_from: "[a]" };
const unsupportedKeys = (keys: Readonly<Record<string, KeyRule>>) =>
  Object.entries(keys).filter(([, { no }]) => no !== undefined);

describe("a key that is not supported is noted with its position:", () => {
  it.each(unsupportedKeys(SERVICE_KEYS))("services.*.%s", async (key, { no }) => {
    const project = await files.load(service(`${key}: ${VALUES[key] ?? "{a: b}"}`));
    expect(files.notesOf(project)).toEqual([`compose.yaml:4 services.web.${key}`]);
    expect(project.notes?.[0]).toMatchObject({ code: "KEY_NOT_SUPPORTED", reason: no });
  });

  it.each([
    ["networks: {a: {ipv4_address: 10.0.0.2}}", "services.web.networks.a.ipv4_address", "networks: {a: {}}\n"],
    [
      "depends_on: {web2: {condition: service_started, restart: true}}",
      "services.web.depends_on.web2.restart",
      "  web2: {image: x, restart: always}\n",
    ],
    ["ulimits: {nproc: 5}", "services.web.ulimits.nproc"],
    ["ulimits: {nofile: {soft: 1, hard: 2}}", "services.web.ulimits.nofile"],
    ["deploy: {endpoint_mode: dnsrr}", "services.web.deploy.endpoint_mode"],
    ["deploy: {placement: {preferences: [{spread: x}]}}", "services.web.deploy.placement.preferences"],
    [
      "deploy: {resources: {reservations: {devices: [{capabilities: [gpu]}]}}}",
      "services.web.deploy.resources.reservations.devices",
    ],
    ["volumes: ['/a:/a:z']", "services.web.volumes.0"],
    ["volumes: [{type: bind, source: /a, target: /a, bind: {selinux: z}}]", "services.web.volumes.0.bind.selinux"],
    ["tmpfs: ['/a:uid=1000']", "services.web.tmpfs.0"],
    ["pull_policy: daily", "services.web.pull_policy"],
    ["entrypoint: []", "services.web.entrypoint"],
    ["links: ['web2:db']", "services.web.links.0", "  web2: {image: x}\n"],
    ["networks: {a: {aliases: [b]}, c: {}}", "services.web.networks", "networks: {a: {}, c: {}}\n"],
  ])("%s", async (body, key, rest = "") => {
    expect(files.notesOf(await files.load(service(body, rest)))).toEqual([`compose.yaml:4 ${key}`]);
  });

  it.each([
    ["networks", "{ipam: {driver: default}}", "networks.a.ipam", "networks: [a]"],
    ["volumes", "{external: true}", "volumes.a.external", ""],
    ["secrets", "{file: ./f, labels: [a=b]}", "secrets.a.labels", "secrets: [a]"],
    ["configs", "{file: ./f, name: b}", "configs.a.name", "configs: [a]"],
  ])("%s: {a: %s}", async (kind, entry, key, body) => {
    const project = await files.load({ "compose.yaml": service(body, `${kind}: {a: ${entry}}\n`), f: "content" });
    expect(files.notesOf(project)).toEqual([`compose.yaml:${body === "" ? 4 : 5} ${key}`]);
  });

  it("once for several services", async () => {
    const text = "services:\n  a: {image: x, platform: linux/arm64}\n  b: {image: x, platform: linux/amd64}\n";
    expect(files.notesOf(await files.load(text))).toEqual(["compose.yaml:2,compose.yaml:3 services.a.platform"]);
  });

  it("but not if its value requests nothing", async () => {
    const text = service(
      "oom_kill_disable: false\nsecurity_opt: []\nannotations: {}\nexpose: [80]\nattach: false\ndevelop: {watch: []}",
      "version: '3.8'\n",
    );
    expect(files.notesOf(await files.load(text))).toEqual([]);
  });
});

describe("findings", () => {
  it.each([
    [
      "build without image",
      "services:\n  web:\n    build: .\n",
      "3: services.web.build: images are not built, and image is missing",
    ],
    ["a service without image", "services:\n  web: {}\n", "2: services.web: image is missing"],
    ["an unknown key", "services:\n  web:\n    image: x\n    imag: y\n", "4: services.web.imag: unknown key"],
    ["an unknown key at the top", "services: {web: {image: x}}\nserrvices: {}\n", "2: serrvices: unknown key"],
    [
      "a network that is not declared",
      service("networks: [a]"),
      '4: services.web.networks[0]: the network "a" is not declared',
    ],
    [
      "a volume that is not declared",
      service("volumes: ['data:/a']"),
      '4: services.web.volumes[0]: the volume "data" is not declared',
    ],
    [
      "a secret that is not declared",
      service("secrets: [a]"),
      '4: services.web.secrets[0]: the secret "a" is not declared',
    ],
    [
      "the network of another service",
      service("network_mode: service:db"),
      "4: services.web.network_mode: a service can't share the network of another container",
    ],
    [
      "a dependency that is not declared",
      service("depends_on: [a]"),
      '4: services.web.depends_on: no app "a" in the project',
    ],
    [
      "a name that is no service name",
      service("container_name: a.b"),
      "4: services.web.container_name: a service name must consist of letters, digits, - and _, and start and end with a letter or digit",
    ],
    [
      "the same container_name twice",
      "services:\n  a: {image: x, container_name: same}\n  b: {image: x, container_name: same}\n",
      '3: apps "b" and "a" (line 2, column 6) have the same service name',
    ],
    [
      "an unknown option of a volume",
      service("volumes: ['/a:/a:rr']"),
      '4: services.web.volumes[0]: unknown option "rr" of a volume',
    ],
    ["no services", "services: {}\n", "1: no services in the file"],
  ])("of %s", async (_, text, expected) => {
    expect(await files.issues(text)).toEqual([`compose.yaml:${expected}`]);
  });
});

it("the table of keys covers the Compose specification of 2026", () => {
  const known = new Set([...Object.keys(FILE_KEYS), ...Object.keys(SERVICE_KEYS)]);
  const specified =
    "version name include services models networks volumes secrets configs develop deploy annotations attach build blkio_config cap_add cap_drop cgroup cgroup_parent command container_name cpu_count cpu_percent cpu_shares cpu_quota cpu_period cpu_rt_period cpu_rt_runtime cpus cpuset credential_spec depends_on device_cgroup_rules devices dns dns_opt dns_search domainname entrypoint env_file label_file environment expose extends provider external_links extra_hosts gpus group_add healthcheck hostname image init ipc isolation labels links logging mac_address mem_limit mem_reservation mem_swappiness memswap_limit network_mode oom_kill_disable oom_score_adj pid pids_limit platform ports pre_start post_start pre_stop privileged profiles pull_policy pull_refresh_after read_only restart runtime scale security_opt shm_size sysctls stdin_open stop_grace_period stop_signal storage_opt tmpfs tty ulimits use_api_socket user uts userns_mode volumes_from working_dir";
  expect(specified.split(" ").filter((key) => !known.has(key))).toEqual([]);
});
