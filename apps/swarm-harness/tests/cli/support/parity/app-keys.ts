import { expect } from "vitest";
import { added, all, better, identical, notSupported, type ParityTable } from "./case.js";
import { app, file } from "./sample.js";

const NFS =
  "storage: {data: {type: nfs, server: nas.example.com, remote_path: /srv/line, mount_point: /data/, mount_options: [ro, soft]}}";
const limits = (text: string): string => `deploy: {resources: {limits: {${text}}}}`;
const reservations = (text: string): string => `deploy: {resources: {reservations: {${text}}}}`;
const routed = (text: string): string => `routing: {expose: true, ${text}}`;
const RULE = "traefik.http.routers.ofa-demo-app.rule";

/** Keys of OpenFactory's. */
export const appKeys: ParityTable = {
  id: "app-keys",
  heading: "key of an app",
  keysBelow: "apps.<name>.",
  cases: [
    identical(
      "uuid",
      "The lowercase `uuid` is the name of the service. It is checked when the file is read: 2 to 63 letters, digits, `-` and `_`. A dot, which Swarm refuses in a name, is an error on every platform, and so are two apps with one service name.",
      all(app().request({ name: "demo_app" }), file("apps: {a: {uuid: a b, image: x}}", "a b").refused(/name/)),
    ),
    identical("image", "As written.", app().request({ image: "demo:1" })),
    better(
      "image_pull_policy",
      "`missing` (default) and `always`. On Swarm, OpenFactory ignores `always`; here it pins the service to the digest that the registry has. `never` is an addition: the registry is not contacted.",
      all(
        app("image_pull_policy: always").request({ imagePullPolicy: "always" }),
        app("image_pull_policy: never").request({ imagePullPolicy: "never" }),
      ),
    ),
    identical(
      ["runtime_uid", "runtime_gid"],
      "From 1, both or neither.",
      all(
        app("runtime_uid: 1200\nruntime_gid: 1300").request({ user: "1200:1300" }),
        app("runtime_uid: 1200").refused(/runtime_gid/),
      ),
    ),
    better(
      "environment",
      "A list of `KEY=VALUE`; whitespace around the name and the value is removed. OpenFactory fails at a value that holds `=`. A variable that is set twice is an error here. A mapping is an addition.",
      all(
        app("environment: [A = 1, 'DSN=a=b;c=d']").variables({ A: "1", DSN: "a=b;c=d" }),
        app("environment: [A=1, A=2]").refused(/duplicate variable/),
        app("environment: {A: 1}").variables({ A: "1" }),
      ),
    ),
    identical(
      "storage",
      "Storage by name; the names are made of letters, digits, `_` and `-`. An entry without a name, as in an example of OpenFactory's documentation, fails in both; the error here says what to write.",
      all(
        app("storage: {'a b': {type: local, local_path: /srv, mount_point: /data}}").refused(/storage/),
        app("storage: {type: nfs, server: nas, remote_path: /srv, mount_point: /data}").refused(/Choose a name/),
      ),
    ),
    identical(
      "storage.<name>.type",
      "`nfs` and `local`. `volume`, a Docker volume, is an addition.",
      all(
        app(NFS).request({ mounts: [{ Type: "volume" }] }),
        app("storage: {data: {type: volume, mount_point: /data}}").request({
          mounts: [{ Type: "volume", Source: "demo_app_data" }],
        }),
      ),
    ),
    better(
      "storage.<name>.server",
      "A host name, an IPv4 address, or an IPv6 address in brackets. The brackets stay out of the volume's options: Docker does not resolve an address in brackets.",
      app("storage: {data: {type: nfs, server: '[fd00::1]', remote_path: /srv, mount_point: /data}}").request({
        mounts: [{ VolumeOptions: { DriverConfig: { Options: { o: "addr=fd00::1,nfsvers=4" } } } }],
      }),
    ),
    identical(
      "storage.<name>.remote_path",
      "An absolute path on the server.",
      all(
        app(NFS).request({ mounts: [{ VolumeOptions: { DriverConfig: { Options: { device: ":/srv/line" } } } }] }),
        app("storage: {data: {type: nfs, server: nas, remote_path: srv, mount_point: /data}}").refused(/absolute path/),
      ),
    ),
    identical(
      "storage.<name>.mount_point",
      "An absolute path in its shortest form, of at most 255 letters, digits, `.`, `_`, `-` and `/`, without `..`. Two storages at one path, and `/` or `/proc`, are errors here.",
      all(
        app(NFS).request({ mounts: [{ Target: "/data" }] }),
        app("storage: {data: {type: nfs, server: nas, remote_path: /srv, mount_point: /data/../etc}}").refused(/\.\./),
      ),
    ),
    better(
      "storage.<name>.mount_options",
      "A list, or text with commas (an addition). `nfsvers=4` is added unless an option begins with `nfsvers=`, also next to `vers=`. The order of options does not change the volume or the plan.",
      all(
        app(NFS).request({
          mounts: [{ VolumeOptions: { DriverConfig: { Options: { o: "addr=nas.example.com,ro,soft,nfsvers=4" } } } }],
        }),
        app(NFS.replace("[ro, soft]", "'vers=4.1, ro'")).request({
          mounts: [
            { VolumeOptions: { DriverConfig: { Options: { o: "addr=nas.example.com,vers=4.1,ro,nfsvers=4" } } } },
          ],
        }),
      ),
    ),
    better(
      "storage.<name>.local_path",
      "OpenFactory requires that the directory exists on the machine that runs `ofa`. Here it has to exist on the engine's host, which may be another machine. A relative path counts from the file, and `~` is the home directory. Both refuse it on Swarm.",
      all(
        app("storage: {data: {type: local, local_path: /no/such/dir, mount_point: /data}}").request({
          mounts: [{ Type: "bind", Source: "/no/such/dir", Target: "/data" }],
        }),
        app("storage: {data: {type: local, local_path: /srv, mount_point: /data}}").refusedOnSwarm(/local storage/),
      ),
    ),
    better(
      "storage.<name>.description",
      "Text for readers, as in OpenFactory. It stays out of `STORAGE`, so that a corrected text does not restart the app.",
      app(NFS.replace("type: nfs", "type: nfs, description: press data")).variables({
        STORAGE:
          '{"data": {"type": "nfs", "server": "nas.example.com", "remote_path": "/srv/line", "mount_point": "/data", "mount_options": ["ro", "soft"]}}',
      }),
    ),
    better(
      "networks",
      "The names of networks. On local Docker, OpenFactory connects all but the first after the process has started; here all are joined before. A network that does not exist is an error before anything is deployed.",
      app("networks: [factory-net, plant]").request({ networks: ["factory-net", "plant"] }),
    ),
    identical(
      "routing",
      "The app gets `PORT`, exposed or not.",
      app("routing: {port: 8000}").variables({ PORT: "8000" }),
    ),
    identical(
      "routing.expose",
      "Default `false`. `true` adds [Traefik's labels](#labels).",
      all(
        app("routing: {port: 8000}").labels({ "traefik.enable": undefined }),
        app(routed("port: 8000")).labels({ "traefik.enable": "true" }),
      ),
    ),
    better(
      "routing.port",
      "From 1 to 65535. Without it, OpenFactory sets `PORT=None` and routes to the port `None`; here an exposed app without a port is an error, and `PORT` is not set.",
      all(
        app("routing: {expose: true}").refused(/requires port/),
        app("routing: {expose: false}").variables({ PORT: undefined }),
        app("routing: {port: 70000}").refused(/65535/),
      ),
    ),
    identical(
      "routing.hostname",
      "A second name under `OPENFACTORY_BASE_DOMAIN`. As in OpenFactory, a name with dots becomes one label: `press.hall-1` is `press-hall-1`. For a full host name, write the rule as a label. Other characters than letters, digits, `.`, `_` and `-` are errors here.",
      app(routed("port: 8000, hostname: Press.hall-1")).labels({
        [RULE]: "Host(`demo-app.factory.test`) || Host(`press-hall-1.factory.test`)",
      }),
    ),
    notSupported(
      ["routing.canonical_hostname", "routing.alias_hostname"],
      "OpenFactory accepts them and overwrites them. Here they are unknown keys: leave them out.",
      app("routing: {port: 80, canonical_hostname: press.factory.test}").refused(/canonical_hostname/),
    ),
    identical(
      ["metrics", "metrics.port", "metrics.path"],
      "`path` defaults to `/metrics`. Here they become labels, and [asset listeners](../../packages/core/README.md#write-an-asset-listener) receive them.",
      app("metrics: {port: 9100}").labels({
        "openfactory.metrics.port": "9100",
        "openfactory.metrics.path": "/metrics",
      }),
    ),
    identical(
      "uns",
      "Any keys. Here they become labels, and asset listeners receive them. They are not checked against a UNS schema: see [rules](#rules).",
      app("uns: {area: north, line: 1.10}").labels({ "openfactory.uns.area": "north", "openfactory.uns.line": "1.10" }),
    ),
    better(
      "deploy",
      "OpenFactory ignores unknown keys in `deploy`, `routing` and `metrics`; here a misspelled key is an error that names the nearest known one.",
      app("deploy: {replica: 3}").refused(/Did you mean "replicas"/),
    ),
    identical(
      "deploy.replicas",
      "Default 1. See [rules](#rules) for local Docker. 0 is a stopped app here.",
      all(
        app("deploy: {replicas: 3}").swarm({ Mode: { Replicated: { Replicas: 3 } } }),
        app().swarm({ Mode: { Replicated: { Replicas: 1 } } }),
      ),
    ),
    identical(
      ["deploy.resources", "deploy.resources.limits", "deploy.resources.reservations"],
      "Without them there are no limits, as in OpenFactory.",
      app("deploy: {resources: {}}").request({ image: "demo:1" }),
    ),
    better(
      ["deploy.resources.limits.cpus", "deploy.resources.reservations.cpus"],
      "OpenFactory cuts off what floating-point numbers lose: 2.01 CPUs become 2.009999999. Here they are 2.01.",
      all(
        app(limits("cpus: 2.01")).request({ resources: { Limits: { NanoCPUs: 2_010_000_000 } } }),
        app(reservations("cpus: 0.25")).request({ resources: { Reservations: { NanoCPUs: 250_000_000 } } }),
      ),
    ),
    better(
      ["deploy.resources.limits.memory", "deploy.resources.reservations.memory"],
      "`512Mi`, `1.5G`, bytes; all units count in 1024. `Ki` and `t` are known here, too. On local Docker, OpenFactory ignores memory; here limits and reservations take effect. Less than 6 MiB, the minimum of an engine, is an error.",
      all(
        app(limits("memory: 1.5G")).docker({ HostConfig: { Memory: 1.5 * 1024 ** 3 } }),
        app(reservations("memory: 65536Ki")).docker({ HostConfig: { MemoryReservation: 64 * 1024 ** 2 } }),
        app(limits("memory: 1Mi")).refused(/6 MiB/),
      ),
    ),
    identical(
      "deploy.resources.limits.open_files",
      "The soft and the hard limit.",
      all(
        app(limits("open_files: 65535")).docker({
          HostConfig: { Ulimits: [{ Name: "nofile", Soft: 65535, Hard: 65535 }] },
        }),
        app(limits("open_files: 65535")).swarm({
          TaskTemplate: { ContainerSpec: { Ulimits: [{ Name: "nofile", Soft: 65535, Hard: 65535 }] } },
        }),
      ),
    ),
    better(
      "deploy.resources.reservations.open_files",
      "OpenFactory accepts it without effect. Here it means the same as under `limits`; two different values are an error.",
      all(
        app(reservations("open_files: 4096")).request({ openFiles: 4096 }),
        app("deploy: {resources: {limits: {open_files: 1}, reservations: {open_files: 2}}}").refused(
          /differs from limits/,
        ),
      ),
    ),
    better(
      ["deploy.placement", "deploy.placement.constraints"],
      "`key == value`, where a single `=` counts as `==`. OpenFactory turns `key!=value` into `key! == value`, which Swarm refuses; here it is `key != value`. On local Docker, which has no nodes, constraints are a warning.",
      app("deploy: {placement: {constraints: [node.labels.zone=a, node.role!=manager]}}").request({
        constraints: ["node.labels.zone == a", "node.role != manager"],
      }),
    ),
  ],
};

