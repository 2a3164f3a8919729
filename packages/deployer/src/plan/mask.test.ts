import { expect, test } from "vitest";
import { maskValue } from "./mask.js";

const SECRET = "hunter2";

test.each([
  ["command", ["app", "--password", SECRET, "--port", "80"], "app --password *** --port 80"],
  ["command", ["app", `--db-password=${SECRET}`], "app --db-password=***"],
  ["command", ["sh", "-c", `TOKEN=${SECRET} app --secret ${SECRET} -v`], "sh -c 'TOKEN=*** app --secret *** -v'"],
  ["command", ["curl", "-u", `ada:${SECRET}`, "http://x"], "curl -u ada:*** http://x"],
  ["args", ["-H", `Authorization: Bearer ${SECRET}${SECRET}`], "-H 'Authorization: ***'"],
  ["args", ["app", "--api-key", `it's ${SECRET}`], "app --api-key ***"],
  ["args", ["--url", `amqp://ada:${SECRET}@broker:5672/`], "--url amqp://ada:***@broker:5672/"],
  ["healthcheck.Test", ["CMD-SHELL", `redis-cli --pass ${SECRET} ping`], "CMD-SHELL 'redis-cli --pass *** ping'"],
  ["labels.traefik.http.middlewares.x.basicauth.users", `ada:${SECRET}`, "***"],
  ["labels.db.password", SECRET, "***"],
  ["labels.api-token", SECRET, "***"],
  ["labels.url", `https://ada:${SECRET}@host/x`, "https://ada:***@host/x"],
  [
    "mounts./data.VolumeOptions.DriverConfig.Options.o",
    `addr=nas,username=ada,password=${SECRET},vers=3.0`,
    "addr=nas,username=ada,password=***,vers=3.0",
  ],
  ["env.ANY", SECRET, "***"],
])("%s %j is masked as %s", (path, value, expected) => {
  const { text, masked } = maskValue(path, value, {});
  expect(text).toBe(expected);
  expect(text).not.toContain(SECRET);
  expect(masked).toBe(true);
});

test.each([
  ["command", ["app", "--passive", "yes", "--author", "ada"], "app --passive yes --author ada"],
  ["command", ["sh", "-c", "echo $HOME > /tmp/x"], "sh -c 'echo $HOME > /tmp/x'"],
  ["labels.author", "ada", "ada"],
  ["labels.traefik.http.routers.x.rule", "Host(`auth.example.com`)", "Host(`auth.example.com`)"],
  ["labels.model", "github://owner:repo@main/device.xml", "github://owner:repo@main/device.xml"],
  ["image", "registry/auth:1.4", "registry/auth:1.4"],
  ["secrets.token.name", "token-1a2b", "token-1a2b"],
  ["mounts./data.VolumeOptions.DriverConfig.Options.device", ":/export/data", ":/export/data"],
])("%s %j stays as it is", (path, value, expected) => {
  expect(maskValue(path, value, {})).toEqual({ text: expected, masked: false });
});
