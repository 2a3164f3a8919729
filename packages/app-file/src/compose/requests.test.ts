import { describe, expect, it } from "vitest";
import { composeFiles } from "./compose-files.support.js";

const files = composeFiles();

/** `text` are lines of the service web; `field` the part of its request. */
const mapped: [what: string, text: string, request: object, rest?: string][] = [
  [
    "entrypoint and command",
    "entrypoint: /bin/app --fast\ncommand: [run, 'a b']",
    { command: ["/bin/app", "--fast"], args: ["run", "a b"] },
  ],
  ["command as a line", "command: sh -c 'echo hi'", { args: ["sh", "-c", "echo hi"] }],
  ["an empty entrypoint, which runs the command", "entrypoint: []\ncommand: [run]", { command: ["run"] }],
  ["environment as a list", "environment: [A=1, B=x=y, C=]", { env: ["A=1", "B=x=y", "C="] }],
  [
    "environment as a mapping",
    "environment: {A: 1, B: true, C: '', V: 1.10}",
    { env: ["A=1", "B=true", "C=", "V=1.10"] },
  ],
  ["labels as a list", "labels: [a=1, b]", { labels: { a: "1", b: "" } }],
  [
    "labels of deploy",
    "labels: {a: own}\ndeploy: {labels: {a: deploy, b: deploy}}",
    { labels: { a: "own", b: "deploy" } },
  ],
  [
    "short ports",
    "ports: ['8080:80', '127.0.0.1:53:53/udp', 9000]",
    {
      ports: [
        { target: 80, published: 8080 },
        { target: 53, published: 53, protocol: "udp", hostAddress: "127.0.0.1" },
        { target: 9000 },
      ],
    },
  ],
  [
    "a range of ports",
    "ports: ['3000-3001:4000-4001']",
    {
      ports: [
        { target: 4000, published: 3000 },
        { target: 4001, published: 3001 },
      ],
    },
  ],
  [
    "a long port",
    "ports: [{target: 80, published: '8080', protocol: tcp, mode: host, name: web, app_protocol: http}]",
    { ports: [{ target: 80, published: 8080, protocol: "tcp", mode: "host" }] },
  ],
  ["an anonymous volume", "volumes: [/cache]", { mounts: [{ Type: "volume", Target: "/cache" }] }],
  [
    "a named volume",
    "volumes: ['data:/data:ro']",
    { mounts: [{ Type: "volume", Source: "shop_data", Target: "/data", ReadOnly: true }] },
    "volumes: {data: }\n",
  ],
  [
    "a volume with a name and driver",
    "volumes: ['data:/data']",
    {
      mounts: [
        {
          Type: "volume",
          Source: "nas",
          Target: "/data",
          VolumeOptions: {
            Labels: { a: "1" },
            DriverConfig: { Name: "local", Options: { type: "nfs", o: "addr=nas" } },
          },
        },
      ],
    },
    "volumes: {data: {name: nas, driver: local, driver_opts: {type: nfs, o: addr=nas}, labels: [a=1]}}\n",
  ],
  [
    "a long volume",
    "volumes: [{type: volume, source: data, target: /data, volume: {nocopy: true, subpath: a}}]",
    {
      mounts: [{ Type: "volume", Source: "shop_data", Target: "/data", VolumeOptions: { NoCopy: true, Subpath: "a" } }],
    },
    "volumes: {data: {}}\n",
  ],
  [
    "a long bind",
    "volumes: [{type: bind, source: /srv, target: /srv, read_only: true, bind: {propagation: rslave, create_host_path: true}}]",
    {
      mounts: [
        {
          Type: "bind",
          Source: "/srv",
          Target: "/srv",
          ReadOnly: true,
          BindOptions: { Propagation: "rslave", CreateMountpoint: true },
        },
      ],
    },
  ],
  [
    "a long tmpfs",
    "volumes: [{type: tmpfs, target: /t, tmpfs: {size: 64m, mode: 1770}}]",
    { mounts: [{ Type: "tmpfs", Target: "/t", TmpfsOptions: { SizeBytes: 64 * 1024 ** 2, Mode: 0o1770 } }] },
  ],
  [
    "options of a short bind",
    "volumes: ['/srv:/srv:ro,rshared']",
    {
      mounts: [
        { Type: "bind", Source: "/srv", Target: "/srv", ReadOnly: true, BindOptions: { Propagation: "rshared" } },
      ],
    },
  ],
  [
    "tmpfs",
    "tmpfs: ['/run:size=1m,mode=700', /tmp]",
    {
      mounts: [
        { Type: "tmpfs", Target: "/run", TmpfsOptions: { SizeBytes: 1024 ** 2, Mode: 0o700 } },
        { Type: "tmpfs", Target: "/tmp" },
      ],
    },
  ],
  ["the default network and the key as an alias", "", { networks: ["shop_default"], networkAliases: ["web"] }],
  [
    "networks with aliases",
    "networks: {back: {aliases: [db, web]}}",
    { networks: ["shop_back"], networkAliases: ["web", "db"] },
    "networks: {back: {}}\n",
  ],
  [
    "an external network",
    "networks: [plant]",
    { networks: ["factory-net"] },
    "networks: {plant: {external: true, name: factory-net}}\n",
  ],
  [
    "an external network in the older form",
    "networks: [plant]",
    { networks: ["factory-net"] },
    "networks: {plant: {external: {name: factory-net}}}\n",
  ],
  ["the network of the host", "network_mode: host", { networks: ["host"], networkAliases: undefined }],
  ["the network bridge", "network_mode: bridge", { networks: undefined, networkAliases: undefined }],
  [
    "a health check",
    "healthcheck: {test: [CMD, 'true'], interval: 1m30s, timeout: 5s, retries: 3, start_period: 1s, start_interval: 500ms}",
    {
      healthcheck: {
        Test: ["CMD", "true"],
        Interval: 90e9,
        Timeout: 5e9,
        Retries: 3,
        StartPeriod: 1e9,
        StartInterval: 5e8,
      },
    },
  ],
  [
    "a health check as a line",
    "healthcheck: {test: curl -f localhost}",
    { healthcheck: { Test: ["CMD-SHELL", "curl -f localhost"] } },
  ],
  ["a health check that is off", "healthcheck: {test: [NONE]}", { healthcheck: { Test: ["NONE"] } }],
  ["a health check that is disabled", "healthcheck: {disable: true}", { healthcheck: { Test: ["NONE"] } }],
  ["no restart", "", { restart: { Condition: "none" } }],
  ["restart", "restart: on-failure:3", { restart: { Condition: "on-failure", MaxAttempts: 3 } }],
  [
    "restart_policy",
    "deploy: {restart_policy: {condition: any, delay: 5s, max_attempts: 2, window: 1m}}",
    { restart: { Condition: "any", Delay: 5e9, MaxAttempts: 2, Window: 60e9 } },
  ],
  ["replicas and mode", "deploy: {mode: replicated, replicas: 3}", { mode: { Replicated: { Replicas: 3 } } }],
  ["a global mode", "deploy: {mode: global}", { mode: { Global: {} } }],
  ["scale", "scale: 2", { mode: { Replicated: { Replicas: 2 } } }],
  [
    "resources of deploy",
    "deploy: {resources: {limits: {cpus: '0.5', memory: 64M, pids: 10}, reservations: {cpus: 0.1, memory: 16M}}}",
    {
      resources: {
        Limits: { NanoCPUs: 5e8, MemoryBytes: 64 * 1024 ** 2, Pids: 10 },
        Reservations: { NanoCPUs: 1e8, MemoryBytes: 16 * 1024 ** 2 },
      },
    },
  ],
  [
    "resources of the service",
    "cpus: 0.5\nmem_limit: 64m\nmem_reservation: 16m\npids_limit: 10",
    {
      resources: {
        Limits: { NanoCPUs: 5e8, MemoryBytes: 64 * 1024 ** 2, Pids: 10 },
        Reservations: { MemoryBytes: 16 * 1024 ** 2 },
      },
    },
  ],
  [
    "updates, rollbacks and placement",
    "deploy: {update_config: {parallelism: 2, order: start-first, failure_action: rollback}, rollback_config: {delay: 1s}, placement: {constraints: [node.role==worker]}}",
    {
      updateConfig: { Parallelism: 2, Order: "start-first", FailureAction: "rollback" },
      rollbackConfig: { Delay: 1e9 },
      constraints: ["node.role == worker"],
    },
  ],
  ["a limit of open files", "ulimits: {nofile: {soft: 4096, hard: 4096}}", { openFiles: 4096 }],
  [
    "a user, host name, init, read-only root, capabilities, grace period",
    "user: postgres\nhostname: h\ninit: true\nread_only: true\ncap_add: [NET_ADMIN]\ncap_drop: [ALL]\nstop_grace_period: 1m30s",
    {
      user: "postgres",
      hostname: "h",
      init: true,
      readOnly: true,
      capAdd: ["NET_ADMIN"],
      capDrop: ["ALL"],
      stopGracePeriod: 90e9,
    },
  ],
  [
    "settings of the host",
    "devices: ['/dev/ttyUSB0']\ndns: 1.1.1.1\ndns_search: [a.b]\nextra_hosts: ['db:10.0.0.1']\ngroup_add: [dialout]\nsysctls: [net.core.somaxconn=1024]\nshm_size: 128m\ntty: true\nstdin_open: true\nworking_dir: /app\nstop_signal: SIGINT\nlogging: {driver: local, options: {max-size: 1m}}",
    {
      devices: [{ source: "/dev/ttyUSB0" }],
      dns: { servers: ["1.1.1.1"], search: ["a.b"] },
      extraHosts: [expect.stringContaining("10.0.0.1")],
      groupAdd: ["dialout"],
      sysctls: { "net.core.somaxconn": "1024" },
      shmSize: 128 * 1024 ** 2,
      tty: true,
      openStdin: true,
      workingDir: "/app",
      stopSignal: "SIGINT",
      logging: { driver: "local", options: { "max-size": "1m" } },
    },
  ],
  ["privileged", "privileged: true", { privileged: true }],
  ["a numeric user", "user: 1000", { user: "1000" }],
  ["a pull policy", "pull_policy: if_not_present", { imagePullPolicy: "missing" }],
  ["a service name of project and key", "", { name: "shop-web" }],
  ["container_name as the service name", "container_name: the-web", { name: "the-web", networkAliases: ["web"] }],
  [
    "container_name that equals the key, which needs no alias",
    "container_name: web",
    { name: "web", networkAliases: undefined },
  ],
  [
    "x-openfactory",
    "x-openfactory: {name: web-1, replica_env: true, templates: literal, network_aliases: []}",
    { name: "web-1", replicaEnv: true, templates: "literal", networkAliases: undefined },
  ],
];