const below = { below: true } as const;

/** Keys of our own. */
export const addedKeys: ParityTable = {
  id: "added-keys",
  heading: "key of an app",
  keysBelow: "apps.<name>.",
  cases: [
    added(
      ["command", "args"],
      "`command` replaces the image's entrypoint; `args` are its words.",
      app("command: [run]\nargs: [now]").request({ command: ["run"], args: ["now"] }),
    ),
    added(
      "ports",
      "Ports of the host.",
      app('ports: ["8080:80"]').request({ ports: [{ target: 80, published: 8080 }] }),
      below,
    ),
    added(
      "labels",
      "Labels, which win over those that are made of other keys.",
      app("labels: {team: north}").labels({ team: "north" }),
    ),
    added(
      "env_file",
      "Files of variables.",
      app("env_file: {path: none.env, required: false}").request({ image: "demo:1" }),
      below,
    ),
    added(
      "healthcheck",
      "How the engine checks the app.",
      app("healthcheck: {test: 'true', retries: 2}").request({ healthcheck: { Retries: 2 } }),
      below,
    ),
    added("depends_on", "Apps that come first.", app("depends_on: [demo]").refused(/depends_on/), below),
    added(
      ["secrets", "configs"],
      "Files from the platform's store.",
      app("secrets: [token]\nconfigs: [web]").request({ secrets: [{ name: "token" }], configs: [{ name: "web" }] }),
      below,
    ),
    added(
      ["restart", "stop_grace_period", "hostname", "init", "read_only", "cap_add", "cap_drop"],
      "As in Compose.",
      app(
        "restart: always\nhostname: demo\ninit: true\nread_only: true\ncap_add: [NET_ADMIN]\ncap_drop: [ALL]\nstop_grace_period: 5s",
      ).request({
        hostname: "demo",
        init: true,
        readOnly: true,
        capAdd: ["NET_ADMIN"],
        capDrop: ["ALL"],
        stopGracePeriod: 5e9,
      }),
    ),
    added(
      "user",
      "The user of the process by name, or an id without a group.",
      app("user: postgres").request({ user: "postgres" }),
    ),
    added(
      "openfactory_variables",
      "With `false`, the app gets no variables but its own, such as an app of a Compose file.",
      app("openfactory_variables: false\nenvironment: [A=1]").request({ env: ["A=1"] }),
    ),
    added(
      ["storage.<name>.any_node", "storage.<name>.driver", "storage.<name>.driver_opts", "storage.<name>.labels"],
      "A directory that exists on every node, and the driver and labels of a volume.",
      app(
        "storage: {data: {type: volume, volume: archive, mount_point: /data, driver: local, driver_opts: {type: tmpfs, device: tmpfs}, labels: {a: b}}, d: {type: local, local_path: /srv, mount_point: /srv, any_node: true}}",
      ).request({
        mounts: [{ VolumeOptions: { Labels: { a: "b" }, DriverConfig: { Name: "local" } } }, { Type: "bind" }],
      }),
    ),
    added(
      ["storage.<name>.nocopy", "storage.<name>.subpath"],
      "How a volume is mounted.",
      app("storage: {data: {type: volume, volume: archive, mount_point: /data, nocopy: true, subpath: a}}").request({
        mounts: [{ VolumeOptions: { NoCopy: true, Subpath: "a" } }],
      }),
    ),
    added(
      "network_aliases",
      "Further names of the app on its networks.",
      app("networks: [plant]\nnetwork_aliases: [press]").request({ networkAliases: ["press"] }),
    ),
    added(
      ["working_dir", "tty", "stdin_open", "stop_signal", "group_add", "sysctls", "shm_size"],
      "As in Compose. On Swarm, `shm_size` is a tmpfs at `/dev/shm`.",
      all(
        app(
          "working_dir: /srv\ntty: true\nstdin_open: true\nstop_signal: SIGINT\ngroup_add: [dialout]\nsysctls: {net.core.somaxconn: 9}\nshm_size: 64mb",
        ).request({
          workingDir: "/srv",
          tty: true,
          openStdin: true,
          stopSignal: "SIGINT",
          groupAdd: ["dialout"],
          sysctls: { "net.core.somaxconn": "9" },
          shmSize: 64 * 1024 ** 2,
        }),
        app("shm_size: 64mb").swarm({
          TaskTemplate: {
            ContainerSpec: {
              Mounts: [{ Type: "tmpfs", Target: "/dev/shm", TmpfsOptions: { SizeBytes: 64 * 1024 ** 2 } }],
            },
          },
        }),
      ),
    ),
    added(
      ["devices", "privileged"],
      "As in Compose, for serial ports and other hardware. Swarm has neither: an app with one of them is an error there, before anything is deployed. An update of an app with devices stops the old container first.",
      app("devices: ['/dev/ttyUSB0:/dev/ttyUSB0:rw']\nprivileged: true").docker({
        HostConfig: {
          Privileged: true,
          Devices: [{ PathOnHost: "/dev/ttyUSB0", PathInContainer: "/dev/ttyUSB0", CgroupPermissions: "rw" }],
        },
      }),
      below,
    ),
    added(
      "network_mode",
      "`host`, `none` or `bridge`, in place of `networks`. `host` is the network of the host, on Swarm that of the node; `none` is refused on Swarm.",
      all(
        app("network_mode: host").docker({ HostConfig: { NetworkMode: "host" } }),
        app("network_mode: host\nnetworks: [plant]").refused(/can't be combined with networks/),
      ),
    ),
    added(
      ["extra_hosts", "dns", "dns_search", "dns_opt"],
      "As in Compose: further lines of `/etc/hosts`, and the resolver's settings.",
      app("extra_hosts: {nas: 192.0.2.1}\ndns: 192.0.2.53\ndns_search: plant.example\ndns_opt: ['ndots:2']").swarm({
        TaskTemplate: {
          ContainerSpec: {
            Hosts: ["192.0.2.1 nas"],
            DNSConfig: { Nameservers: ["192.0.2.53"], Search: ["plant.example"], Options: ["ndots:2"] },
          },
        },
      }),
    ),
    added(
      "tmpfs",
      "File systems in memory, with the options `size`, `mode` and `ro`.",
      app("tmpfs: '/run:size=64m,mode=1777'").request({
        mounts: [{ Type: "tmpfs", Target: "/run", TmpfsOptions: { SizeBytes: 64 * 1024 ** 2, Mode: 0o1777 } }],
      }),
    ),
    added(
      "logging",
      "The log driver and its options, as in Compose.",
      app("logging: {driver: local, options: {max-size: 10m}}").docker({
        HostConfig: { LogConfig: { Type: "local", Config: { "max-size": "10m" } } },
      }),
      below,
    ),
    added(
      "templates",
      "Whether `{{...}}` is a template of the platform or text. Swarm expands templates: without this key, `{{` is refused there.",
      app("templates: literal\nenvironment: ['A={{x}}']").swarm({
        TaskTemplate: { ContainerSpec: { Env: expect.arrayContaining(['A={{"{{"}}x}}']) } },
      }),
    ),
    added(
      ["storage.<name>.volume", "storage.<name>.read_only"],
      "The name of a Docker volume, and how it is mounted.",
      app("storage: {data: {type: volume, volume: archive, mount_point: /data, read_only: true}}").request({
        mounts: [{ Source: "archive", ReadOnly: true }],
      }),
    ),
    added(
      "deploy.mode",
      "`replicated`, `global` and jobs.",
      app("deploy: {mode: global}").request({ mode: { Global: {} } }),
    ),
    added(
      ["deploy.restart_policy", "deploy.update_config", "deploy.rollback_config"],
      "As in Compose.",
      app(
        "deploy: {restart_policy: {condition: none}, update_config: {order: start-first}, rollback_config: {order: stop-first}}",
      ).request({
        restart: { Condition: "none" },
        updateConfig: { Order: "start-first" },
        rollbackConfig: { Order: "stop-first" },
      }),
      below,
    ),
    added(
      "deploy.resources.limits.pids",
      "The number of processes.",
      app(limits("pids: 100")).request({ resources: { Limits: { Pids: 100 } } }),
    ),
  ],
};

/** Keys at the top of a file. */
export const fileKeys: ParityTable = {
  id: "file-keys",
  heading: "key of the file",
  keysBelow: "",
  cases: [
    better(
      ["apps", "devices"],
      "OpenFactory reads one of them and ignores the rest of the file. Here a file may hold both, and all files of a run form one project and one plan.",
      file(
        "apps: {web: {uuid: WEB, image: x}}\ndevices: {gauge: {uuid: GAUGE, connector: {type: shdr, host: h, port: 1}}}",
        "web",
      ).device({ uuid: "GAUGE" }),
    ),
    better(
      "any other key",
      "OpenFactory ignores it. Here it is an error that names the nearest known key; keys that begin with `x-` are for other tools.",
      all(
        file("app: {}", "").refused(/"apps"/),
        file("x-owner: plant\napps: {web: {uuid: WEB, image: x}}", "web").request({ name: "web" }),
      ),
    ),
    added(
      "name",
      "The name of the project. Default: the name of its directory.",
      file("name: plant\napps: {web: {uuid: WEB, image: x}}", "web").request({ name: "web" }),
    ),
    added(
      ["networks", "secrets", "configs"],
      "Resources to create for the apps, as in Compose.",
      file("networks: {back: {}}\napps: {web: {uuid: WEB, image: x, networks: [back]}}", "web").request({
        networks: ["factory_back"],
      }),
      below,
    ),
  ],
};
