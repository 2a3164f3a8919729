/** The state of a project before an operation. */
type Before = "nothing" | "version 1" | "version 2" | "stopped" | "foreign";

/** An operation of the matrix. */
export interface Operation {
  readonly name: string;
  readonly words: readonly string[];
  readonly before: Before;
  /** The version in the file during the operation, and for the `up` after it. */
  readonly file: 1 | 2;
  /** The exit code without a fault. Default 0. */
  readonly exitCode?: number;
  /** Only on this platform. Default: on all. */
  readonly only?: "swarm";
  /** Whether the user is logged in at the registry of the image. Default: no. */
  readonly loggedIn?: true;
  /** Options of the local platforms. */
  readonly localOptions?: readonly string[];
}

const REPLICAS = ["--option", "emulateReplicas=true"];

export const OPERATIONS: readonly Operation[] = [
  { name: "up (new)", words: ["up", "--timeout", "20s"], before: "nothing", file: 1 },
  { name: "up (changed)", words: ["up", "--timeout", "20s", "--no-wait"], before: "version 1", file: 2 },
  { name: "up (unchanged)", words: ["up", "--no-wait"], before: "version 1", file: 1 },
  { name: "down", words: ["down"], before: "version 1", file: 1 },
  {
    name: "scale",
    words: ["scale", "web=2", "--timeout", "20s"],
    before: "version 1",
    file: 1,
    localOptions: REPLICAS,
  },
  { name: "rollback", words: ["rollback", "--timeout", "20s"], before: "version 2", file: 2 },
  // Without credentials, there is nothing to refresh.
  { name: "refresh-auth", words: ["refresh-auth"], before: "version 1", file: 1, only: "swarm", loggedIn: true },
  { name: "adopt", words: ["adopt", "db", "--timeout", "20s"], before: "foreign", file: 1 },
  { name: "restart", words: ["restart", "web", "--timeout", "20s"], before: "version 1", file: 1 },
  { name: "stop", words: ["stop", "web"], before: "version 1", file: 1 },
  { name: "start", words: ["start", "web", "--timeout", "20s"], before: "stopped", file: 1 },
  { name: "exec", words: ["exec", "-T", "web", "true"], before: "version 1", file: 1 },
  { name: "wait", words: ["wait", "--timeout", "20s"], before: "version 1", file: 1 },
  { name: "ps", words: ["ps"], before: "version 1", file: 1 },
  { name: "plan", words: ["plan"], before: "version 1", file: 2, exitCode: 2 },
  { name: "logs", words: ["logs"], before: "version 1", file: 1 },
  { name: "ls", words: ["ls"], before: "version 1", file: 1 },
  { name: "images", words: ["images"], before: "version 1", file: 1 },
  { name: "doctor", words: ["doctor"], before: "version 1", file: 1 },
];

const LABELS = 'labels: ["org.openfactory.deploy.test=1"]';

/** Two apps, of which one depends on the other and joins a network. */
export function fileOf(project: string, version: number, image: string): string {
  const app = (name: string, ...more: readonly string[]): string[] => [
    `  ${name}:`,
    `    uuid: ${project}-${name}`,
    `    image: ${image}`,
    `    command: sh -c "trap 'exit 0' TERM INT; while :; do sleep 3600 & wait $!; done"`,
    `    environment: ["VERSION=${version}"]`,
    "    stop_grace_period: 2s",
    `    ${LABELS}`,
    ...more,
  ];
  return [
    `name: ${project}`,
    "networks:",
    "  net:",
    `    ${LABELS}`,
    "apps:",
    ...app("db"),
    ...app("web", "    depends_on: [db]", "    networks: [net]"),
    "",
  ].join("\n");
}
