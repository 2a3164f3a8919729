/**
 * What becomes of a key of a Compose file:
 * - `to`: supported; where its value goes
 * - `no`: not supported, with the reason; listed for each file that sets it
 * - `none`: has nothing to do
 * - `keys`: a mapping with known keys; `each`: the entries of a list or of a mapping with names of the user
 */
export interface KeyRule {
  to?: string;
  no?: string;
  none?: string;
  keys?: Readonly<Record<string, KeyRule>>;
  each?: KeyRule;
}

const to = (target: string, more: Omit<KeyRule, "to"> = {}): KeyRule => ({ to: target, ...more });
const no = (reason: string): KeyRule => ({ no: reason });
const none = (reason: string): KeyRule => ({ none: reason });

const kernel = no("A request has no such limit of the kernel.");
const linkLayer = no("Addresses of a container are chosen by the platform.");
const engineLabels = no("The resource gets no labels of the file.");
const swarmOnlyPlacement = no("A request has constraints only.");

const rollout = to("updateConfig", {
  keys: Object.fromEntries(
    ["parallelism", "delay", "failure_action", "monitor", "max_failure_ratio", "order"].map((key) => [key, to("")]),
  ),
});

const fileReferences = (field: string): KeyRule =>
  to(field, {
    each: { keys: { source: to("name"), target: to("target"), uid: to("uid"), gid: to("gid"), mode: to("mode") } },
  });

const deploy: KeyRule = {
  keys: {
    mode: to("mode"),
    replicas: to("mode"),
    labels: to("labels"),
    endpoint_mode: no("The platform chooses how a service's name is resolved."),
    resources: {
      keys: {
        limits: { keys: { cpus: to("resources"), memory: to("resources"), pids: to("resources") } },
        reservations: {
          keys: {
            cpus: to("resources"),
            memory: to("resources"),
            generic_resources: no("A request reserves CPUs and memory only."),
            devices: no("A request reserves CPUs and memory only."),
          },
        },
      },
    },
    restart_policy: to("restart", {
      keys: { condition: to(""), delay: to(""), max_attempts: to(""), window: to("") },
    }),
    update_config: rollout,
    rollback_config: { ...rollout, to: "rollbackConfig" },
    placement: {
      keys: {
        constraints: to("constraints"),
        preferences: swarmOnlyPlacement,
        max_replicas_per_node: swarmOnlyPlacement,
      },
    },
  },
};

const networkOfService: KeyRule = {
  keys: {
    aliases: to("networkAliases"),
    ipv4_address: linkLayer,
    ipv6_address: linkLayer,
    link_local_ips: linkLayer,
    mac_address: linkLayer,
    interface_name: linkLayer,
    driver_opts: no("A request has no options for one network of a container."),
    priority: no("The order of the networks is that of the request."),
    gw_priority: no("The platform chooses the default gateway."),
  },
};

const volumeOfService: KeyRule = {
  keys: {
    type: to("mounts"),
    source: to("mounts"),
    target: to("mounts"),
    read_only: to("mounts"),
    consistency: to("mounts"),
    bind: {
      keys: {
        propagation: to("mounts"),
        create_host_path: to("mounts"),
        recursive: no("A request has no recursive mode of a bind mount."),
        selinux: no("A request has no SELinux label of a mount."),
      },
    },
    volume: { keys: { nocopy: to("mounts"), subpath: to("mounts"), labels: to("mounts") } },
    tmpfs: { keys: { size: to("mounts"), mode: to("mounts") } },
    image: no("A request mounts no images."),
  },
};

