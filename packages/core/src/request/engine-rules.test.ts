import { describe, expect, test } from "vitest";
import { DeploymentError } from "../errors.js";
import type { DeployRequest } from "./deploy-request.js";
import { amendRequest, parseRequest } from "./parse-request.js";

const MEBIBYTE = 1024 ** 2;
const base = { image: "app:1", name: "demo" };
const volume = (Source: string, more: object = {}) => ({ mounts: [{ Source, Target: "/data", ...more }] });
const at = (Target: string, more: object = {}) => ({ mounts: [{ Source: "data", Target, ...more }] });
const bound = (Source: string, Target: string) => ({ mounts: [{ Type: "bind", Source, Target }] });
const limit = (Limits: object) => ({ resources: { Limits } });
const reserve = (Reservations: object) => ({ resources: { Reservations } });
const port = (...ports: object[]) => ({ ports: ports.map((one) => ({ target: 80, published: 8080, ...one })) });

const fieldsOf = (part: object): (string | undefined)[] => {
  try {
    parseRequest({ ...base, ...part } as DeployRequest);
    return [];
  } catch (error) {
    if (!DeploymentError.isInstance(error, "INVALID_REQUEST")) throw error;
    return error.issues.map(({ field }) => field);
  }
};

/** Engine 20.10.24 and a swarm of it reject each of these: on create, on start, or with a rejected task. */
describe("parseRequest() rejects with INVALID_REQUEST and the field for what every engine rejects", () => {
  test.each<[string, object, string]>([
    ["a memory limit below 6 MiB", limit({ MemoryBytes: 6 * MEBIBYTE - 1 }), "resources.Limits.MemoryBytes"],
    [
      "a memory reservation below 4 MiB",
      reserve({ MemoryBytes: 4 * MEBIBYTE - 1 }),
      "resources.Reservations.MemoryBytes",
    ],
    ["a CPU limit below 0.01", limit({ NanoCPUs: 9_999_999 }), "resources.Limits.NanoCPUs"],
    ["a CPU limit so small that an engine ignores it", limit({ NanoCPUs: 9999 }), "resources.Limits.NanoCPUs"],
    ["a CPU reservation below 0.001", reserve({ NanoCPUs: 999_999 }), "resources.Reservations.NanoCPUs"],
    ["a host name of 65 characters", { hostname: "a".repeat(65) }, "hostname"],
    ["a host name of 66 bytes", { hostname: "ä".repeat(33) }, "hostname"],
    ["an empty host name", { hostname: "" }, "hostname"],
    ["a host name with a line break", { hostname: "a\nb" }, "hostname"],
    ["a volume of one letter", volume("x"), "mounts[0].Source"],
    ["a volume name with a space", volume("a b"), "mounts[0].Source"],
    ["a volume name of 256 characters", volume("x".repeat(256)), "mounts[0].Source"],
    ["a read-only volume without a name", { mounts: [{ Target: "/data", ReadOnly: true }] }, "mounts[0].ReadOnly"],
    ["a mount at /", at("/"), "mounts[0].Target"],
    ["a mount at /.", at("/."), "mounts[0].Target"],
    ["a mount at /a/..", at("/a/.."), "mounts[0].Target"],
    ["a volume at a path with a part of 256 bytes", at(`/a/${"ö".repeat(128)}/b`), "mounts[0].Target"],
    ["a volume at /proc", at("/proc"), "mounts[0].Target"],
    ["a volume below /proc", at("/proc/sys"), "mounts[0].Target"],
    ["a volume below /proc, not in canonical form", at("//proc/1/../x/"), "mounts[0].Target"],
    ["a bind below /proc", bound("/etc/hostname", "/proc/version"), "mounts[0].Target"],
    ["a tmpfs at /proc", { mounts: [{ Type: "tmpfs", Target: "/proc" }] }, "mounts[0].Target"],
    ["a relative target", at("./data"), "mounts[0].Target"],
    ["an unknown capability", { capAdd: ["NET_ADMN"] }, "capAdd[0]"],
    ["CAP_ALL, which is not a capability", { capDrop: ["CAP_ALL"] }, "capDrop[0]"],
    ["two prefixes of a capability", { capAdd: ["CAP_CAP_CHOWN"] }, "capAdd[0]"],
    ["a relative working directory", { workingDir: "app" }, "workingDir"],
    ["an unknown signal", { stopSignal: "SIGSTOPPED" }, "stopSignal"],
    ["a signal number that does not exist", { stopSignal: "65" }, "stopSignal"],
    ["a real-time signal out of range", { stopSignal: "SIGRTMIN+31" }, "stopSignal"],
    ["a group id above 2147483647", { groupAdd: ["2147483648"] }, "groupAdd[0]"],
    ["a device without a path", { devices: ["ttyUSB0"] }, "devices[0].source"],
    ["a relative target of a device", { devices: ["/dev/ttyUSB0:tty"] }, "devices[0].permissions"],
    ["unknown permissions of a device", { devices: ["/dev/ttyUSB0:/dev/tty0:rx"] }, "devices[0].permissions"],
    ["permissions of a device that repeat a letter", { devices: ["/dev/a:/dev/a:rr"] }, "devices[0].permissions"],
    ["the name of a CDI device", { devices: ["vendor.com/gpu=0"] }, "devices[0]"],
    ["two devices at one target", { devices: ["/dev/a:/dev/x", "/dev/b:/dev/x"] }, "devices[1].target"],
    ["an extra host without an address", { extraHosts: ["db"] }, "extraHosts[0]"],
    ["an extra host with a name as its address", { extraHosts: ["db:other"] }, "extraHosts[0]"],
    ["an extra host twice", { extraHosts: ["db:192.0.2.1", "db=192.0.2.1"] }, "extraHosts[1]"],
    ["the name of a DNS server", { dns: { servers: ["dns.example"] } }, "dns.servers[0]"],
    ["a search domain with a space", { dns: { search: ["a b"] } }, "dns.search[0]"],
    ["a kernel parameter of the host", { sysctls: { "vm.swappiness": "1" } }, "sysctls.vm.swappiness"],
    ["a kernel parameter with a slash", { sysctls: { "net/core/somaxconn": "1" } }, "sysctls.net/core/somaxconn"],
    [
      "a kernel parameter of an interface",
      { sysctls: { "net.ipv4.conf.eth0.rp_filter": "1" } },
      "sysctls.net.ipv4.conf.eth0.rp_filter",
    ],
    [
      "a kernel parameter of the network on the network host",
      { sysctls: { "net.core.somaxconn": "1" }, networks: ["host"] },
      "sysctls.net.core.somaxconn",
    ],
    ["a size of /dev/shm of 0", { shmSize: 0 }, "shmSize"],
    [
      "a size of /dev/shm and a mount there",
      { shmSize: MEBIBYTE, mounts: [{ Type: "tmpfs", Target: "/dev/shm/" }] },
      "mounts[0].Target",
    ],
    ["a mount at a device", { ...at("/dev/x"), devices: ["/dev/a:/dev/x"] }, "mounts[0].Target"],
    ["dropped capabilities of a privileged container", { privileged: true, capDrop: ["CHOWN"] }, "capDrop"],
    ["a log driver with a space", { logging: { driver: "json file" } }, "logging.driver"],
    [
      "a log option with a space in its name",
      { logging: { options: { "max size": "1m" } } },
      "logging.options.max size",
    ],
    [
      "two mounts at one target",
      {
        mounts: [
          { Source: "aa", Target: "/m" },
          { Source: "bb", Target: "/m/" },
        ],
      },
      "mounts[1].Target",
    ],
    [
      "two secrets at one target",
      {
        secrets: [
          { name: "a", target: "k" },
          { name: "b", target: "k" },
        ],
      },
      "secrets[1].target",
    ],
    ["two secrets at one path", { secrets: ["k", { name: "b", target: "/run/secrets/k" }] }, "secrets[1].target"],
    ["one secret twice", { secrets: ["k", "k"] }, "secrets[1]"],
    [
      "two configs at one path",
      {
        configs: [
          { name: "a", target: "/k" },
          { name: "b", target: "./k" },
        ],
      },
      "configs[1].target",
    ],
    [
      "a config at a mount's target",
      { ...at("/etc/k"), configs: [{ name: "a", target: "/etc/k" }] },
      "configs[0].target",
    ],
    [
      "a config at a secret's path",
      { secrets: ["k"], configs: [{ name: "a", target: "/run/secrets/k" }] },
      "configs[0].target",
    ],
    ["a secret at a directory", { secrets: [{ name: "a", target: "/etc/" }] }, "secrets[0].target"],
    [
      "one secret with two modes",
      {
        secrets: [
          { name: "a", mode: 0o400 },
          { name: "a", target: "b" },
        ],
      },
      "secrets[1]",
    ],
    [
      "one config with two owners",
      {
        configs: [
          { name: "a", target: "/a" },
          { name: "a", target: "/b", uid: "5" },
        ],
      },
      "configs[1]",
    ],
    ["a config at /", { configs: [{ name: "a", target: "/" }] }, "configs[0].target"],
    [
      "a config whose file name has 256 bytes",
      { configs: [{ name: "a", target: "c".repeat(256) }] },
      "configs[0].target",
    ],
    ["a config below /proc", { configs: [{ name: "a", target: "/proc/x" }] }, "configs[0].target"],
    ["a secret below /proc", { secrets: [{ name: "a", target: "../../proc/x" }] }, "secrets[0].target"],
    ["a secret's name of 65 characters", { secrets: ["x".repeat(65)] }, "secrets[0]"],
    ["a secret's name that ends with _", { secrets: ["a_"] }, "secrets[0]"],
    ["a config's name with a space", { configs: [{ name: "a b" }] }, "configs[0].name"],
    ["the owner of a secret by name", { secrets: [{ name: "a", uid: "root" }] }, "secrets[0].uid"],
    ["an empty group of a config", { configs: [{ name: "a", gid: "" }] }, "configs[0].gid"],
    ["a constraint without a value", { constraints: ["node.role =="] }, "constraints[0]"],
    ["a constraint with one =", { constraints: ["node.role = manager"] }, "constraints[0]"],
    ["a constraint's value in quotes", { constraints: ["node.labels.zone == 'a'"] }, "constraints[0]"],
    ["a constraint's value with a comma", { constraints: ["node.labels.zone == a,b"] }, "constraints[0]"],
    ["a constraint's value with =", { constraints: ["node.labels.zone == a=b"] }, "constraints[0]"],
    ["a constraint's value outside ASCII", { constraints: ["node.labels.zone == ü"] }, "constraints[0]"],
    ["a constraint with two operators", { constraints: ["node.labels.a!=b==c"] }, "constraints[0]"],
    ["a constraint's key of one letter", { constraints: ["n == x"] }, "constraints[0]"],
    ["a constraint's key with a slash", { constraints: ["node.labels.a/b == x"] }, "constraints[0]"],
    ["a user id above 2147483647", { user: "2147483648:1" }, "user"],
    ["a group id above 2147483647", { user: "1:4294967294" }, "user"],
    ["a negative user id", { user: "-1" }, "user"],
    ["a variable without a name", { env: ["=x"] }, "env[0]"],
    ["a variable with NUL", { env: ["A=\0"] }, "env[0]"],
    ["an image in upper case", { image: "Nginx" }, "image"],
    [
      "a health check interval below 1 ms",
      { healthcheck: { Test: "true", Interval: 500_000 } },
      "healthcheck.Interval",
    ],
    ["negative retries", { healthcheck: { Test: "true", Retries: -1 } }, "healthcheck.Retries"],
    ["a negative stop grace period", { stopGracePeriod: -1 }, "stopGracePeriod"],
    ["a failure ratio above 1", { updateConfig: { MaxFailureRatio: 2 } }, "updateConfig.MaxFailureRatio"],
    ["a host port twice", port({}, { target: 81 }), "ports[1]"],
    ["a host port twice, in both publish modes", port({}, { target: 81, mode: "host" }), "ports[1]"],
    ["a port of 0", port({ target: 0 }), "ports[0].target"],
    ["a port of 65536", port({ published: 65_536 }), "ports[0].published"],
    ["the network host and another one", { networks: ["host", "back"] }, "networks[0]"],
    ["the network none and another one", { networks: ["back", "none"] }, "networks[1]"],
    ["a network's name of spaces", { networks: [" "] }, "networks[0]"],
    ["a name of one letter", { name: "a" }, "name"],
    ["a name of 64 characters", { name: "a".repeat(64) }, "name"],
    ["a volume's name with a template that no platform expands", volume("v-{{.Task.Slot}}"), "mounts[0].Source"],
  ])("%s", (_, part, field) => {
    expect(fieldsOf(part)).toEqual([field]);
  });
});

