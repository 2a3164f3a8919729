import type { InsecureRegistries } from "./engine-source.js";

/** Podman 4 gives a container 1048576 open files and processes, also where it may not: these are what it may. */
const LIMITS = 'default_ulimits = ["nofile=$(most n):$(most n)", "nproc=$(most p):$(most p)"]';
const MOST = "most() { ulimit -H$1 | sed s/unlimited/-1/; }";

/** What Podman 4 asks for beside limits of a request's own is taken out again before a container is made. */
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
  // A node has no systemd to ask.
  'cgroup_manager = "cgroupfs"',
  'events_logger = "file"',
  'runtime = "runc"',
  'hooks_dir = ["/etc/containers/hooks"]',
  "[network]",
  'network_backend = "netavark"',
  'firewall_driver = "iptables"',
];

/** Becomes Podman's service, on the port of a Docker Engine. Its registries are known by address, and not by range. */
export const startPodman = ({ gateway }: InsecureRegistries): string[] => [
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
