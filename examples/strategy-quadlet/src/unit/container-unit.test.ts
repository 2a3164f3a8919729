import { type DeployRequest, parseRequest } from "@openfactory/deploy-core";
import { expect, test } from "vitest";
import { containerUnit, fullImage, readRecord, type ServiceRecord } from "./container-unit.js";

const record = (part: Partial<DeployRequest> = {}, more: Partial<ServiceRecord> = {}): ServiceRecord => ({
  id: "id-1",
  version: "v-1",
  created: 1_700_000_000_000_000,
  stopped: false,
  request: parseRequest({ name: "web", image: "app:1", ...part }),
  ...more,
});
const files = { podman: "/var/lib/openfactory-quadlet/web/v-1.env" };
const unit = (part?: Partial<DeployRequest>, more?: Partial<ServiceRecord>): string =>
  containerUnit(record(part, more), files);
const lines = (text: string): string[] => text.split("\n").filter((line) => !line.startsWith("Request="));

test("a unit has the image, the name, the owner and the restart policy of its service", () => {
  const found = lines(unit());
  for (const line of [
    "ContainerName=web",
    "Image=docker.io/library/app:1",
    "Pull=missing",
    "Label=org.openfactory.quadlet.id=id-1",
    "EnvironmentFile=/var/lib/openfactory-quadlet/web/v-1.env",
    "Restart=always",
    "WantedBy=multi-user.target",
  ])
    expect(found).toContain(line);
});

test("a stopped service, and one that runs once, do not start with the machine", () => {
  expect(unit({}, { stopped: true })).not.toContain("[Install]");
  expect(unit({ restart: { Condition: "none" } })).not.toContain("[Install]");
  expect(unit({ restart: { Condition: "on-failure" } })).toContain("[Install]");
});

test("no value of env is part of the unit", () => {
  const text = unit({ env: ["PASSWORD=hunter-2", "KEY=two\nlines-3"] });
  expect(text).not.toContain("hunter-2");
  expect(text).not.toContain("lines-3");
  expect(text).toContain("PodmanArgs=--env KEY");
});

/** Texts that would add a directive, a section, a specifier, a variable or a command if one of them were not escaped. */
const HOSTILE = [
  "a\n[Service]\nExecStartPre=/bin/evil",
  "a\r\nUser=evil",
  "a\\",
  "\\\nExecStartPre=/bin/evil",
  "%n %h %%",
  "$HOME ${HOME} $$",
  `"; /bin/evil; "`,
  "' ' \" \"",
  ";",
  "",
  "#",
  "x".repeat(8192),
  "Grüße, 世界 🏭",
  "\u0001\u001b[0m\u007f",
  "{{.Node}}",
];

/** A part of a request with the hostile text in each field that takes free text. */
const parts = (text: string): Partial<DeployRequest>[] => [
  { command: ["run", text] },
  { args: [text, "last"] },
  { labels: { "org.example.a": text, ...(text !== "" && { [text.replaceAll("=", "")]: "1" }) } },
  { env: [`A=${text}`] },
  { workingDir: `/${text}` },
  { healthcheck: { Test: ["CMD-SHELL", text] } },
  { healthcheck: { Test: ["CMD", "run", text] } },
  { mounts: [{ Type: "bind", Source: `/${text}`, Target: `/data/${text}` }] },
  { sysctls: { "net.core.somaxconn": text } },
  { devices: [{ source: "/dev/null", target: `/dev/${text.replaceAll(/[:\n\r]/g, "")}x` }] },
  { secrets: [{ name: "key", target: `/run/${text}x` }] },
];

test("no text of a request adds a line, a section or an expansion to the unit", () => {
  const plain = containerUnit(record({ command: ["run"] }), files);
  const sections = (text: string): string[] => text.split("\n").filter((line) => line.startsWith("["));
  let tried = 0;
  for (const text of HOSTILE) {
    for (const part of parts(text)) {
      let written: string;
      try {
        written = unit({ command: ["run"], ...part });
      } catch {
        // The request is invalid, so the strategy never sees it.
        continue;
      }
      tried += 1;
      expect(sections(written), text).toEqual(sections(plain));
      const directives = written.split("\n").filter((line) => line !== "" && !/^[[#]/.test(line));
      for (const line of directives) {
        expect(line, text).toMatch(/^[A-Za-z]+=/);
        if (line.startsWith("Request=")) continue;
        expect(line.replaceAll("%%", ""), `a specifier in ${line.slice(0, 80)}`).not.toContain("%");
        const variables = line.replaceAll("$$", "").replaceAll(/\$\{OPENFACTORY_(?:EMPTY|SEMICOLON)\}/g, "");
        expect(variables, `a variable in ${line.slice(0, 80)}`).not.toContain("$");
      }
      expect(directives.map((line) => line.split("=")[0])).not.toContain("ExecStartPre");
    }
  }
  expect(tried).toBeGreaterThan(100);
});

test("readRecord() returns what the unit was made from", () => {
  for (const text of HOSTILE) {
    const one = record({ command: ["run", text], env: [`A=${text}`], labels: { a: text } }, { stopped: text === "" });
    expect(readRecord(containerUnit(one, files), one.request.env)).toEqual({
      ...one,
      request: JSON.parse(JSON.stringify(one.request)),
    });
  }
});

test("readRecord() returns undefined for a unit of another tool", () => {
  expect(readRecord("[Container]\nImage=app\nLabel=org.openfactory.quadlet.id=id-1\n", [])).toBeUndefined();
  expect(readRecord("[X-OpenFactory]\nId=a\nVersion=b\nRequest={\n", [])).toBeUndefined();
});

test("a value that Quadlet would take for a unit is written as an option of Podman", () => {
  expect(unit({ networks: ["line.network"] })).toContain("PodmanArgs=--network line.network");
  expect(unit({ mounts: [{ Source: "data.volume", Target: "/data" }] })).toContain(
    "PodmanArgs=--mount type=volume,source=data.volume",
  );
});

test("a single attempt limit, delays and grace periods become directives of systemd", () => {
  const text = unit({ restart: { Condition: "on-failure", MaxAttempts: 3, Delay: 2e9 }, stopGracePeriod: 45e9 });
  for (const line of [
    "StartLimitBurst=4",
    "StartLimitIntervalSec=infinity",
    "RestartSec=2000ms",
    "StopTimeout=45",
    "TimeoutStopSec=75",
  ])
    expect(lines(text)).toContain(line);
});

test.for([
  ["app", "docker.io/library/app:latest"],
  ["team/app:1", "docker.io/team/app:1"],
  ["localhost:5000/app", "localhost:5000/app:latest"],
  ["localhost/app:1", "localhost/app:1"],
])("the image %s is %s", ([image = "", full]) => {
  expect(fullImage(image)).toBe(full);
});