describe("parseRequest() accepts what some engine accepts", () => {
  test.each<[string, object]>([
    ["6 MiB of memory", limit({ MemoryBytes: 6 * MEBIBYTE })],
    ["4 MiB of reserved memory, which a swarm accepts", reserve({ MemoryBytes: 4 * MEBIBYTE })],
    ["0.01 CPUs", limit({ NanoCPUs: 10_000_000 })],
    ["0.001 reserved CPUs", reserve({ NanoCPUs: 1_000_000 })],
    ["a host name of 64 characters", { hostname: "a".repeat(64) }],
    ["an underscore in a host name", { hostname: "a_b" }],
    ["a volume of two letters", volume("xy")],
    ["a volume name of 255 characters", volume("x".repeat(255))],
    [
      "a longer volume name of another driver",
      volume("x".repeat(256), { VolumeOptions: { DriverConfig: { Name: "cloud" } } }),
    ],
    ["a mount at /sys", at("/sys")],
    ["a mount at /process", at("/process")],
    ["a mount at a path with parts of 255 bytes", at(`/${"a".repeat(255)}/${"b".repeat(255)}`)],
    ["procfs at /proc", bound("/proc", "/proc")],
    ["a file over /proc/loadavg", bound("/etc/hostname", "/proc/loadavg")],
    ["a tmpfs below /proc", { mounts: [{ Type: "tmpfs", Target: "/proc/acpi" }] }],
    ["a capability that newer engines know", { capAdd: ["CAP_BPF", "perfmon"] }],
    ["a config below a mount", { ...at("/etc/app"), configs: [{ name: "a", target: "/etc/app/conf" }] }],
    [
      "one secret at two targets",
      {
        secrets: [
          { name: "a", target: "k" },
          { name: "a", target: "l" },
        ],
      },
    ],
    ["a constraint's value with spaces", { constraints: ["node.labels.zone == building a"] }],
    ["a constraint with a network", { constraints: ["node.ip != 10.0.0.0/8"] }],
    ["the largest user id", { user: "2147483647:2147483647" }],
    ["a space in a variable's name", { env: ["a b=c"] }],
    [
      "one secret at two targets with one mode",
      {
        secrets: [
          { name: "a", mode: 0o444 },
          { name: "a", target: "b", uid: "0" },
        ],
      },
    ],
    ["the network host alone", { networks: ["host"] }],
    ["one host port in two protocols", port({}, { protocol: "udp" })],
    ["a kernel parameter of IPC on the network host", { sysctls: { "kernel.shmmax": 1 }, networks: ["host"] }],
    ["a kernel parameter of all interfaces", { sysctls: { "net.ipv4.conf.all.rp_filter": 0 } }],
    ["added capabilities of a privileged container", { privileged: true, capAdd: ["NET_ADMIN"] }],
    ["one extra host with an IPv4 and an IPv6 address", { extraHosts: ["db:192.0.2.1", "db:2001:db8::1"] }],
    ["a template in a volume's name", { ...volume("v-{{.Task.Slot}}"), templates: "expand" }],
    ["a template in a host name", { hostname: `{{.Node.Hostname}}-${"x".repeat(60)}`, templates: "expand" }],
  ])("%s", (_, part) => {
    expect(fieldsOf(part)).toEqual([]);
  });
});

