import type { DesiredProject, Plan } from "@openfactory/deployer";
import { samplePlan } from "./sample-plan.js";

/** Text that would be markup, a script, a request, a mention or a command if it was not escaped. */
export const HOSTILE = [
  `</title></style><script>console.error("ran")</script><img src="http://192.0.2.1/x" onerror="alert(1)">`,
  `" onload="alert(1)' x='`,
  "`code` ```fence``` | cell | @everyone #1 GH-2 <!-- --> </details> ![image](https://example.com/x)",
  "https://example.com www.example.com :tada: $x^2$ [link](javascript:alert(1)) \u202egnp.exe \u0000\u001b[2J\nsecond line",
].join(" ");

/** Enumerations: the strings that no user and no engine writes. */
const KEPT = new Set(["action", "kind", "ownership", "state", "createdAt", "code"]);

const hostile = (value: unknown, key = ""): unknown => {
  if (typeof value === "string") return KEPT.has(key) ? value : `${value} ${HOSTILE}`;
  if (Array.isArray(value)) return value.map((each) => hostile(each, key));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, hostile(each, name)]));
};

const location = { file: "openfactory.yml", line: 3, column: 5 };

/** A plan with every kind of entry, in which every name, value and sentence is {@link HOSTILE}. */
export const hostilePlan = hostile({
  ...samplePlan,
  apps: samplePlan.apps.map((app) => ({
    ...app,
    location,
    restarts: ["web.1"],
    changes: app.changes.map((change) => ({ ...change, key: change.path, item: "8080/tcp", location })),
    warnings: [{ code: "FIELD_NOT_SUPPORTED", reason: "Not supported.", field: "constraints" }],
  })),
  findings: [
    { app: "new", service: "new", code: "CONFLICT", message: "In use", hint: "Stop it.", key: "ports[0]", location },
  ],
  warnings: [{ code: "OTHER_FILES", reason: "Some." }],
}) as Plan;

/** The files of a plan: each app joins a network, and writes to a separate volume. */
export const desiredOf = ({ project, apps }: Plan): DesiredProject => ({
  project,
  apps: apps.map(({ app, service }) => ({
    key: app,
    service,
    request: {
      name: service,
      image: "demo:2",
      networks: ["factory_back"],
      constraints: ["node.role == worker"],
      mounts: [{ Type: "volume", Source: `${service}_data`, Target: "/data" }],
    },
    dependsOn: [],
  })),
});
