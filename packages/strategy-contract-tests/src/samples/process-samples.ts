import type { FieldSample } from "./sample.js";

/** What runs, and as whom. */
export const processSamples: FieldSample[] = [
  { title: "env", part: { env: ["FIRST=1", "SECOND=a=b=c", "EMPTY="] } },
  // A platform may have no such variables.
  { title: "replicaEnv", usual: true, part: { replicaEnv: true } },
  { title: "labels", part: { labels: { "org.example.a": "1", b: "" } } },
  { title: "command, as words", usual: true, part: async ({ programs }) => ({ command: programs.run() }) },
  {
    title: "command, as a line that a shell would split",
    part: { command: `sh -c 'sleep 1000 & wait' "two words" \\$x` },
  },
  {
    title: "command with args",
    part: async ({ programs }) => ({ command: programs.run(), args: ["one", "two words", ""] }),
  },
  {
    title: "args alone, which leave the image's entrypoint",
    part: async ({ target }) => ({ image: target.images.withEntrypoint, args: ["one", "two"] }),
  },
  { title: "user", part: { user: "1234:2345" } },
  { title: "hostname", part: { hostname: "contract-host" } },
  { title: "templates: text as it is written", usual: true, part: { templates: "literal" } },
  { title: "init", part: { init: true } },
  { title: "readOnly", part: { readOnly: true } },
  { title: "capAdd", part: { capAdd: ["CAP_NET_ADMIN", "sys_ptrace"] } },
  { title: "capDrop", part: { capDrop: ["NET_RAW", "CAP_CHOWN"] } },
  { title: "capDrop of all", part: { capDrop: ["ALL"] } },
];
