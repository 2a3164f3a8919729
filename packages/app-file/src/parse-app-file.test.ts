import { describe, expect, it } from "vitest";
import { parseRequest } from "@openfactory/deploy-core";
import { parseAppFile } from "./load-project.js";

const parse = (text: string, env: Record<string, string> = {}, file = "/srv/Smart Shop_1/apps.yml") =>
  parseAppFile(text, { file, env });
const requestOf = (lines: string[], env: Record<string, string> = {}) =>
  parse(
    ["apps:", "  demo:", "    uuid: Demo", "    image: nginx:1", ...lines.map((line) => `    ${line}`)].join("\n"),
    env,
  ).apps[0]!.request;

/** The variables that an app with the uuid Demo always gets. */
const defaults = ["APP_UUID=Demo", "DOCKER_SERVICE=demo", "OPENFACTORY_LOG_BACKEND=text", "KSQLDB_LOG_LEVEL=WARNING"];

/** OpenFactory's own example, with every key that it has. */
const openFactoryExample = `
apps:
  scheduler:
    uuid: "APP-Scheduler"
    image: ghcr.io/openfactoryio/scheduler:v1.0.0
    image_pull_policy: always
    runtime_uid: 1234
    runtime_gid: 5678

    uns:
      location: building-a
      level: {line: 3, cells: [a, b]}

    environment:
     - ENV=production
     - QUERY=a=b&c=\${C:-d}

    storage:
      data:
        type: nfs
        server: nas.example.com
        remote_path: /nfs/shop
        mount_point: /mnt
        mount_options:
          - ro
          - noatime
      cache:
        type: local
        local_path: ./cache
        mount_point: /cache/

    routing:
      expose: true
      port: 8000
      hostname: dashboard

    metrics:
      port: 4000

    networks:
      - factory-net
      - monitoring-net

    deploy:
      replicas: 2
      resources:
        reservations:
          cpus: 0.5
          memory: "512Mi"
        limits:
          cpus: 1.0
          memory: "1.5G"
          open_files: 65535
      placement:
          constraints:
          - node.labels.zone==building-a
          - node.role=worker
          - node.hostname!=a
`;

