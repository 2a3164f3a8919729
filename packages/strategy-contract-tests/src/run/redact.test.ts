import { expect, test } from "vitest";
import { createRedactor } from "./redact.js";

const redact = createRedactor({
  env: { TOKEN: "hunter2-hunter2", SHORT: "1", npm_package_name: "my-package" },
  cwd: "/home/me/project",
  home: "/home/me",
  temporary: "/tmp",
  host: "plc-7",
});

test.each([
  ["values of variables of this process", "401: hunter2-hunter2 is wrong", "401: *** is wrong"],
  [
    "values in lists of env",
    `env is ["PASSWORD=top secret", 'A=b', C=d]`,
    `env is ["PASSWORD=*** secret", 'A=***', C=***]`,
  ],
  ["paths of this machine", "no /home/me/project/a.js, /home/me/.docker, /tmp/x", "no ./a.js, ~/.docker, <tmp>/x"],
  ["the name of this machine", "plc-7 is down", "<host> is down"],
  ["colors and control characters", "\u{1B}[31mred\u{1B}[0m\u{7}!", "red!"],
  ["all but the first line", "one\ntwo", "one"],
])("the redactor removes %s", (_, text, expected) => {
  expect(redact(text)).toBe(expected);
});

test("the redactor shortens a long text", () => {
  expect(redact("x".repeat(10_000)).length).toBeLessThan(600);
});
