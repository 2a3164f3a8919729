import { DeploymentError } from "@openfactory/deploy-core";
import { describe, expect, it } from "vitest";
import { parseAppFile } from "./load-project.js";
import { MAX_FINDINGS } from "./findings.js";
import { validateFor } from "./checks.js";

const SECRET = "hunter2-Sup3rS3cret";
const env = { SECRET, PORT: "8080", EMPTY: "", LINE: `TOKEN=${SECRET}`, BAD_NAME: `-${SECRET}-` };

const failureOf = (run: () => unknown): DeploymentError => {
  try {
    run();
  } catch (error) {
    if (DeploymentError.isInstance(error)) return error;
    throw error;
  }
  throw new Error("expected an error");
};

const files = {
  "shop/bad.env": Buffer.from(`A=1\n${SECRET} and more\nB='${SECRET}\n`),
  "shop/uuid.env": Buffer.from(`APP_UUID=${SECRET}\n`),
  "shop/binary.env": Buffer.from([0x41, 0x3d, 0xff]),
  "shop/empty.txt": Buffer.alloc(0),
  "shop/large.txt": Buffer.alloc(500 * 1024, SECRET),
  "shop/larger.txt": Buffer.alloc(1000 * 1024, SECRET),
};
const parse = (text: string) =>
  parseAppFile(text, { file: "shop/apps.yml", env: { ...env, BAD_ENV: "bad.env" }, files });
const app = (...lines: string[]) => ["apps:", "  demo:", "    uuid: demo", "    image: nginx", ...lines].join("\n");
const twoApps = (first: string, second: string) =>
  [
    "apps:",
    "  a:",
    "    uuid: aa",
    "    image: nginx",
    `    ${first}`,
    "  b:",
    "    uuid: bb",
    "    image: nginx",
    `    ${second}`,
  ].join("\n");

/** A valid app, after a declaration. */
const declared = (line: string) => `${line}\napps: {demo: {uuid: demo, image: x}}`;

/** Nine aliases of nine aliases, eleven times: 9^11 values. */
const aliasBomb = [
  "x-0: &a0 [x, x, x, x, x, x, x, x, x]",
  ...Array.from({ length: 11 }, (_, i) => `x-${i + 1}: &a${i + 1} [${Array(9).fill(`*a${i}`).join(", ")}]`),
  "apps: *a11",
].join("\n");

interface Case {
  what: string;
  text: string;
  /** Line and column. */
  place: [number, number];
  says: RegExp;
  hint?: RegExp;
}