describe("parseRequest() with a host address", () => {
  test.each(["fe80::1%lo", "::1%0", "127.0.0.01", "0127.0.0.1", "1.2.3", "localhost", "127.0.0.1 ", "", "[::1]"])(
    "rejects %j, which engines would read as all addresses",
    (hostAddress) => {
      const fields = fieldsOf(port({ hostAddress }));
      expect(new Set(fields)).toEqual(new Set(["ports[0].hostAddress"]));
    },
  );

  test.each(["127.0.0.1", "0.0.0.0", "::", "::1", "::ffff:127.0.0.1", "fe80::1"])("accepts %s", (hostAddress) => {
    expect(fieldsOf(port({ hostAddress }))).toEqual([]);
  });

  test.each<[string | undefined, string | undefined, boolean]>([
    [undefined, "::1", true],
    ["0.0.0.0", "127.0.0.1", true],
    ["::", "::1", true],
    ["127.0.0.1", "::ffff:127.0.0.1", true],
    ["::1", "0:0:0:0:0:0:0:1", true],
    ["::1", "::2", false],
    ["0.0.0.0", "::", false],
    ["0.0.0.0", "::1", false],
  ])("detects a conflict of %s and %s on one host port: %s", (first, second, conflict) => {
    const found = fieldsOf(port({ hostAddress: first }, { target: 81, hostAddress: second }));
    expect(found).toEqual(conflict ? ["ports[1]"] : []);
  });
});

