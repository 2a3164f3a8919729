import { GO_MEMORY } from "@openfactory/test-engine";

/** The engine versions of a node. */
export const ENGINE_VERSIONS = ["20.10", "26.1", "28.5"] as const;
export type EngineVersion = (typeof ENGINE_VERSIONS)[number];

/** Versions of Podman, through its Docker-compatible API, which has no swarms. */
export const PODMAN_VERSIONS = ["podman-4.3", "podman-5.4"] as const;
export type PodmanVersion = (typeof PODMAN_VERSIONS)[number];

export type NodeVersion = EngineVersion | PodmanVersion;

/** The packages or image of a node's engine, and its start script. */
export interface EngineSource {
  /** The official image, used if a registry can be reached. */
  readonly officialImage?: string;
  /** The Debian suite whose packages have this version. */
  readonly suite: string;
  /** The script of debootstrap for the suite: an older debootstrap has none for the newest suite. */
  readonly script: string;
  readonly packages: readonly string[];
  /** The directory of the engine's images and containers. */
  readonly storage: string;
  /** Lines of a shell script. The last one runs the engine with `exec`. */
  readonly start: (registries: InsecureRegistries, imageStore?: ImageStore) => string[];
}

/** Where a Docker Engine keeps images: `containerd`, the default of new installations from Engine 29 on, or its graph drivers. */
export type ImageStore = "containerd" | "graph-drivers";

/** The registries that a node may use without TLS. */
export interface InsecureRegistries {
  /** For example `10.213.4.0/24`. */
  readonly cidr: string;
  /** The address of this machine in that subnet. */
  readonly gateway: string;
}

/** The script of a node: prepares the container, then runs the engine (Engine API on port 2375). */
export function nodeScript(source: EngineSource, registries: InsecureRegistries, imageStore?: ImageStore): string {
  return [
    // Unprivileged containers have these mounted read-only.
    "mount -o remount,rw /proc/sys 2>/dev/null",
    "mount -o remount,rw /sys 2>/dev/null",
    // cgroup v2: an engine may create groups only in a group without processes (the official dind does the same).
    "if [ -f /sys/fs/cgroup/cgroup.controllers ]; then",
    "  mkdir -p /sys/fs/cgroup/init",
    "  xargs -rn1 < /sys/fs/cgroup/cgroup.procs > /sys/fs/cgroup/init/cgroup.procs 2>/dev/null",
    "  sed -e 's/ / +/g' -e 's/^/+/' < /sys/fs/cgroup/cgroup.controllers > /sys/fs/cgroup/cgroup.subtree_control",
    "fi",
    // Which of the two packet filters works in a container depends on the kernel.
    "if iptables-legacy -nL >/dev/null 2>&1; then",
    "  update-alternatives --set iptables /usr/sbin/iptables-legacy >/dev/null 2>&1 ||",
    "    export PATH=/usr/local/sbin/.iptables-legacy:$PATH",
    "fi",
    ...source.start(registries, imageStore),
  ].join("\n");
}

/** Runs a Docker Engine. */
const startDocker = ({ cidr }: InsecureRegistries, imageStore?: ImageStore): string[] => [
  "rm -f /var/run/docker.pid",
  ...(imageStore === "containerd"
    ? ["mkdir -p /etc/docker", `echo '{"features":{"containerd-snapshotter":true}}' > /etc/docker/daemon.json`]
    : []),
  `export ${Object.entries(GO_MEMORY)
    .map(([name, value]) => `${name}=${value}`)
    .join(" ")}`,
  `exec dockerd -H unix:///var/run/docker.sock -H tcp://0.0.0.0:2375 --tls=false --insecure-registry ${cidr}`,
];

/** Podman 4 asks for 1048576 open files and processes even if it may not set them. These are the allowed limits. */
const LIMITS = 'default_ulimits = ["nofile=$(most n):$(most n)", "nproc=$(most p):$(most p)"]';
const MOST = "most() { ulimit -H$1 | sed s/unlimited/-1/; }";

/** Removes the process limit that Podman 4 adds to the limits of a request, before the container is created. */
const HOOK = {
  version: "1.0.0",
  hook: { path: "/etc/containers/drop-processes" },
  when: { always: true },
  stages: ["precreate"],
};
const DROP_PROCESSES = String.raw`exec sed -e 's/,{"type":"RLIMIT_NPROC"[^}]*}//' -e 's/{"type":"RLIMIT_NPROC"[^}]*},\{0,1\}//'`;

const config = [
  "[containers]",
  LIMITS,
  "[engine]",
  // A node has no systemd.
  'cgroup_manager = "cgroupfs"',
  'events_logger = "file"',
  'runtime = "runc"',
  'hooks_dir = ["/etc/containers/hooks"]',
  "[network]",
  'network_backend = "netavark"',
  'firewall_driver = "iptables"',
];

/** Runs Podman's service on the port of a Docker Engine. Podman accepts insecure registries by address, not by range. */
const startPodman = ({ gateway }: InsecureRegistries): string[] => [
  "mkdir -p /etc/containers/hooks",
  MOST,
  `cat > /etc/containers/containers.conf <<END\n${config.join("\n")}\nEND`,
  `printf '[[registry]]\\nlocation = "${gateway}"\\ninsecure = true\\n' > /etc/containers/registries.conf`,
  `cat > /etc/containers/hooks/drop-processes.json <<'END'\n${JSON.stringify(HOOK)}\nEND`,
  `cat > /etc/containers/drop-processes <<'END'\n#!/bin/sh\n${DROP_PROCESSES}\nEND`,
  "chmod +x /etc/containers/drop-processes",
  "export PODMAN_IGNORE_CGROUPSV1_WARNING=1",
  "exec podman system service --time=0 tcp://0.0.0.0:2375",
];

const docker = { packages: ["docker.io", "iptables"], storage: "/var/lib/docker", start: startDocker };
const podman = {
  packages: ["podman", "netavark", "aardvark-dns", "catatonit", "runc", "iptables"],
  storage: "/var/lib/containers",
  start: startPodman,
};

export const ENGINE_SOURCES: Record<NodeVersion, EngineSource> = {
  "20.10": { ...docker, officialImage: "docker:20.10-dind", suite: "bookworm", script: "bookworm" },
  "26.1": { ...docker, officialImage: "docker:26.1-dind", suite: "trixie", script: "sid" },
  "28.5": { ...docker, officialImage: "docker:28.5-dind", suite: "forky", script: "sid" },
  "podman-4.3": { ...podman, suite: "bookworm", script: "bookworm" },
  "podman-5.4": { ...podman, suite: "trixie", script: "sid" },
};