const cases: Case[] = [
  { what: "an empty file", text: "", place: [1, 1], says: /empty/ },
  { what: "comments only", text: "# nothing\n\n", place: [1, 1], says: /empty/ },
  { what: "a NUL character", text: "apps:\n  a\0b: 1", place: [2, 4], says: /binary/ },
  { what: "more than 1 MiB", text: `apps: {}\n#${"x".repeat(1024 * 1024)}`, place: [1, 1], says: /larger than 1 MiB/ },
  { what: "text", text: "hello", place: [1, 1], says: /the file: expected a mapping, found text/ },
  { what: "a list", text: "- apps", place: [1, 1], says: /expected a mapping, found a list/ },
  { what: "apps without apps", text: "apps:\n", place: [1, 6], says: /apps: expected a mapping, found nothing/ },
  { what: "no app at all", text: "name: x\napps: {}", place: [2, 1], says: /no apps/ },
  { what: "a Compose file", text: "services:\n  web: {image: x}", place: [1, 1], says: /"apps" is missing/ },
  { what: "an app that is nothing", text: "apps:\n  demo:\n", place: [2, 8], says: /apps.demo: expected a mapping/ },
  {
    what: "an app that is a list",
    text: "apps:\n  demo: [1]",
    place: [2, 9],
    says: /expected a mapping, found a list/,
  },
  { what: "a tab", text: "apps:\n\tdemo: 1", place: [2, 1], says: /tab/, hint: /spaces/ },
  { what: "an open quote", text: "apps:\n  a: 'x", place: [2, 8], says: /not valid YAML/ },
  { what: "an open bracket", text: "apps: [1, 2", place: [1, 12], says: /not valid YAML/ },
  { what: "wrong indentation", text: "apps:\n  a: 1\n b: 2", place: [3, 2], says: /not valid YAML/ },
  { what: "two documents", text: "apps: {}\n---\napps: {}", place: [2, 1], says: /second YAML document/ },
  { what: "an unknown tag", text: "apps: !!js/function x", place: [1, 7], says: /tag "js\/function"/ },
  { what: "Compose's tags", text: "apps:\n  demo: !reset null", place: [2, 9], says: /tag "!reset"/ },
  { what: "an alias bomb", text: aliasBomb, place: [13, 7], says: /more than 50000 values/ },
  { what: "an alias in itself", text: "apps: &a\n  demo: *a", place: [2, 9], says: /refers to itself/ },
  { what: "an alias of nothing", text: "apps: *nowhere", place: [1, 7], says: /no anchor "nowhere"/ },
  { what: "10,000 levels, flow", text: `apps: ${"[".repeat(10_000)}`, place: [1, 106], says: /nested more than 100/ },
  { what: "10,000 levels, block", text: "- ".repeat(10_000), place: [1, 201], says: /nested more than 100/ },
  {
    what: "a key twice",
    text: app("    init: true", "    image: b"),
    place: [6, 5],
    says: /duplicate key "image"/,
    hint: /line 4/,
  },
  {
    what: "an app twice",
    text: "apps:\n  a: {uuid: a1, image: x}\n  a: {uuid: a2, image: x}",
    place: [3, 3],
    says: /duplicate key/,
  },
  {
    what: "__proto__",
    text: "apps:\n  __proto__: {uuid: aa, image: x}",
    place: [2, 3],
    says: /"__proto__" is not allowed/,
  },
  {
    what: "a number as key",
    text: "apps:\n  1: {uuid: aa, image: x}",
    place: [2, 3],
    says: /keys must be text/,
    hint: /Quote/,
  },
  {
    what: "a variable in a key",
    text: app("    environment:", "      ${SECRET}: 1"),
    place: [6, 7],
    says: /variables are not supported in keys/,
    hint: /a list of NAME=value/,
  },
  {
    what: "an open brace in a key",
    text: app("    labels: {'a${': 1}"),
    place: [5, 14],
    says: /not supported in keys/,
  },
  { what: "a list as key", text: "apps:\n  ? [a]\n  : 1", place: [2, 5], says: /keys must be text/ },
  { what: "a merge of text", text: app("    <<: nginx"), place: [5, 9], says: /<< expects a mapping/ },

  { what: "no image", text: "apps:\n  demo:\n    uuid: demo", place: [2, 3], says: /"image" is missing in apps.demo/ },
  { what: "no uuid", text: "apps:\n  demo:\n    image: x", place: [2, 3], says: /"uuid" is missing/ },
  {
    what: "an unknown key",
    text: app("    enviroment: [A=1]"),
    place: [5, 5],
    says: /unknown key "enviroment"/,
    hint: /"environment"/,
  },
  {
    what: "a key deep down",
    text: app("    deploy:", "      replica: 2"),
    place: [6, 7],
    says: /"replica"/,
    hint: /"replicas"/,
  },
  {
    what: "volumes",
    text: app("    volumes: [a:/b]"),
    place: [5, 5],
    says: /unknown key "volumes"/,
    hint: /"storage"/,
  },
  {
    what: "a hyphen in a key",
    text: app("    depends-on: []"),
    place: [5, 5],
    says: /unknown key/,
    hint: /"depends_on"/,
  },
  {
    what: "an unknown key above",
    text: "app:\n  a: 1\napps: {}",
    place: [1, 1],
    says: /unknown key "app"/,
    hint: /"apps"/,
  },
  {
    what: "a number for text",
    text: app("    hostname: 12"),
    place: [5, 15],
    says: /expected text, found a number/,
    hint: /Quote/,
  },
  {
    what: "text for a number",
    text: app("    deploy: {replicas: two}"),
    place: [5, 24],
    says: /whole number from 0 to 1000000/,
  },
  {
    what: "a restart policy for a restart condition",
    text: app("    deploy: {restart_policy: {condition: unless-stopped}}"),
    place: [5, 42],
    says: /expected none, on-failure or any/,
    hint: /Did you mean "any"/,
  },
  { what: "a fraction", text: app("    deploy: {replicas: 1.5}"), place: [5, 24], says: /whole number/ },
  {
    what: "a huge number",
    text: app(`    deploy: {replicas: ${"9".repeat(400)}}`),
    place: [5, 24],
    says: /whole number/,
  },
  {
    what: "a negative number",
    text: app("    runtime_uid: -1", "    runtime_gid: 1"),
    place: [5, 18],
    says: /from 1 to/,
  },
  {
    what: "a leading zero",
    text: app("    runtime_uid: 0100", "    runtime_gid: 1"),
    place: [5, 18],
    says: /whole number/,
  },
  { what: "text for a list", text: app("    networks: a"), place: [5, 15], says: /expected a list, found text/ },
  { what: "text for true", text: app("    init: sure"), place: [5, 11], says: /expected true or false/ },
  {
    what: "a wrong word",
    text: app("    image_pull_policy: allways"),
    place: [5, 24],
    says: /missing, always or never/,
    hint: /"always"/,
  },
  {
    what: "an image with a wrong digest",
    text: "apps:\n  demo: {uuid: demo, image: 'nginx@sha256:12345678901234567890123456789012'}",
    place: [2, 22],
    says: /64 digits/,
  },
  { what: "runtime_uid alone", text: app("    runtime_uid: 1000"), place: [5, 5], says: /requires runtime_gid/ },
  { what: "runtime_gid alone", text: app("    runtime_gid: 1000"), place: [5, 5], says: /requires runtime_uid/ },
  { what: "a bad service name", text: "apps:\n  demo: {uuid: a b, image: x}", place: [2, 10], says: /service name/ },
  {
    what: "an upper-case image",
    text: "apps:\n  demo: {uuid: demo, image: Nginx}",
    place: [2, 22],
    says: /lowercase/,
  },
  {
    what: "a bad memory unit",
    text: app("    deploy:", "      resources:", "        limits: {memory: 12Qi}"),
    place: [7, 26],
    says: /expected a size/,
  },
  {
    what: "a reservation above its limit",
    text: app("    deploy: {resources: {limits: {cpus: 1}, reservations: {cpus: 2}}}"),
    place: [5, 60],
    says: /more than the limit/,
  },
  { what: "no CPU", text: app('    deploy: {resources: {limits: {cpus: "0"}}}'), place: [5, 41], says: /above 0/ },
  {
    what: "a bad constraint",
    text: app("    deploy: {placement: {constraints: [manager]}}"),
    place: [5, 40],
    says: /expected a constraint/,
  },
  {
    what: "replicas of a global service",
    text: app("    deploy: {mode: global, replicas: 2}"),
    place: [5, 28],
    says: /replicas is not allowed with mode: global/,
  },
  {
    what: "two restart policies",
    text: app("    restart: always", "    deploy: {restart_policy: {condition: any}}"),
    place: [5, 5],
    says: /deploy.restart_policy/,
  },
  { what: "a bad restart", text: app("    restart: sometimes"), place: [5, 14], says: /on-failure/ },
  {
    what: "a duration without unit",
    text: app("    stop_grace_period: 10"),
    place: [5, 24],
    says: /expected a duration/,
  },
  {
    what: "a health check of nothing",
    text: app("    healthcheck: {interval: 3s}"),
    place: [5, 18],
    says: /expected test/,
  },
  { what: "a health check by name", text: app("    healthcheck: {test: [RUN, x]}"), place: [5, 19], says: /CMD-SHELL/ },
  {
    what: "an open quote in a command",
    text: app("    command: sh -c 'x"),
    place: [5, 5],
    says: /quote that is not closed/,
  },
  { what: "a bad port", text: app("    ports: [web]"), place: [5, 13], says: /expected a port/ },
  { what: "a port too high", text: app('    ports: ["70000:80"]'), place: [5, 13], says: /from 1 to 65535/ },
  { what: "ranges that differ", text: app('    ports: ["1000-1002:80"]'), place: [5, 13], says: /as many host ports/ },
  { what: "a host name as address", text: app('    ports: ["localhost:80:80"]'), place: [5, 13], says: /IP address/ },
  {
    what: "a wrong key of a port",
    text: app("    ports: [{target: 80, host: 1}]"),
    place: [5, 26],
    says: /unknown key "host"/,
  },
  {
    what: "a host port twice in an app",
    text: app('    ports: ["80:80", "80:81"]'),
    place: [5, 22],
    says: /published twice/,
  },
  {
    what: "two apps on one host port",
    text: twoApps('ports: ["80:80"]', 'ports: ["127.0.0.1:80:81"]'),
    place: [9, 13],
    says: /host port 80\/tcp.*"a" \(line 5, column 13\)/,
  },
  {
    what: "one service name",
    text: "apps:\n  a: {uuid: Demo, image: x}\n  b: {uuid: demo, image: x}",
    place: [3, 13],
    says: /apps "b" and "a" \(line 2, column 13\) have the same uuid/,
  },
  {
    what: "an unknown dependency",
    text: twoApps("init: true", "depends_on: [aa]"),
    place: [9, 18],
    says: /no app "aa"/,
    hint: /"a"/,
  },
  {
    what: "circular dependencies",
    text: twoApps("depends_on: [b]", "depends_on: {a: {}}"),
    place: [9, 18],
    says: /circular depends_on: "a" -> "b" -> "a"/,
  },
  {
    what: "a dependency on itself",
    text: app("    depends_on: [demo]"),
    place: [5, 18],
    says: /circular depends_on: "demo" -> "demo"/,
  },
  {
    what: "a wrong condition",
    text: twoApps("init: true", "depends_on: {a: {condition: healthy}}"),
    place: [9, 33],
    says: /service_healthy/,
  },
  {
    what: "another's APP_UUID",
    text: app("    environment: [APP_UUID=other]"),
    place: [5, 19],
    says: /APP_UUID differs from the app's uuid/,
  },
  {
    what: "a variable twice",
    text: app("    environment:", "      - A=1", "      - A=2"),
    place: [7, 9],
    says: /duplicate variable "A"/,
    hint: /line 6/,
  },
  {
    what: "a variable without value",
    text: app("    environment: [HOME]"),
    place: [5, 19],
    says: /expected KEY=VALUE/,
    hint: /HOME=\$\{HOME\}/,
  },
  { what: "a variable of nothing", text: app("    environment: {A: }"), place: [5, 19], says: /expected KEY=VALUE/ },
  { what: "a name with whitespace", text: app('    environment: ["A B = 1"]'), place: [5, 19], says: /whitespace/ },
  {
    what: "an unknown storage",
    text: app("    storage: {d: {type: smb, mount_point: /m}}"),
    place: [5, 25],
    says: /expected nfs, local or volume/,
  },
  {
    what: "storage of no type",
    text: app("    storage: {d: {mount_point: /m}}"),
    place: [5, 15],
    says: /"type" is missing in apps.demo.storage.d/,
  },
  {
    what: "a key of the other storage",
    text: app("    storage: {d: {type: local, local_path: /a, server: b, mount_point: /m}}"),
    place: [5, 48],
    says: /unknown key "server"/,
  },
  {
    what: "a relative mount point",
    text: app("    storage: {d: {type: local, local_path: /a, mount_point: m}}"),
    place: [5, 61],
    says: /absolute path/,
  },
  {
    what: "one mount point twice",
    text: app(
      "    storage:",
      "      d: {type: local, local_path: /a, mount_point: /m}",
      "      e: {type: local, local_path: /b, mount_point: /m/}",
    ),
    place: [7, 40],
    says: /mounted twice/,
  },
  {
    what: "an exposed app without a port",
    text: app("    routing: {expose: true, hostname: a.b}"),
    place: [5, 5],
    says: /requires port/,
  },
  {
    what: "an exposed app without a host",
    text: app("    routing: {expose: true, port: 80}"),
    place: [5, 5],
    says: /OPENFACTORY_BASE_DOMAIN is not set/,
    hint: /Set OPENFACTORY_BASE_DOMAIN .* or set routing\.hostname to the full host name/,
  },
  { what: "metrics without a port", text: app("    metrics: {path: /m}"), place: [5, 5], says: /"port" is missing/ },
  {
    what: "a secret without a name",
    text: app("    secrets: [{target: /x}]"),
    place: [5, 15],
    says: /"source" is missing/,
  },
  {
    what: "a bad mode of a secret",
    text: app('    secrets: [{source: s, mode: "999"}]'),
    place: [5, 33],
    says: /file mode/,
  },
  {
    what: "a device without a path",
    text: app("    devices: [/dev/null, ttyUSB0]"),
    place: [5, 26],
    says: /absolute path/,
  },
  {
    what: "the permissions of a device in the long form",
    text: app("    devices: [{source: /dev/a, permissions: x}]"),
    place: [5, 32],
    says: /permissions/,
  },
  { what: "a CDI device", text: app("    devices: [vendor.com/gpu=0]"), place: [5, 15], says: /CDI device/ },
  {
    what: "network_mode and networks",
    text: app("    networks: [plant]", "    network_mode: host"),
    place: [6, 5],
    says: /can't be combined with networks/,
    hint: /Remove network_mode/,
  },
  {
    what: "another network_mode",
    text: app("    network_mode: container:x"),
    place: [5, 19],
    says: /expected host, none or bridge/,
  },
  {
    what: "an extra host without an address",
    text: app("    extra_hosts: {db: x}"),
    place: [5, 19],
    says: /IP address/,
  },
  { what: "an invalid DNS server", text: app("    dns: [192.0.2.1, ns]"), place: [5, 22], says: /IP address/ },
  { what: "an invalid search domain", text: app("    dns_search: ['a b']"), place: [5, 18], says: /search domain/ },
  {
    what: "an unknown kernel parameter",
    text: app("    sysctls: {vm.swappiness: 1}"),
    place: [5, 15],
    says: /kernel parameter/,
  },
  {
    what: "an unknown kernel parameter in a list",
    text: app("    sysctls: [net.core.somaxconn=1, vm.swappiness=1]"),
    place: [5, 37],
    says: /kernel parameter/,
  },
  {
    what: "a kernel parameter without a value",
    text: app("    sysctls: [net.core.somaxconn]"),
    place: [5, 15],
    says: /name=value/,
  },
  {
    what: "a kernel parameter of the network on the network host",
    text: app("    network_mode: host", "    sysctls: {net.core.somaxconn: 1}"),
    place: [6, 15],
    says: /network host/,
  },
  { what: "a relative tmpfs", text: app("    tmpfs: run"), place: [5, 12], says: /path with options/ },
  {
    what: "an unknown option of a tmpfs",
    text: app("    tmpfs: ['/run:uid=1']"),
    place: [5, 13],
    says: /"uid" is not supported/,
  },
  {
    what: "a tmpfs at a storage",
    text: app("    storage: {d: {type: volume, mount_point: /d}}", "    tmpfs: /d"),
    place: [6, 5],
    says: /mounted twice/,
  },
  { what: "an invalid signal", text: app("    stop_signal: SIGNONE"), place: [5, 5], says: /not a signal/ },
  { what: "a relative working directory", text: app("    working_dir: srv"), place: [5, 5], says: /absolute path/ },
  { what: "an invalid size of shared memory", text: app("    shm_size: big"), place: [5, 15], says: /expected a size/ },
  {
    what: "an unknown key of logging",
    text: app("    logging: {max-size: 1m}"),
    place: [5, 15],
    says: /unknown key "max-size"/,
  },
  { what: "an invalid group", text: app("    group_add: [a b]"), place: [5, 17], says: /name or id of a group/ },
  { what: "a bad capability", text: app("    cap_add: [NET ADMIN]"), place: [5, 15], says: /capability/ },
  {
    what: "the mode 8 of a secret",
    text: app("    secrets: [{source: s, mode: 8}]"),
    place: [5, 33],
    says: /file mode in octal digits/,
  },
  {
    what: "the mode 999 of a secret",
    text: app("    secrets: [{source: s, mode: 999}]"),
    place: [5, 33],
    says: /file mode in octal digits/,
  },
  {
    what: "the mode 1e2 of a secret",
    text: app("    secrets: [{source: s, mode: 1e2}]"),
    place: [5, 33],
    says: /file mode in octal digits/,
  },
  {
    what: "the mode 0x100 of a secret",
    text: app("    secrets: [{source: s, mode: 0x100}]"),
    place: [5, 33],
    says: /file mode in octal digits/,
  },
  {
    what: "the mode 0o800 of a secret",
    text: app("    secrets: [{source: s, mode: 0o800}]"),
    place: [5, 33],
    says: /file mode in octal digits/,
  },
  {
    what: "the mode -400 of a secret",
    text: app("    secrets: [{source: s, mode: -400}]"),
    place: [5, 33],
    says: /file mode in octal digits/,
  },
  {
    what: "the mode 400.0 of a secret",
    text: app("    secrets: [{source: s, mode: 400.0}]"),
    place: [5, 33],
    says: /file mode in octal digits/,
  },
  {
    what: "the mode 77777 of a secret",
    text: app("    secrets: [{source: s, mode: 77777}]"),
    place: [5, 33],
    says: /file mode in octal digits/,
  },
  {
    what: "the mode rw- of a secret",
    text: app("    secrets: [{source: s, mode: rw-}]"),
    place: [5, 33],
    says: /file mode in octal digits/,
  },
  {
    what: 'the mode "0o" of a secret',
    text: app('    secrets: [{source: s, mode: "0o"}]'),
    place: [5, 33],
    says: /file mode in octal digits/,
  },
  {
    what: 'the mode "" of a secret',
    text: app('    secrets: [{source: s, mode: ""}]'),
    place: [5, 33],
    says: /file mode in octal digits/,
  },
  {
    what: "a memory limit below 6 MiB",
    text: app(`    deploy: {resources: {limits: {memory: 4M}}}`),
    place: [5, 35],
    says: /at least 6 MiB/,
  },
  {
    what: "a memory limit as a power of ten",
    text: app(`    deploy: {resources: {limits: {memory: 1e9}}}`),
    place: [5, 43],
    says: /expected a size/,
  },
  {
    what: "a CPU limit below 0.01",
    text: app(`    deploy: {resources: {limits: {cpus: 0.009}}}`),
    place: [5, 35],
    says: /at least 0.01 CPUs/,
  },
  {
    what: "replicas as a power of ten",
    text: app(`    deploy: {replicas: 1e1}`),
    place: [5, 24],
    says: /whole number/,
  },
  { what: "hexadecimal replicas", text: app(`    deploy: {replicas: 0x10}`), place: [5, 24], says: /whole number/ },
  { what: "octal replicas", text: app(`    deploy: {replicas: 0o10}`), place: [5, 24], says: /whole number/ },
  {
    what: "replicas as a decimal number",
    text: app(`    deploy: {replicas: 1.0}`),
    place: [5, 24],
    says: /whole number/,
  },
  { what: "a hexadecimal port", text: app(`    ports: [0x50]`), place: [5, 13], says: /expected a port/ },
  { what: "a port with a leading zero", text: app(`    ports: ["0120:80"]`), place: [5, 13], says: /expected a port/ },
  {
    what: "a host name of 65 characters",
    text: app(`    hostname: hhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh`),
    place: [5, 5],
    says: /at most 64/,
  },
  {
    what: "a user id above 2147483647",
    text: app(`    runtime_uid: 2147483648\n    runtime_gid: 1`),
    place: [5, 18],
    says: /whole number from 1 to 2147483647/,
  },
  {
    what: "a volume of one letter",
    text: app(`    storage: {d: {type: volume, volume: x, mount_point: /m}}`),
    place: [5, 33],
    says: /at least 2 characters/,
  },
  {
    what: "a mount point of /",
    text: app(`    storage: {d: {type: local, local_path: /a, mount_point: /}}`),
    place: [5, 48],
    says: /target must not be \//,
  },
  {
    what: "a mount point below /proc",
    text: app(`    storage: {d: {type: local, local_path: /a, mount_point: /proc/x}}`),
    place: [5, 48],
    says: /\/proc or below/,
  },
  { what: "an unknown capability", text: app(`    cap_add: [NET_ADMN]`), place: [5, 15], says: /Linux capability/ },
  {
    what: "two secrets at one target",
    text: app(`    secrets: [{source: a, target: k}, {source: b, target: k}]`),
    place: [5, 51],
    says: /used by secrets\[0\]/,
  },
  {
    what: "a config at a mount point",
    text: app(`    storage: {d: {type: volume, mount_point: /etc/k}}\n    configs: [{source: a, target: /etc/k}]`),
    place: [6, 27],
    says: /used by mounts\[0\]/,
  },
  {
    what: "a constraint's value that Swarm refuses",
    text: app(`    deploy: {placement: {constraints: ['node.labels.a == b,c']}}`),
    place: [5, 40],
    says: /value must consist of/,
  },
  {
    what: "an address with a zone in the short form",
    text: app(`    ports: ["[fe80::1%lo]:18502:502"]`),
    place: [5, 13],
    says: /not have a zone/,
  },
  {
    what: "an address with a zone in the long form",
    text: app(`    ports: [{target: 502, host_ip: 'fe80::1%lo'}]`),
    place: [5, 36],
    says: /not have a zone/,
  },
  {
    what: "an address with a leading zero",
    text: app(`    ports: ["127.0.0.01:80:80"]`),
    place: [5, 13],
    says: /IP address/,
  },
  {
    what: "the network host beside another",
    text: app(`    networks: [host, other]`),
    place: [5, 16],
    says: /combined with other networks/,
  },
  { what: "an unknown word for templates", text: app(`    templates: go`), place: [5, 16], says: /expand or literal/ },
  {
    what: "no project name",
    text: "name: '???'\napps: {a: {uuid: aa, image: x}}",
    place: [1, 7],
    says: /name: not a valid project name/,
  },

  {
    what: "an unset variable",
    text: app("    environment:", "      - A=${NOPE}"),
    place: [6, 11],
    says: /variable NOPE is not set/,
    hint: /\$\{NOPE:-/,
  },
  {
    what: "an unset variable in quotes",
    text: app('    environment: ["A=$$x ${NOPE}"]'),
    place: [5, 26],
    says: /NOPE is not set/,
  },
  {
    what: "an unset variable in a block",
    text: app("    command: |", "      echo a", "      echo ${NOPE}"),
    place: [7, 12],
    says: /NOPE is not set/,
  },
  {
    what: "an empty variable that must not be",
    text: app("    hostname: ${EMPTY:?give a host}"),
    place: [5, 15],
    says: /EMPTY is empty: give a host/,
  },
  { what: "an open brace", text: app("    hostname: a${SECRET"), place: [5, 16], says: /missing } after the variable/ },
  {
    what: "an expansion of the app's own shell",
    text: app("    command: echo ${PATH%%:*}"),
    place: [5, 19],
    says: /unexpected text after the variable name PATH/,
    hint: /\$\$\{ for a literal/,
  },
  {
    what: "an operator that is none",
    text: app("    hostname: ${SECRET!x}"),
    place: [5, 15],
    says: /unexpected text after the variable name SECRET/,
  },
  {
    what: "nested defaults without end",
    text: app(`    hostname: "${"${A:-".repeat(30)}x${"}".repeat(30)}"`),
    place: [5, 116],
    says: /nested more than 20/,
  },

  {
    what: "an env file that isn't there",
    text: app("    env_file: none.env"),
    place: [5, 5],
    says: /env_file: no such file/,
    hint: /directory/,
  },
  {
    what: "one of several env files",
    text: app("    env_file: [uuid.env, {path: none.env}]"),
    place: [5, 27],
    says: /env_file\[1\].path: no such file/,
  },
  {
    what: "an env file by a variable",
    text: app("    env_file: ['${BAD_ENV}']"),
    place: [5, 16],
    says: /env_file\[0\]: line 2 of the file: expected NAME=VALUE/,
  },
  {
    what: "a number as env file",
    text: app("    env_file: 12"),
    place: [5, 15],
    says: /expected text, a mapping or a list, found a number/,
  },
  {
    what: "a wrong key of an env file",
    text: app("    env_file: [{path: uuid.env, require: no}]"),
    place: [5, 33],
    says: /unknown key "require"/,
    hint: /"required"/,
  },
  {
    what: "101 env files",
    text: app(`    env_file: [${Array(101).fill("uuid.env").join(", ")}]`),
    place: [5, 15],
    says: /at most 100 env files/,
  },

  {
    what: "a secret from nowhere",
    text: declared("secrets: {db: {}}"),
    place: [1, 15],
    says: /secrets.db: expected file, environment or external: true/,
  },
  {
    what: "a secret of nothing",
    text: declared("secrets: {db: }"),
    place: [1, 14],
    says: /secrets.db: expected a mapping, found nothing/,
  },
  {
    what: "a secret from two places",
    text: declared("secrets: {db: {file: large.txt, environment: SECRET}}"),
    place: [1, 15],
    says: /found file and environment/,
  },
  {
    what: "a secret's content in the file",
    text: declared("secrets: {db: {content: x}}"),
    place: [1, 16],
    says: /unknown key "content"/,
  },
  {
    what: "a wrong key of a secret",
    text: declared("secrets: {db: {files: x}}"),
    place: [1, 16],
    says: /unknown key "files"/,
    hint: /"file"/,
  },
  {
    what: "a secret's file that isn't there",
    text: declared("secrets: {db: {file: none.txt}}"),
    place: [1, 16],
    says: /secrets.db.file: no such file/,
  },
  {
    what: "a secret's variable that isn't set",
    text: declared("secrets: {db: {environment: NOPE}}"),
    place: [1, 16],
    says: /the variable is not set/,
    hint: /"NOPE"/,
  },
  {
    what: "an empty secret",
    text: declared("secrets: {db: {environment: EMPTY}}"),
    place: [1, 16],
    says: /the secret must not be empty/,
  },
  {
    what: "an empty file as secret",
    text: declared("secrets: {db: {file: empty.txt}}"),
    place: [1, 16],
    says: /the secret must not be empty/,
  },
  {
    what: "a secret of 500 KiB",
    text: declared("secrets: {db: {file: large.txt}}"),
    place: [1, 16],
    says: /the secret is too large: the content must be smaller than 500 KiB/,
  },
  {
    what: "a config of 1000 KiB",
    text: declared("configs: {db: {file: larger.txt}}"),
    place: [1, 16],
    says: /the config is too large: the content must be smaller than 1000 KiB/,
  },
  {
    what: "a name of a secret that is not external",
    text: declared("secrets: {db: {environment: SECRET, name: x}}"),
    place: [1, 43],
    says: /secrets.db.name: allowed with external: true only/,
  },
  {
    what: "a bad name of a secret",
    text: declared("secrets: {a/b: {environment: SECRET}}"),
    place: [1, 16],
    says: /secret names consist of/,
  },
  {
    what: "a bad name of an external config",
    text: declared("configs: {a: {external: true, name: ../x}}"),
    place: [1, 37],
    says: /names consist of/,
  },
  {
    what: "an unknown key of a config",
    text: declared("configs: {a: {contents: x}}"),
    place: [1, 15],
    says: /unknown key/,
    hint: /"content"/,
  },
  {
    what: "an empty config",
    text: declared("configs: {a: {content: ''}}"),
    place: [1, 15],
    says: /the config must not be empty/,
  },
  {
    what: "an unset variable in a config",
    text: declared("configs: {a: {content: 'x ${NOPE}'}}"),
    place: [1, 27],
    says: /NOPE is not set/,
  },
  {
    what: "a list of networks above",
    text: declared("networks: [a]"),
    place: [1, 11],
    says: /networks: expected a mapping, found a list/,
  },
  {
    what: "an external network with a driver",
    text: declared("networks: {a: {external: true, driver: x}}"),
    place: [1, 40],
    says: /not allowed with external: true/,
  },
  {
    what: "an unknown key of a network",
    text: declared("networks: {a: {intern: true}}"),
    place: [1, 16],
    says: /unknown key "intern"/,
    hint: /"internal"/,
  },
  {
    what: "two networks of one name",
    text: declared("networks: {a: {name: shop_b}, b: }"),
    place: [1, 31],
    says: /networks "b" and "a" \(line 1, column 12\) have the same name/,
  },
  {
    what: "a long name of a network",
    text: declared(`networks: {${"n".repeat(60)}: }`),
    place: [1, 12],
    says: /longer than 63 characters/,
  },
  {
    what: "101 networks",
    text: declared(`networks: {${Array.from({ length: 101 }, (_, i) => `n${i}: `).join(", ")}}`),
    place: [1, 11],
    says: /at most 100 networks/,
  },
  {
    what: "a network by two names",
    text: `${declared("networks: {a: {name: b}}")}, networks: [a, b]}}`.replace("image: x}}", "image: x"),
    place: [2, 51],
    says: /network b is listed twice/,
  },

  {
    what: "a secret as image",
    text: "apps:\n  demo: {uuid: demo, image: '${SECRET}'}",
    place: [2, 22],
    says: /lowercase/,
  },
  {
    what: "a secret as service name",
    text: "apps:\n  demo: {uuid: '${BAD_NAME}', image: x}",
    place: [2, 10],
    says: /service name/,
  },
  {
    what: "a secret as number",
    text: app("    deploy: {replicas: '${SECRET}'}"),
    place: [5, 24],
    says: /whole number/,
  },
  {
    what: "a secret as memory",
    text: app("    deploy: {resources: {limits: {memory: '${SECRET}'}}}"),
    place: [5, 43],
    says: /expected a size/,
  },
  {
    what: "a secret as port",
    text: app("    ports: ['${SECRET}:80']"),
    place: [5, 13],
    says: /expected a port|IP address/,
  },
  {
    what: "a secret as word",
    text: app("    image_pull_policy: ${SECRET}"),
    place: [5, 24],
    says: /missing, always or never/,
  },
  { what: "a secret as dependency", text: app("    depends_on: ['${SECRET}']"), place: [5, 18], says: /no such app/ },
  {
    what: "a secret as network, twice",
    text: app("    networks: ['${SECRET}', '${SECRET}']"),
    place: [5, 29],
    says: /network \$\{SECRET\} is listed twice/,
  },
  {
    what: "a secret as variable",
    text: app("    environment: ['${SECRET}']"),
    place: [5, 19],
    says: /expected KEY=VALUE/,
  },
  {
    what: "a secret as variable's name",
    text: app("    environment: ['${SECRET}=1', '${SECRET}=2']"),
    place: [5, 34],
    says: /: duplicate variable$/,
  },
  {
    what: "a secret in a line, twice",
    text: app("    environment: ['${LINE}', '${LINE}']"),
    place: [5, 30],
    says: /: duplicate variable$/,
  },
  {
    what: "a secret as mount point, twice",
    text: app(
      "    storage:",
      "      d: {type: local, local_path: /a, mount_point: '/${SECRET}'}",
      "      e: {type: local, local_path: /b, mount_point: '/${SECRET}'}",
    ),
    place: [7, 40],
    says: /mounted twice/,
  },
  {
    what: "a secret as mount point, twice, with a slash",
    text: app(
      "    storage:",
      "      d: {type: local, local_path: /a, mount_point: '/${SECRET}'}",
      "      e: {type: local, local_path: /b, mount_point: '/${SECRET}/'}",
    ),
    place: [7, 40],
    says: /\$SECRET is mounted twice/,
  },
  {
    what: "an app without a name",
    text: `${app()}\n  "": {uuid: other, image: x}`,
    place: [5, 3],
    says: /the app name must not be empty/,
    hint: /Choose another name/,
  },
  {
    what: "an app's name that looks like an option",
    text: `${app()}\n  -f: {uuid: other, image: x}`,
    place: [5, 3],
    says: /must not start with -/,
  },
  {
    what: "an app's name with a line break",
    text: `${app()}\n  "a\\nb": {uuid: other, image: x}`,
    place: [5, 3],
    says: /must not contain control characters/,
  },
  {
    what: "an app's name of 256 characters",
    text: `${app()}\n  ${"a".repeat(256)}: {uuid: other, image: x}`,
    place: [5, 3],
    says: /longer than 255 characters/,
  },
  {
    what: "a device's name with an escape",
    text: 'devices: {"a\\x1b[0m": {uuid: other, connector: {type: opcua}}}',
    place: [1, 11],
    says: /the device name must not contain control characters/,
  },
  {
    what: "a template without quotes",
    text: app("    command: {{x}}"),
    place: [5, 15],
    says: /keys must be text/,
    hint: /Quote text .*"\{\{\.\.\.\}\}"/,
  },
  {
    what: "a control character in the text",
    text: app("    command: a\u001bb"),
    place: [5, 15],
    says: /the text contains a control character/,
    hint: /\\x1b/,
  },
  { what: "apps written twice", text: `${app()}\napps: {}`, place: [5, 1], says: /duplicate key "apps"/ },
  {
    what: "a port of nothing",
    text: app("    ports: [~]"),
    place: [5, 13],
    says: /ports\[0\]: expected a port, such as/,
  },
  {
    what: "a port that is true",
    text: app("    ports: [true]"),
    place: [5, 13],
    says: /ports\[0\]: expected a port, such as/,
  },
  {
    what: "a memory limit beyond all numbers",
    text: app("    deploy: {resources: {limits: {memory: 99999T}}}"),
    place: [5, 43],
    says: /at most 9007199254740991 bytes/,
  },
  {
    what: "a type of storage in capitals",
    text: app("    storage: {d: {type: NFS, mount_point: /m}}"),
    place: [5, 25],
    says: /expected nfs, local or volume/,
    hint: /"nfs"/,
  },
  {
    what: "the server's address among mount options",
    text: app("    storage: {d: {type: nfs, server: a, remote_path: /x, mount_point: /m, mount_options: [addr=b]}}"),
    place: [5, 90],
    says: /addr is set from server/,
  },
  {
    what: "mount options that exclude each other",
    text: app(
      "    storage: {d: {type: nfs, server: a, remote_path: /x, mount_point: /m, mount_options: [ro, 'hard,rw']}}",
    ),
    place: [5, 90],
    says: /mount options ro and rw conflict/,
    hint: /Keep one/,
  },
  {
    what: "a mount option with two values",
    text: app(
      "    storage: {d: {type: nfs, server: a, remote_path: /x, mount_point: /m, mount_options: 'timeo=${SECRET},timeo=2'}}",
    ),
    place: [5, 90],
    says: /duplicate mount option timeo/,
  },
  {
    what: "a line break in an NFS path",
    text: app('    storage: {d: {type: nfs, server: a, remote_path: "/x\\ny", mount_point: /m}}'),
    place: [5, 54],
    says: /without control characters/,
  },
  {
    what: "a network of Docker's own name",
    text: declared("networks: {n: {name: bridge}}"),
    place: [1, 22],
    says: /one network with the name bridge/,
    hint: /external: true, name: bridge/,
  },
  {
    what: "a second network of the driver host",
    text: declared("networks: {n: {driver: host}}"),
    place: [1, 24],
    says: /one network with the driver host/,
    hint: /external: true, name: host/,
  },
  {
    what: "Compose's default network",
    text: app("    networks: [default]"),
    place: [5, 16],
    says: /"default" is not a network/,
    hint: /networks: \{default: \{\}\}/,
  },
  {
    what: "one secret with two modes",
    text: app("    secrets: [{source: s, target: a, mode: 400}, {source: s, target: b}]"),
    place: [5, 50],
    says: /secrets\[1\]: an engine stores one file per secret/,
  },
  {
    what: "a directory as the target of a config",
    text: app("    configs: [{source: s, target: /etc/}]"),
    place: [5, 27],
    says: /a target is a file/,
  },
  {
    what: "a label of a network twice",
    text: declared("networks: {n: {labels: [a=1, a=2]}}"),
    place: [1, 30],
    says: /networks.n.labels\[1\]: duplicate name/,
  },
  { what: "a label without a name", text: app("    labels: {'': x}"), place: [5, 14], says: /a label's name/ },
  {
    what: "a secret in a reason",
    text: app("    hostname: ${EMPTY:?${SECRET}}"),
    place: [5, 15],
    says: /EMPTY is empty: \$\{SECRET\}/,
  },
];

describe("a malformed file", () => {
  it.each(cases)("$what", ({ text, place, says, hint }) => {
    const error = failureOf(() => parse(text));
    expect(error.code).toBe("INVALID_FILE");
    const issue = error.issues.find(({ message }) => says.test(message));
    expect(issue, `${JSON.stringify(error.issues, null, 1)} has ${says}`).toBeDefined();
    expect([issue?.location?.line, issue?.location?.column, issue?.location?.file]).toEqual([
      ...place,
      "shop/apps.yml",
    ]);
    if (hint) expect(issue?.hint).toMatch(hint);
    expect(error.message).toMatch(/^shop\/apps\.yml:\d+:\d+: .+\.$/);
    const report = JSON.stringify(error);
    expect(report.toLowerCase()).not.toContain(SECRET.toLowerCase());
    expect(report).not.toMatch(/\n\s+at |RangeError|Invalid input/);
  });

  it("with local storage is refused for a multi-node platform only", () => {
    const file = parse(app("    storage:", "      d: {type: local, local_path: ./d, mount_point: /d}"));
    validateFor(file, { multiNode: false });
    const error = failureOf(() => validateFor(file, { multiNode: true }));
    expect(error.code).toBe("INVALID_FILE");
    expect(error.issues[0]?.location).toEqual({ file: "shop/apps.yml", line: 6, column: 17 });
  });

  it("is reported with all its findings, in the file's order", () => {
    const error = failureOf(() => parse(`${twoApps("imag: x", "deploy: {replicas: -1}")}\n    hostname: \${NOPE}`));
    expect(error.issues.map(({ location }) => location?.line)).toEqual([5, 9, 10]);
    expect(error.message).toContain("; and 2 more findings.");
  });

  it("is reported with the findings in an env file at their locations there", () => {
    const error = failureOf(() => parse(app("    env_file: [bad.env, binary.env]", "    init: sure")));
    expect(error.issues.map(({ location, message }) => [location?.file, location?.line, message.slice(0, 20)])).toEqual(
      [["shop/apps.yml", 6, "apps.demo.init: expe"]],
    );
    const inside = failureOf(() => parse(app("    env_file: [bad.env, ./binary.env]")));
    expect(inside.issues).toMatchObject([
      { location: { file: "shop/bad.env", line: 2, column: 1 }, message: "expected NAME=VALUE or a comment" },
      { location: { file: "shop/bad.env", line: 3, column: 3 }, message: "missing closing quote" },
      { location: { file: "shop/binary.env", line: 1, column: 3 }, message: "the file is not UTF-8 text" },
    ]);
    expect(JSON.stringify(inside)).not.toContain(SECRET);
  });

  it("is reported with the same finding in two files twice", () => {
    const same = { "shop/a.env": Buffer.from("a b"), "shop/b.env": Buffer.from("a b") };
    const text = app("    env_file: [b.env, a.env]");
    const error = failureOf(() => parseAppFile(text, { file: "shop/apps.yml", env, files: same }));
    expect(error.issues.map(({ location }) => location?.file)).toEqual(["shop/a.env", "shop/b.env"]);
  });

  it("is reported with the number of findings that are not shown", () => {
    const error = failureOf(() => parse(app(...Array.from({ length: 30 }, (_, index) => `    zz${index}: 1`))));
    expect(error.issues).toHaveLength(MAX_FINDINGS + 1);
    expect(error.issues.at(-1)?.message).toBe("and 10 more findings");
  });
});
