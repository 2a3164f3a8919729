import { describe, expect, test } from "vitest";
import { Redactor } from "./redactor.js";
import { secretsOfEnvironment, secretsOfRequest, secretsOfResource, type SecretValue } from "./secret-values.js";

const SECRET = "example-value-1";
const request = (env: string[], more: object = {}) => ({
  name: "te-q",
  image: "reg.example:5000/line/app:1.2.3",
  env,
  ...more,
});
const redactorFor = (env: string[], more: object = {}) => new Redactor(secretsOfRequest(request(env, more)));
const base64 = (text: string) => Buffer.from(text).toString("base64");

describe("Redactor.text() masks a value of env", () => {
  const value = 'a"b\\c<d> e/f+g\u0001\tß€';
  test.each([
    ["unchanged", value],
    ["in JSON", JSON.stringify({ a: value })],
    ["in JSON in JSON", JSON.stringify(JSON.stringify({ a: value }))],
    ["as Go's encoding/json writes it", '"a\\"b\\\\c\\u003cd\\u003e e/f+g\\u0001\\tß€"'],
    ["as Go's %q writes it", '"a\\"b\\\\c<d> e/f+g\\x01\\tß€"'],
    ["in a URL", `?q=${encodeURIComponent(value)}`],
    ["in a URL's query", `?q=${encodeURIComponent(value).replaceAll("%20", "+")}&x`],
    ["in Base64", base64(value)],
    ["in Base64, shifted by one byte", base64(`x${value}y`)],
    ["in Base64, shifted by two bytes", base64(`xx${value}`)],
    ["in Base64 for URLs", Buffer.from(`xx${value}`).toString("base64url")],
    ["truncated at the end", `expanding "${value.slice(0, -2)}.`],
  ])("%s", (_, text) => {
    const masked = redactorFor([`A=${value}`]).text(`before ${text} after`.replace(/\. after$/, "."));
    expect(masked).toContain("***");
    for (const part of ["c<d>", "c\\u003cd", "%3Cd%3E", base64(value).slice(4, -4)]) expect(masked).not.toContain(part);
    expect(masked.startsWith("before ")).toBe(true);
  });

  test("with several lines, also if only some of its lines appear, or joined", () => {
    const key = "-----BEGIN KEY-----\nMIIEvQIBADANBg\n  kqhkiG9w0BAQ\n";
    const redactor = redactorFor([`KEY=${key}`]);
    expect(redactor.text(`bad: ${key.replace(/\s*\n\s*/g, " ")}`)).toBe("bad: *** *** *** ");
    expect(redactor.text("at line kqhkiG9w0BAQ")).toBe("at line ***");
  });

  test("as a whole if another value is part of it, and if two overlap", () => {
    const redactor = redactorFor(["A=secret", "B=secret-and-more", "C=more-again"]);
    expect(redactor.text("x secret-and-more y secret z secret-and-more-again")).toBe("x *** y *** z ***");
  });

  test("with the words of a Go template, which engines repeat one by one", () => {
    const redactor = redactorFor([`Q=pw='${SECRET}' and k='{{index .env 0}}'`, "R={{hunter2 | printf}}"]);
    const words = `expanding env "Q=pw='${SECRET}' and k='{{index .env 0}}'": executing at <index .env 0>: function "hunter2" not defined`;
    expect(redactor.text(words)).toBe('expanding env "Q=***": executing at <***>: function "***" not defined');
  });

  test.each([
    ["URL=amqp://ada:p%40ss!@broker:5672/", "login failed for p@ss! (p%40ss!)", "login failed for *** (***)"],
    ["DSN=Server=db;User=ada;Password=hunter2;", "denied: hunter2", "denied: ***"],
    ['STORAGE={"nas":{"password":"hunter2"}}', "mount: hunter2", "mount: ***"],
    ["PASSWORD=admin", "xadminx", "x***x"],
    ["PASSWORD=true", "got true", "got ***"],
    ["PIN=12345678", "got 12345678", "got ***"],
    ["GREETING=hello", "hello, othello", "***, othello"],
  ])("%s in %j", (entry, text, expected) => {
    expect(redactorFor([entry]).text(text)).toBe(expected);
  });
});