describe("a request has", () => {
  it.each(mapped)("%s", async (_, text, expected, rest = "") => {
    const request = await files.request(text, rest);
    expect({ networks: undefined, networkAliases: undefined, ...request }).toMatchObject(expected);
  });

  it("no variables but those of the file", async () => {
    expect(await files.request("")).toMatchObject({ env: [] });
  });

  it("binds of relative paths at the directory of the file", async () => {
    const request = await files.request("volumes: ['./html:/html:ro', {type: bind, source: ../x, target: /x}]");
    const shop = files.root();
    expect(request.mounts).toMatchObject([
      { Type: "bind", Source: `${shop}/html`, Target: "/html", ReadOnly: true },
      { Type: "bind", Source: shop.replace(/shop$/, "x"), Target: "/x" },
    ]);
  });

  it("variables of env files, overridden by environment; without a value, those of ofdeploy", async () => {
    const text =
      "services:\n  web:\n    image: x\n    env_file: [web.env, {path: no.env, required: false}]\n    environment: {B: own, HOME: , NOT_SET: }\n";
    const { apps } = await files.load({ "compose.yaml": text, "web.env": "A=1\nB=2\n" }, { env: { HOME: "/root" } });
    expect(apps[0]?.request.env).toEqual(["A=1", "B=own", "HOME=/root"]);
  });

  it("secrets and configs, whose contents become resources", async () => {
    const text =
      "services:\n  web:\n    image: x\n    secrets: [a, {source: b, target: /etc/b, uid: '1', mode: 0400}]\n    configs: [c, e]\n" +
      "secrets: {a: {file: ./a.txt}, b: {environment: B}}\nconfigs: {c: {content: 'x=${X:-1}'}, e: {external: true, name: there}}\n";
    const { apps, resources } = await files.load({ "compose.yaml": text, "a.txt": "A" }, { env: { B: "B" } });
    expect(apps[0]?.request).toMatchObject({
      secrets: [
        { name: expect.stringMatching(/^shop_a_[0-9a-f]{12}$/), target: "a" },
        { name: expect.stringMatching(/^shop_b_/), target: "/etc/b", uid: "1", mode: 0o400 },
      ],
      configs: [
        { name: expect.stringMatching(/^shop_c_/), target: "/c" },
        { name: "there", target: "/e" },
      ],
    });
    expect(resources.map(({ spec }) => spec.kind)).toEqual(["network", "secret", "secret", "config"]);
  });
});