/** The keys of a service. */
export const SERVICE_KEYS: Readonly<Record<string, KeyRule>> = {
  image: to("image"),
  build: no("Images are not built: `image` must exist, on the engine or in a registry."),
  command: to("args"),
  entrypoint: to("command"),
  environment: to("env"),
  env_file: to("env", {
    each: { keys: { path: to("env"), required: to("env"), format: no("Only Compose's own format is read.") } },
  }),
  labels: to("labels"),
  label_file: no("Labels come from `labels`."),
  annotations: no("A request has no annotations of the container runtime."),
  ports: to("ports", {
    each: {
      keys: {
        target: to("ports"),
        published: to("ports"),
        host_ip: to("ports"),
        protocol: to("ports"),
        mode: to("ports"),
        name: none("a description"),
        app_protocol: none("a description"),
      },
    },
  }),
  expose: none("all ports are open between the services of a network"),
  volumes: to("mounts", { each: volumeOfService }),
  volumes_from: no("A request has mounts of its own only: list them under `volumes`."),
  tmpfs: to("mounts"),
  networks: to("networks", { each: networkOfService }),
  network_mode: to("networks"),
  container_name: to("name"),
  depends_on: to("the order of the apps", {
    each: {
      keys: {
        condition: to("the order of the apps"),
        required: to("the order of the apps"),
        restart: no("A change of one app does not restart another."),
      },
    },
  }),
  links: to("the order of the apps"),
  external_links: no("Names of containers outside of the file are not added to a container."),
  healthcheck: to("healthcheck", {
    keys: Object.fromEntries(
      ["test", "interval", "timeout", "retries", "start_period", "start_interval", "disable"].map((key) => [
        key,
        to(""),
      ]),
    ),
  }),
  restart: to("restart"),
  deploy,
  scale: to("mode"),
  cpus: to("resources"),
  mem_limit: to("resources"),
  mem_reservation: to("resources"),
  pids_limit: to("resources"),
  ulimits: {
    keys: { nofile: to("openFiles", { keys: { soft: to("openFiles"), hard: to("openFiles") } }) },
    each: kernel,
  },
  user: to("user"),
  hostname: to("hostname"),
  domainname: no("A request has a host name without a domain."),
  init: to("init"),
  read_only: to("readOnly"),
  cap_add: to("capAdd"),
  cap_drop: to("capDrop"),
  stop_grace_period: to("stopGracePeriod"),
  secrets: fileReferences("secrets"),
  configs: fileReferences("configs"),
  pull_policy: to("imagePullPolicy"),
  pull_refresh_after: no("An image is pulled if it is missing, always or never."),
  platform: no("The platform of an image is that of the engine."),
  profiles: to("whether the service is deployed"),
  extends: none("resolved while the file is read"),
  attach: none("of the command docker compose only"),
  develop: none("of the command docker compose only"),
  stdin_open: to("openStdin"),
  tty: to("tty"),
  working_dir: to("workingDir"),
  stop_signal: to("stopSignal"),
  logging: to("logging", { keys: { driver: to(""), options: to("") } }),
  devices: to("devices", { each: { keys: { source: to(""), target: to(""), permissions: to("") } } }),
  device_cgroup_rules: no("A request has no rules for devices."),
  gpus: no("A request has no GPUs."),
  dns: to("dns"),
  dns_opt: to("dns"),
  dns_search: to("dns"),
  extra_hosts: to("extraHosts"),
  group_add: to("groupAdd"),
  sysctls: to("sysctls"),
  shm_size: to("shmSize"),
  privileged: to("privileged"),
  security_opt: no("A request has no options of AppArmor, SELinux or seccomp."),
  userns_mode: no("The engine's user namespace is used."),
  cgroup: no("The engine's cgroup namespace is used."),
  cgroup_parent: no("The engine's cgroup is used."),
  ipc: no("Each container has its own IPC namespace."),
  pid: no("Each container has its own PID namespace."),
  uts: no("Each container has its own UTS namespace."),
  isolation: no("For Windows containers only."),
  credential_spec: no("For Windows containers only."),
  cpu_count: no("For Windows containers only."),
  cpu_percent: no("For Windows containers only."),
  runtime: no("The engine's default runtime is used."),
  storage_opt: no("A request has no options of the storage driver."),
  mac_address: linkLayer,
  blkio_config: kernel,
  cpu_shares: kernel,
  cpu_quota: kernel,
  cpu_period: kernel,
  cpu_rt_runtime: kernel,
  cpu_rt_period: kernel,
  cpuset: kernel,
  mem_swappiness: kernel,
  memswap_limit: kernel,
  oom_kill_disable: kernel,
  oom_score_adj: kernel,
  pre_start: no("Hooks are not run."),
  post_start: no("Hooks are not run."),
  pre_stop: no("Hooks are not run."),
  provider: no("Only containers are deployed."),
  models: no("Models are not deployed."),
  use_api_socket: no("The engine's socket is mounted only by `volumes`."),
  "x-openfactory": {
    keys: {
      name: to("name"),
      replica_env: to("replicaEnv"),
      templates: to("templates"),
      network_aliases: to("networkAliases"),
      args: to("args"),
    },
  },
};

const external = to("`external`", { keys: { name: to("") } });

/** The keys of a file. */
export const FILE_KEYS: Readonly<Record<string, KeyRule>> = {
  version: none("obsolete in Compose"),
  name: to("the name of the project"),
  include: none("resolved while the file is read"),
  services: { each: { keys: SERVICE_KEYS } },
  networks: {
    each: {
      keys: {
        name: to("the network"),
        driver: to("the network"),
        driver_opts: to("the network"),
        attachable: to("the network"),
        internal: to("the network"),
        labels: to("the network"),
        external,
        ipam: no("The engine chooses the addresses of a network."),
        enable_ipv4: no("The engine decides about IPv4."),
        enable_ipv6: no("The engine decides about IPv6."),
      },
    },
  },
  volumes: {
    each: {
      keys: {
        name: to("mounts"),
        driver: to("mounts"),
        driver_opts: to("mounts"),
        labels: to("mounts"),
        external: { ...external, to: "mounts" },
      },
    },
  },
  secrets: {
    each: {
      keys: {
        file: to("the secret"),
        environment: to("the secret"),
        external,
        name: to("`name`, of an external secret"),
        labels: engineLabels,
        driver: no("Secrets come from a file or a variable."),
        driver_opts: no("Secrets come from a file or a variable."),
        template_driver: no("The content is not a template."),
      },
    },
  },
  configs: {
    each: {
      keys: {
        file: to("the config"),
        environment: to("the config"),
        content: to("the config"),
        external,
        name: to("`name`, of an external config"),
        labels: engineLabels,
        template_driver: no("The content is not a template."),
      },
    },
  },
  models: no("Models are not deployed."),
};
