#!/bin/sh
# The first process of a node's container: prepares control groups and the packet filter, then becomes systemd.
mount -o remount,rw /proc/sys 2>/dev/null
mount -o remount,rw /sys 2>/dev/null
if [ ! -f /sys/fs/cgroup/cgroup.controllers ]; then
  # cgroup v1: a private, writable view of each hierarchy. systemd 256 and later use it only on request.
  umount -R /sys/fs/cgroup 2>/dev/null
  mount -t tmpfs -o mode=755 tmpfs /sys/fs/cgroup
  while IFS=: read -r _ controller _; do
    case "$controller" in
      "") continue ;;
      name=systemd) folder=systemd options=none,name=systemd ;;
      *) folder=$controller options=$controller ;;
    esac
    mkdir -p "/sys/fs/cgroup/$folder"
    mount -t cgroup -o "$options" cgroup "/sys/fs/cgroup/$folder"
  done < /proc/self/cgroup
  legacy="systemd.unified_cgroup_hierarchy=0 SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1"
fi
# Which of the two packet filters works in a container depends on the kernel.
if iptables-legacy -nL >/dev/null 2>&1; then
  update-alternatives --set iptables /usr/sbin/iptables-legacy >/dev/null
  update-alternatives --set ip6tables /usr/sbin/ip6tables-legacy >/dev/null
fi
cat > /etc/containers/containers.conf <<END
[containers]
default_ulimits = ["nofile=$(ulimit -Hn):$(ulimit -Hn)"]
[engine]
env = ["PODMAN_IGNORE_CGROUPSV1_WARNING=1"]
[network]
network_backend = "netavark"
firewall_driver = "iptables"
END
# The node's own registry has neither accounts nor a certificate.
mkdir -p /etc/docker/registry
cat > /etc/docker/registry/config.yml <<END
version: 0.1
storage: { filesystem: { rootdirectory: /var/lib/docker-registry } }
http: { addr: "127.0.0.1:5000" }
END
printf '[[registry]]\nlocation = "localhost:5000"\ninsecure = true\n' > /etc/containers/registries.conf.d/contract.conf
exec /lib/systemd/systemd $legacy