describe("the project", () => {
  it("is named by -p, COMPOSE_PROJECT_NAME, name, the directory, in this order", async () => {
    const text = "name: mill\nservices: {web: {image: x}}\n";
    const env = { COMPOSE_PROJECT_NAME: "press" };
    expect((await files.load(text, { env, project: "line" })).project).toBe("line");
    expect((await files.load(text, { env })).project).toBe("press");
    expect((await files.load(text)).project).toBe("mill");
    expect((await files.load("services: {web: {image: x}}\n")).project).toBe("shop");
  });

  it("has the networks that services join, with the options of the file", async () => {
    const text =
      "services: {web: {image: x, networks: [a]}}\nnetworks: {a: {driver: overlay, internal: true, attachable: true, driver_opts: {mtu: 1400}}, b: {}}\n";
    expect((await files.load(text)).resources.map(({ spec }) => spec)).toEqual([
      {
        kind: "network",
        name: "shop_a",
        driver: "overlay",
        internal: true,
        attachable: true,
        driverOptions: { mtu: "1400" },
      },
    ]);
  });

  it("orders services by depends_on and links", async () => {
    const text =
      "services:\n  web: {image: x, links: [cache], depends_on: {db: {condition: service_healthy}, no: {condition: service_started, required: false}}}\n  db: {image: x}\n  cache: {image: x}\n";
    expect((await files.load(text)).apps[0]?.dependsOn).toEqual([
      { service: "shop-cache", condition: "service_started" },
      { service: "shop-db", condition: "service_healthy" },
    ]);
  });

  it("locates each field in the file", async () => {
    const { apps } = await files.load(
      "services:\n  web:\n    image: x\n    mem_limit: 64m\n    ports:\n      - 80:80\n",
    );
    const lineOf = (field: string) => apps[0]?.locate(field).line;
    expect(["image", "resources.Limits.MemoryBytes", "ports[0].published", "hostname"].map(lineOf)).toEqual([
      3, 4, 6, 2,
    ]);
    expect(apps[0]?.sourceOf?.(["resources", "Limits", "MemoryBytes"])).toMatchObject({ key: "mem_limit" });
  });
});

