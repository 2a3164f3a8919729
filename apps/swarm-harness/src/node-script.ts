import type { EngineSource, InsecureRegistries } from "./engine-source.js";

/** What a node runs: prepares the container for an engine, and becomes that engine (Engine API on port 2375). */
export function nodeScript(source: EngineSource, registries: InsecureRegistries): string {
  return [
    // Without full rights these are mounted read-only.
    "mount -o remount,rw /proc/sys 2>/dev/null",
    "mount -o remount,rw /sys 2>/dev/null",
    // cgroup v2: an engine may only make groups where no process lives (the official dind does the same).
    "if [ -f /sys/fs/cgroup/cgroup.controllers ]; then",
    "  mkdir -p /sys/fs/cgroup/init",
    "  xargs -rn1 < /sys/fs/cgroup/cgroup.procs > /sys/fs/cgroup/init/cgroup.procs 2>/dev/null",
    "  sed -e 's/ / +/g' -e 's/^/+/' < /sys/fs/cgroup/cgroup.controllers > /sys/fs/cgroup/cgroup.subtree_control",
    "fi",
    // Kernels differ in which of the two packet filters works in a container.
    "if iptables-legacy -nL >/dev/null 2>&1; then",
    "  update-alternatives --set iptables /usr/sbin/iptables-legacy >/dev/null 2>&1 ||",
    "    export PATH=/usr/local/sbin/.iptables-legacy:$PATH",
    "fi",
    ...source.start(registries),
  ].join("\n");
}