test.each([
  ["PORT=8080", "port 8080 is in use"],
  ["LEVEL=WARNING", "warning: x"],
  ["ON=true", "true"],
  ["LIMIT=512Mi", "at most 512Mi"],
  ["MODEL=github://owner:repo@main/device.xml", "the repository repo is not there"],
  ["X=", "x"],
  ["X=ab", "about"],
  ["APP_UUID=TE-Q", "te-q and TE-Q failed"],
  ["VERSION=1.2.3", "could not pull reg.example:5000/line/app:1.2.3"],
  ["NETWORK=plant-net", "no network plant-net"],
  ["SITE=plant", "no network plant-net"],
  ["DATA=/srv/data", "no such directory /srv/data"],
])("Redactor.text() keeps the value of %s in %j, since messages need it", (entry, text) => {
  const more = { networks: ["plant-net"], mounts: [{ Type: "bind", Source: "/srv/data", Target: "/data" }] };
  expect(redactorFor([entry], more).text(text)).toBe(text);
});

test("Redactor.text() masks a log option with a name that suggests a secret, and no other", () => {
  const options = { "splunk-token": "abc-123-def", "gelf-address": "udp://ada:hunter2@192.0.2.1", "max-size": "10m" };
  const redactor = redactorFor([], { logging: { driver: "splunk", options } });
  expect(redactor.text("token abc-123-def, hunter2, max-size 10m")).toBe("token ***, ***, max-size 10m");
});

test.each([
  ["https://ada:hunter2@registry.example/v2/", "https://ada:***@registry.example/v2/"],
  ["HTTPS://ada:hunter2@x and git+github://ada:hunter2@x", "HTTPS://ada:***@x and git+github://ada:***@x"],
  ["Authorization: Bearer abc.def-123", "Authorization: Bearer ***"],
  ['{"X-Registry-Auth":"eyJ1c2Vy"}', '{"X-Registry-Auth":"***"}'],
  ["unauthorized: authentication required", "unauthorized: authentication required"],
  ["see https://docs.docker.com/go/auth: a@b", "see https://docs.docker.com/go/auth: a@b"],
  ["github://owner:repo@main/device.xml", "github://owner:repo@main/device.xml"],
])("Redactor.text() masks passwords and credentials that are not known: %s", (text, expected) => {
  expect(new Redactor().text(text)).toBe(expected);
});

test("secretsOfResource() finds the content of secrets and configs, its lines, and passwords within", () => {
  const content = (text: string): Uint8Array => Buffer.from(text);
  const redactor = new Redactor([
    ...secretsOfResource({ kind: "secret", content: content("s3cr3t-of-the-line\n") }),
    ...secretsOfResource({ kind: "config", content: content("listen = 8080\nbroker_password = hunter2\n") }),
    ...secretsOfResource({ kind: "secret", content: Uint8Array.of(0xff, 0xfe, 0, 1, 2, 3, 4, 5, 6, 7) }),
    ...secretsOfResource({ kind: "network" }),
  ]);
  expect(redactor.text("a s3cr3t-of-the-line b hunter2 c //4AAQIDBAUGBw== d")).toBe("a *** b *** c *** d");
});

test("secretsOfEnvironment() finds variables whose names suggest a secret", () => {
  const redactor = new Redactor(secretsOfEnvironment({ DB_PASSWORD: "hunter2", HOME: "/home/ada", EMPTY: undefined }));
  expect(redactor.text("/home/ada hunter2")).toBe("/home/ada ***");
});

test("secretsOfEnvironment() leaves out the working directory and the socket of the SSH agent", () => {
  const env = { PWD: "/srv/plant", OLDPWD: "/srv/old", SSH_AUTH_SOCK: "/tmp/ssh-1/agent.2", ADMIN_PWD: "hunter2" };
  const redactor = new Redactor(secretsOfEnvironment(env));
  const text = "the project in /srv/plant, before in /srv/old, by /tmp/ssh-1/agent.2";
  expect(redactor.text(`${text}, hunter2`)).toBe(`${text}, ***`);
});

test("Redactor.text() masks one of 1,000 values that begin in the same way", () => {
  const similar: SecretValue[] = Array.from({ length: 1000 }, (_, index) => ({ value: `${"a".repeat(200)}${index}` }));
  expect(new Redactor(similar).text(`${"a".repeat(200)}77 `.repeat(500))).toBe("*** ".repeat(500));
});