describe("variables", () => {
  it("are replaced with and without braces, with defaults; $$ is a dollar sign", async () => {
    const request = await files.request("environment: ['A=$A', 'B=${B:-b}', 'C=${A:+c}', 'D=$$A', 'E=${N-${A}}']", "", {
      env: { A: "1" },
    });
    expect(request.env).toEqual(["A=1", "B=b", "C=c", "D=$A", "E=1"]);
  });

  it("come from .env in the project directory", async () => {
    const { apps } = await files.load({ "compose.yaml": "services: {web: {image: 'x:${TAG}'}}\n", ".env": "TAG=2\n" });
    expect(apps[0]?.request.image).toBe("x:2");
  });

  it("that are not set become an empty text, with a note for each name", async () => {
    const project = await files.load(
      "services:\n  web:\n    image: x\n    environment:\n      - A=${NO}\n      - B=$NO\n",
    );
    expect(project.apps[0]?.request.env).toEqual(["A=", "B="]);
    expect(files.notesOf(project)).toEqual(["compose.yaml:5,compose.yaml:6 NO"]);
  });

  it("that are required are findings", async () => {
    expect(await files.issues("services: {web: {image: '${IMAGE:?set it}'}}\n")).toEqual([
      "compose.yaml:1: the variable IMAGE is not set: set it",
    ]);
  });
});

describe("profiles", () => {
  const text = "services:\n  web: {image: x}\n  debug:\n    image: x\n    profiles: [dev]\n";

  it("deploy no service of an inactive profile, and note it", async () => {
    const project = await files.load(text);
    expect(project.apps.map(({ key }) => key)).toEqual(["web"]);
    expect(project.notes).toMatchObject([{ code: "PROFILE_INACTIVE", key: "debug", locations: [{ line: 3 }] }]);
  });

  it.each([
    ["an option", { profiles: ["dev"] }],
    ["COMPOSE_PROFILES", { env: { COMPOSE_PROFILES: "a,dev" } }],
    ["*", { profiles: ["*"] }],
  ])("are activated by %s", async (_, options) => {
    expect((await files.load(text, options)).apps.map(({ key }) => key)).toEqual(["web", "debug"]);
  });
});