describe("parseAppFile", () => {
  it("creates the exact requests of OpenFactory's own example", () => {
    const file = parse(openFactoryExample, {
      KAFKA_BROKER: "broker:9092",
      ASSET_ROUTER_URL: "http://router",
      OPENFACTORY_BASE_DOMAIN: "factory.test",
    });
    expect(file.project).toBe("smartshop_1");
    expect(file.apps).toEqual([
      {
        key: "scheduler",
        service: "app-scheduler",
        location: { file: "/srv/Smart Shop_1/apps.yml", line: 3, column: 3 },
        file: "apps.yml",
        format: 2,
        dependsOn: [],
        locate: expect.any(Function),
        sourceOf: expect.any(Function),
        localStorageLocations: [{ file: "/srv/Smart Shop_1/apps.yml", line: 28, column: 15 }],
        request: {
          name: "app-scheduler",
          image: "ghcr.io/openfactoryio/scheduler:v1.0.0",
          imagePullPolicy: "always",
          user: "1234:5678",
          env: [
            "APP_UUID=APP-Scheduler",
            "DOCKER_SERVICE=app-scheduler",
            "OPENFACTORY_LOG_BACKEND=text",
            "KSQLDB_LOG_LEVEL=WARNING",
            "KAFKA_BROKER=broker:9092",
            "ASSET_ROUTER_URL=http://router",
            "PORT=8000",
            `STORAGE={"data": {"type": "nfs", "server": "nas.example.com", "remote_path": "/nfs/shop", "mount_point": "/mnt", ` +
              `"mount_options": ["ro", "noatime"]}, "cache": {"type": "local", "local_path": "/cache", "mount_point": "/cache"}}`,
            "ENV=production",
            "QUERY=a=b&c=d",
          ],
          replicaEnv: true,
          labels: {
            "openfactory.uns.location": "building-a",
            "openfactory.uns.level": '{"line":3,"cells":["a","b"]}',
            "openfactory.metrics.port": "4000",
            "openfactory.metrics.path": "/metrics",
            "traefik.enable": "true",
            "traefik.http.routers.ofa-app-scheduler.service": "ofa-app-scheduler",
            "traefik.http.routers.ofa-app-scheduler.rule":
              "Host(`app-scheduler.factory.test`) || Host(`dashboard.factory.test`)",
            "traefik.http.routers.ofa-app-scheduler.entrypoints": "web",
            "traefik.http.services.ofa-app-scheduler.loadbalancer.server.port": "8000",
          },
          networks: ["factory-net", "monitoring-net"],
          mounts: [
            {
              Type: "volume",
              // The digits begin the SHA-1 of "noatime,ro".
              Source: "nfs_nas_example_com_nfs_shop_4bcd1dc1",
              Target: "/mnt",
              VolumeOptions: {
                DriverConfig: {
                  Name: "local",
                  Options: { type: "nfs", o: "addr=nas.example.com,ro,noatime,nfsvers=4", device: ":/nfs/shop" },
                },
              },
            },
            { Type: "bind", Source: "/srv/Smart Shop_1/cache", Target: "/cache" },
          ],
          mode: { Replicated: { Replicas: 2 } },
          resources: {
            Limits: { NanoCPUs: 1e9, MemoryBytes: 1610612736 },
            Reservations: { NanoCPUs: 5e8, MemoryBytes: 536870912 },
          },
          openFiles: 65535,
          constraints: ["node.labels.zone == building-a", "node.role == worker", "node.hostname != a"],
        },
      },
    ]);
    expect(file.networks.map(({ name, apps, location }) => [name, apps, location.line])).toEqual([
      ["factory-net", ["scheduler"], 41],
      ["monitoring-net", ["scheduler"], 42],
    ]);
    expect(() => parseRequest(file.apps[0]!.request)).not.toThrow();
  });

  it.each(["missing", "always", "never"])("accepts the pull policy %s", (policy) => {
    expect(requestOf([`image_pull_policy: ${policy}`]).imagePullPolicy).toBe(policy);
  });

  it("requests nothing that is not in the file", () => {
    expect(requestOf([])).toEqual({ name: "demo", image: "nginx:1", env: defaults, replicaEnv: true });
    expect(requestOf(["networks:", "labels:", "deploy:", "storage:", "environment:", "ports:", "uns:"])).toEqual(
      requestOf([]),
    );
  });

  it("accepts Compose's keys", () => {
    expect(
      requestOf([
        "command: sh -c 'exec app'",
        "args: [--port, '80']",
        "ports: ['8080:80']",
        "labels: [a=b=c, d]",
        "healthcheck:",
        "  {test: curl -f http://localhost, interval: 30s, timeout: 1s, retries: 3,",
        "    start_period: 1m, start_interval: 5s}",
        "secrets: [token, {source: key, target: /key, uid: '1', gid: 2, mode: 0440}]",
        "configs: [{source: conf, mode: 0o400}, {source: c2, mode: '0444'}]",
        "restart: on-failure:3",
        "stop_grace_period: 1m30s",
        "hostname: h",
        "init: yes",
        "read_only: true",
        "cap_add: [NET_ADMIN]",
        "cap_drop: [ALL]",
        "deploy:",
        "  mode: replicated-job",
        "  replicas: 3",
        "  resources: {limits: {pids: 100}}",
        "  update_config: {parallelism: 2, delay: 10s, failure_action: rollback, monitor: 5s,",
        "    max_failure_ratio: 0.5, order: start-first}",
        "  rollback_config: {parallelism: 0, failure_action: pause, order: stop-first}",
      ]),
    ).toEqual({
      ...requestOf([]),
      command: ["sh", "-c", "exec app"],
      args: ["--port", "80"],
      ports: [{ target: 80, published: 8080, protocol: "tcp", mode: "ingress" }],
      labels: { a: "b=c", d: "" },
      healthcheck: {
        Test: ["CMD-SHELL", "curl -f http://localhost"],
        Interval: 30e9,
        Timeout: 1e9,
        Retries: 3,
        StartPeriod: 60e9,
        StartInterval: 5e9,
      },
      secrets: [{ name: "token" }, { name: "key", target: "/key", uid: "1", gid: "2", mode: 0o440 }],
      configs: [
        { name: "conf", mode: 0o400 },
        { name: "c2", mode: 0o444 },
      ],
      restart: { Condition: "on-failure", MaxAttempts: 3 },
      stopGracePeriod: 90e9,
      hostname: "h",
      init: true,
      readOnly: true,
      capAdd: ["NET_ADMIN"],
      capDrop: ["ALL"],
      mode: { ReplicatedJob: { MaxConcurrent: 3, TotalCompletions: 3 } },
      resources: { Limits: { Pids: 100 } },
      updateConfig: {
        Parallelism: 2,
        Delay: 10e9,
        FailureAction: "rollback",
        Monitor: 5e9,
        MaxFailureRatio: 0.5,
        Order: "start-first",
      },
      rollbackConfig: { Parallelism: 0, FailureAction: "pause", Order: "stop-first" },
    });
  });

  it("the keys for devices, names, the kernel and the log", () => {
    expect(
      requestOf([
        "working_dir: /srv",
        "tty: true",
        "stdin_open: yes",
        "stop_signal: 2",
        "privileged: true",
        "devices: ['/dev/ttyUSB0:/dev/reader:rw', {source: /dev/null}]",
        "group_add: [dialout, 20]",
        "extra_hosts: ['db:192.0.2.1', 'gateway=host-gateway']",
        "dns: 192.0.2.53",
        "dns_search: [plant.example, example]",
        "dns_opt: ['ndots:2']",
        "sysctls: {net.core.somaxconn: 1024, net.ipv4.tcp_syncookies: 0}",
        "shm_size: 64mb",
        "storage: {data: {type: volume, mount_point: /data}}",
        "tmpfs: ['/run', '/tmp:size=64m,mode=1777,noexec,ro']",
        "logging: {driver: json-file, options: {max-size: 10m, max-file: 3, compress: true}}",
      ]),
    ).toMatchObject({
      workingDir: "/srv",
      tty: true,
      openStdin: true,
      stopSignal: "SIGINT",
      privileged: true,
      devices: [
        { source: "/dev/ttyUSB0", target: "/dev/reader", permissions: "rw" },
        { source: "/dev/null", target: "/dev/null", permissions: "rwm" },
      ],
      groupAdd: ["dialout", "20"],
      extraHosts: ["db:192.0.2.1", "gateway:host-gateway"],
      dns: { servers: ["192.0.2.53"], search: ["plant.example", "example"], options: ["ndots:2"] },
      sysctls: { "net.core.somaxconn": "1024", "net.ipv4.tcp_syncookies": "0" },
      shmSize: 64 * 1024 ** 2,
      mounts: [
        { Type: "volume", Target: "/data" },
        { Type: "tmpfs", Target: "/run" },
        { Type: "tmpfs", Target: "/tmp", ReadOnly: true, TmpfsOptions: { SizeBytes: 64 * 1024 ** 2, Mode: 0o1777 } },
      ],
      logging: { driver: "json-file", options: { "max-size": "10m", "max-file": "3", compress: "true" } },
    });
  });

  it.each([
    ["network_mode: host", { networks: ["host"] }],
    ["network_mode: none", { networks: ["none"] }],
    ["network_mode: bridge", {}],
    [
      "extra_hosts: {db: 192.0.2.1, nas: [192.0.2.2, '2001:db8::2']}",
      { extraHosts: ["db:192.0.2.1", "nas:192.0.2.2", "nas:2001:db8::2"] },
    ],
    ["sysctls: [net.core.somaxconn=1024]", { sysctls: { "net.core.somaxconn": "1024" } }],
    ["tmpfs: /run", { mounts: [{ Type: "tmpfs", Source: undefined, Target: "/run", ReadOnly: undefined }] }],
    ["logging: {}", { logging: {} }],
    ["restart: 'no'", { restart: { Condition: "none" } }],
    ["restart: no", { restart: { Condition: "none" } }],
    ["restart: unless-stopped", { restart: { Condition: "any" } }],
    ["restart: always", { restart: { Condition: "any" } }],
    [
      "deploy: {restart_policy: {condition: on-failure, delay: 1s, max_attempts: 2, window: 3s}}",
      {
        restart: { Condition: "on-failure", Delay: 1e9, MaxAttempts: 2, Window: 3e9 },
      },
    ],
    ["deploy: {mode: global}", { mode: { Global: {} } }],
    ["deploy: {mode: global-job}", { mode: { GlobalJob: {} } }],
    ["deploy: {mode: replicated}", { mode: { Replicated: { Replicas: 1 } } }],
    ["deploy: {replicas: 0}", { mode: { Replicated: { Replicas: 0 } } }],
    ["deploy: {resources: {reservations: {open_files: 9}}}", { openFiles: 9 }],
    ["healthcheck: {disable: true}", { healthcheck: { Test: ["NONE"] } }],
    ["healthcheck: {test: [CMD, a, b]}", { healthcheck: { Test: ["CMD", "a", "b"] } }],
    ["command: [a, 'b c']", { command: ["a", "b c"] }],
    ["labels: {version: 1.10, on: true, none: }", { labels: { version: "1.10", on: "true", none: "" } }],
  ])("%s", (line, expected) => expect(requestOf([line])).toEqual({ ...requestOf([]), ...expected }));

  it("keeps a mapping's values as written, and all text after the first equals sign", () => {
    const { env } = requestOf(["environment: {V: 1.10, ID: 12345678901234567890, T: true, E: '', X: 0100}"]);
    expect(env?.slice(4)).toEqual(["V=1.10", "ID=12345678901234567890", "T=true", "E=", "X=0100"]);
    expect(requestOf(["environment: ['A=b=c=', 'B =  x y ']"]).env?.slice(4)).toEqual(["A=b=c=", "B=x y"]);
    expect(requestOf(["environment: {B: ' x '}"]).env?.slice(4)).toEqual(["B= x "]);
  });

  it("converts variables to numbers for numeric keys", () => {
    const request = requestOf(
      ["deploy: {replicas: '${N}', resources: {limits: {cpus: '${C}'}}}", "init: ${I}", "ports: ['${P}:80']"],
      {
        N: "3",
        C: "0.5",
        I: "true",
        P: "8080",
      },
    );
    expect(request).toMatchObject({
      mode: { Replicated: { Replicas: 3 } },
      resources: { Limits: { NanoCPUs: 5e8 } },
      init: true,
      ports: [{ published: 8080 }],
    });
  });

  it("does not parse values of variables as YAML", () => {
    expect(requestOf(["hostname: ${X}"], { X: "a:b" }).hostname).toBe("a:b");
    expect(requestOf(["environment: ['A=${X}']"], { X: "$Y: [" }).env?.[4]).toBe("A=$Y: [");
  });

  it("lets an app set OpenFactory's variables and repeat its identity", () => {
    const { env } = requestOf(["environment: [KAFKA_BROKER=own, APP_UUID=Demo]"], {
      KAFKA_BROKER: "k",
      KSQLDB_URL: "q",
    });
    expect(env).toEqual([...defaults, "KSQLDB_URL=q", "KAFKA_BROKER=own"]);
  });

  it("keeps dollar signs in keys that start no variable, and a literal ${", () => {
    expect(requestOf(["labels: {a$b: 1, '$$c': 2, '$${D}': 3}"]).labels).toEqual({ a$b: "1", $$c: "2", "${D}": "3" });
    expect(requestOf(["'x-${D}': for another tool"]).labels).toBeUndefined();
  });

  it("resolves anchors, aliases and merge keys; own keys override merged ones", () => {
    const file = parse(
      [
        "x-base: &base {image: nginx:1, environment: &env {A: 1}, init: true}",
        "x-more: &more {init: false, read_only: true}",
        "apps:",
        "  one: {<<: [*base, *more], uuid: one}",
        "  two: {uuid: two, image: 'redis', <<: *base, environment: {<<: *env, B: 2}, x-note: [ignored]}",
      ].join("\n"),
    );
    expect(file.apps.map(({ request }) => request)).toMatchObject([
      { image: "nginx:1", init: true, readOnly: true },
      { image: "redis", init: true },
    ]);
    expect(file.apps[1]?.request.env?.slice(4)).toEqual(["B=2", "A=1"]);
  });

  it("reads a file with a BOM, CRLF and tabs in values", () => {
    const file = parse('\uFEFFapps:\r\n  a:\r\n    uuid: aa\r\n    image: x\r\n    hostname: "h"\t# c\r\n');
    expect(file.apps[0]).toMatchObject({ location: { line: 2, column: 3 }, request: { hostname: "h", image: "x" } });
  });

  it("resolves depends_on to services, in both forms", () => {
    const { apps } = parse(
      [
        "apps:",
        "  web: {uuid: Web, image: x, depends_on:",
        "    {db: {condition: service_healthy}, init: {condition: service_completed_successfully}}}",
        "  db: {uuid: DB, image: x}",
        "  init: {uuid: Init, image: x, depends_on: [db]}",
      ].join("\n"),
    );
    expect(apps.map(({ dependsOn }) => dependsOn)).toEqual([
      [
        { service: "db", condition: "service_healthy" },
        { service: "init", condition: "service_completed_successfully" },
      ],
      [],
      [{ service: "db", condition: "service_started" }],
    ]);
  });

  it("lets apps share a host port on different addresses and protocols", () => {
    const ports = ["127.0.0.1:53:53", "127.0.0.2:53:53", "53:53/udp"];
    const text = ports.map((port, index) => `  a${index}: {uuid: a${index}, image: x, ports: ['${port}']}`).join("\n");
    expect(parse(`apps:\n${text}`).apps).toHaveLength(3);
  });

  it.each([
    ["name: My_Shop-2", "my_shop-2"],
    ["name: -- Über Shop", "bershop"],
    ["name:", "smartshop_1"],
  ])("%s is the project %s", (line, project) =>
    expect(parse(`${line}\napps: {a: {uuid: aa, image: x}}`).project).toBe(project),
  );

  it("accepts a long chain of dependencies", () => {
    const lines = Array.from(
      { length: 5000 },
      (_, i) => `  a${i}: {uuid: a${i}, image: x, depends_on: [a${(i + 1) % 5001}]}`,
    );
    expect(parse(`apps:\n${lines.join("\n")}\n  a5000: {uuid: a5000, image: x}`).apps).toHaveLength(5001);
  });
});
