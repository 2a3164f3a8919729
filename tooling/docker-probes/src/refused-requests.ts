import { DeploymentError, type NormalizedRequest, parseRequest } from "@openfactory/deploy-core";

type Part = Partial<NormalizedRequest>;

const MEBIBYTE = 1024 ** 2;
const at = (Target: string, more: object = {}): Part => ({
  mounts: [{ Type: "volume", Source: "refused", Target, ...more }] as NormalizedRequest["mounts"],
});
const port = { protocol: "tcp", mode: "ingress" } as const;

/** Normalized requests that engines reject, so that core's schema rejects them as well. */
export const REFUSED_EVERYWHERE: readonly (readonly [title: string, part: Part])[] = [
  ["a memory limit below 6 MiB", { resources: { Limits: { MemoryBytes: 6 * MEBIBYTE - 1 } } }],
  ["a CPU limit of 0.001", { resources: { Limits: { NanoCPUs: 1_000_000 } } }],
  ["a CPU limit of 0.009999999", { resources: { Limits: { NanoCPUs: 9_999_999 } } }],
  ["a host name of 65 characters", { hostname: "a".repeat(65) }],
  ["a host name of 66 bytes", { hostname: "ä".repeat(33) }],
  ["a volume of one letter", at("/m", { Source: "x" })],
  ["a volume name with a space", at("/m", { Source: "a b" })],
  ["a volume name of 256 characters", at("/m", { Source: "x".repeat(256) })],
  ["a read-only volume without a name", at("/m", { Source: undefined, ReadOnly: true })],
  ["a mount at /", at("/")],
  ["a mount at another path of /", at("/a/..")],
  ["a volume at /proc", at("/proc")],
  ["a volume below /proc", at("/proc/sys")],
  ["a bind below /proc", at("/proc/version", { Type: "bind", Source: "/etc/hostname" })],
  ["a tmpfs at /proc", at("/proc", { Type: "tmpfs", Source: undefined })],
  ["a relative target", at("m")],
  ["an unknown capability", { capAdd: ["NET_ADMN"] }],
  ["two prefixes of a capability", { capDrop: ["CAP_CAP_CHOWN"] }],
  [
    "two mounts at one target",
    { mounts: [...(at("/m").mounts ?? []), ...(at("/m/", { Source: "refused-too" }).mounts ?? [])] },
  ],
  ["a user id above 2147483647", { user: "2147483648:1" }],
  ["a group id above 2147483647", { user: "1:4294967294" }],
  ["a negative user id", { user: "-1" }],
  ["a variable without a name", { env: ["=x"] }],
  ["a variable with NUL", { env: ["A=\0"] }],
  ["an image in upper case", { image: "Nginx" }],
  ["a health check more often than each 1 ms", { healthcheck: { Test: ["CMD", "true"], Interval: 500_000 } }],
  ["negative retries", { healthcheck: { Test: ["CMD", "true"], Retries: -1 } }],
  ["a name with a space", { name: "re fused" }],
  ["a relative working directory", { workingDir: "app" }],
  ["an unknown signal", { stopSignal: "SIGNONE" }],
  ["an additional group above 2147483647", { groupAdd: ["2147483648"] }],
  ["an extra host with a name as its address", { extraHosts: ["db:other"] }],
  ["a kernel parameter of the host", { sysctls: { "vm.swappiness": "1" } }],
  [
    "a kernel parameter of the network on the network host",
    { sysctls: { "net.core.somaxconn": "1" }, networks: ["host"] },
  ],
  ["a negative size of /dev/shm", { shmSize: -1 }],
];

/** As {@link REFUSED_EVERYWHERE}, for fields that only a swarm has, or values that only a swarm rejects. */
export const REFUSED_BY_A_SWARM: readonly (readonly [title: string, part: Part])[] = [
  ["a memory reservation below 4 MiB", { resources: { Reservations: { MemoryBytes: 4 * MEBIBYTE - 1 } } }],
  ["a CPU reservation below 0.001", { resources: { Reservations: { NanoCPUs: 999_999 } } }],
  ["a CPU limit so small that a container has none", { resources: { Limits: { NanoCPUs: 9999 } } }],
  [
    "two secrets at one target",
    {
      secrets: [
        { name: "one", target: "k" },
        { name: "two", target: "k" },
      ],
    },
  ],
  [
    "two configs at one target",
    {
      configs: [
        { name: "one", target: "/k" },
        { name: "two", target: "/k" },
      ],
    },
  ],
  ["a config at a mount's target", { ...at("/etc/k"), configs: [{ name: "one", target: "/etc/k" }] }],
  ["a config at /", { configs: [{ name: "one", target: "/" }] }],
  ["a config below /proc", { configs: [{ name: "one", target: "/proc/x" }] }],
  ["the owner of a secret by name", { secrets: [{ name: "one", target: "k", uid: "root" }] }],
  ["a constraint without a value", { constraints: ["node.role =="] }],
  ["a constraint's value in quotes", { constraints: ["node.labels.zone == 'a'"] }],
  ["a constraint's value with a comma", { constraints: ["node.labels.zone == a,b"] }],
  ["a constraint's value outside ASCII", { constraints: ["node.labels.zone == ü"] }],
  ["a constraint's key of one letter", { constraints: ["n == x"] }],
  ["a constraint's key with a slash", { constraints: ["node.labels.a/b == x"] }],
  [
    "a host port twice",
    {
      ports: [
        { ...port, target: 80, published: 18_088 },
        { ...port, target: 81, published: 18_088 },
      ],
    },
  ],
  ["a failure ratio above 1", { updateConfig: { MaxFailureRatio: 2 } }],
  ["a name of 64 characters", { name: "a".repeat(64) }],
];

/** Whether core's schema rejects the request. */
export function isRefusedByCore(request: NormalizedRequest): boolean {
  try {
    parseRequest(request);
    return false;
  } catch (error) {
    return DeploymentError.isInstance(error, "INVALID_REQUEST");
  }
}