test("amendRequest() checks the fields whose validity depends on each other", () => {
  const request = parseRequest({ ...base, configs: [{ name: "a", target: "/k" }] });
  expect(() => amendRequest(request, { mounts: [{ Type: "tmpfs", Target: "/k" }] })).toThrow(
    "its target /k is already used",
  );
});

describe("parseRequest() normalizes", () => {
  const parsed = (part: object) => parseRequest({ ...base, ...part } as DeployRequest);

  test.each([
    ["SIGTERM", "SIGTERM"],
    ["term", "SIGTERM"],
    ["2", "SIGINT"],
    ["sigusr1", "SIGUSR1"],
    ["37", "SIGRTMIN+3"],
    ["RTMIN+3", "SIGRTMIN+3"],
    ["SIGRTMAX-1", "SIGRTMAX-1"],
    ["64", "SIGRTMAX"],
    ["SIGCLD", "SIGCHLD"],
  ])("the stop signal %s to %s", (written, name) => {
    expect(parsed({ stopSignal: written }).stopSignal).toBe(name);
  });

  test.each([
    ["/dev/a", { source: "/dev/a", target: "/dev/a", permissions: "rwm" }],
    ["/dev/a:/dev/b", { source: "/dev/a", target: "/dev/b", permissions: "rwm" }],
    ["/dev/a:/dev/b:wr", { source: "/dev/a", target: "/dev/b", permissions: "rw" }],
    ["/dev/a:r", { source: "/dev/a", target: "/dev/a", permissions: "r" }],
    [{ source: "/dev/a/" }, { source: "/dev/a", target: "/dev/a", permissions: "rwm" }],
  ])("the device %j", (written, device) => {
    expect(parsed({ devices: [written] }).devices).toEqual([device]);
  });

  test.each([
    ["db:192.0.2.1", "db:192.0.2.1"],
    ["db=192.0.2.1", "db:192.0.2.1"],
    ["db:[2001:db8::1]", "db:2001:db8::1"],
    ["db=2001:db8::1", "db:2001:db8::1"],
    ["host.docker.internal:host-gateway", "host.docker.internal:host-gateway"],
  ])("the extra host %s", (written, entry) => {
    expect(parsed({ extraHosts: [written] }).extraHosts).toEqual([entry]);
  });

  test("the working directory, and numbers of kernel parameters and log options", () => {
    const request = parsed({
      workingDir: "/app/",
      sysctls: { "net.core.somaxconn": 1024 },
      logging: { options: { "max-file": 3, compress: true } },
    });
    expect(request.workingDir).toBe("/app");
    expect(request.sysctls).toEqual({ "net.core.somaxconn": "1024" });
    expect(request.logging).toEqual({ options: { "max-file": "3", compress: "true" } });
  });
});

test("amendRequest() checks kernel parameters against a changed network", () => {
  const request = parseRequest({ ...base, sysctls: { "net.core.somaxconn": "1" } });
  expect(() => amendRequest(request, { networks: ["host"] })).toThrow("can't be set on the network host");
});
