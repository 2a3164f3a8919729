import { describe, expect, test } from "vitest";
import {
  argsSchema,
  capabilitiesSchema,
  commandSchema,
  envSchema,
  hostnameSchema,
  labelsSchema,
  userSchema,
} from "./process.js";

const messages = (parsed: { error?: { issues: { message: string }[] } }): string[] =>
  parsed.error?.issues.map(({ message }) => message) ?? [];

describe("userSchema", () => {
  test.each(["1000", "1000:1000", "0:0", "app", "app:staff"])("accepts %s", (user) => {
    expect(userSchema.parse(user)).toBe(user);
  });

  test.each(["", ":", "1000:", ":1000", "1:2:3", "a b", "1000 ", 1000])("rejects %j", (user) => {
    expect(userSchema.safeParse(user).success).toBe(false);
  });
});

describe("envSchema", () => {
  test.each([
    "A=b",
    "A=",
    "A=b=c=",
    "A= b ",
    'A="quoted"',
    "A=line\nline",
    "A=ü€😀",
    "A={{.Service.Name}}",
    "a.b-c=1",
    "A=$B",
  ])("keeps %j unchanged", (entry) => {
    expect(envSchema.parse([entry])).toEqual([entry]);
  });

  test("keeps the order", () => {
    expect(envSchema.parse(["B=1", "A=2", "C=3"])).toEqual(["B=1", "A=2", "C=3"]);
  });

  test.each(["TOPSECRET", "=TOPSECRET", "", "A=TOP\0SECRET"])("rejects %j without repeating it", (entry) => {
    const parsed = envSchema.safeParse(["OK=1", entry]);
    expect(parsed.error?.issues).toHaveLength(1);
    expect(parsed.error?.issues[0]?.path).toEqual([1]);
    expect(JSON.stringify(messages(parsed))).not.toMatch(/TOP|SECRET/);
  });

  test("rejects a duplicate key with its first position, and no value", () => {
    expect(messages(envSchema.safeParse(["A=1", "PASSWORD=hunter2", "PASSWORD=hunter3"]))).toEqual([
      "PASSWORD is already set by env[1]",
    ]);
  });

  test("distinguishes keys by case", () => {
    expect(envSchema.safeParse(["a=1", "A=2"]).success).toBe(true);
  });

  test.each([{ A: "b" }, "A=b", [1], [null], null])("rejects %j", (env) => {
    expect(envSchema.safeParse(env).success).toBe(false);
  });
});

describe("labelsSchema", () => {
  test("accepts names and values with special characters", () => {
    const labels = { "traefik.http.routers.a.rule": "Host(`a.b`)", 'a="b"': "line\nline", ü: "", "a b": "=" };
    expect(labelsSchema.parse(labels)).toEqual(labels);
  });

  test.each([{ "": "x" }, { a: 1 }, { a: null }, { a: "x\0" }, { "a\0": "x" }, ["a=b"], "a=b"])(
    "rejects %j",
    (labels) => {
      expect(labelsSchema.safeParse(labels).success).toBe(false);
    },
  );
});

describe("commandSchema", () => {
  test.each([
    ["sleep 10", ["sleep", "10"]],
    ['sh -c "echo a; echo b"', ["sh", "-c", "echo a; echo b"]],
    ["echo 'it''s' a\\ b", ["echo", "its", "a b"]],
    ['echo ""', ["echo", ""]],
    ["echo $HOME * #x", ["echo", "$HOME", "*", "#x"]],
    ["a\n\tb", ["a", "b"]],
  ])("splits %j like a shell", (line, words) => {
    expect(commandSchema.parse(line)).toEqual(words);
  });

  test("keeps words unchanged", () => {
    expect(commandSchema.parse(["a b", "'c'", ""])).toEqual(["a b", "'c'", ""]);
  });

  test.each([
    ["", "must not be empty"],
    ["  ", "must not be empty"],
    [[], "must not be empty"],
    [[""], "its first word must not be empty"],
    ["'' a", "its first word must not be empty"],
  ])("rejects %j: %s", (command, message) => {
    expect(JSON.stringify(commandSchema.safeParse(command).error?.issues)).toContain(message);
  });

  test.each(["echo 'a", 'echo "a', ["a\0"], "a\0", [1], 1, null])("rejects %j", (command) => {
    expect(commandSchema.safeParse(command).success).toBe(false);
  });
});

describe("argsSchema", () => {
  test.each([
    ["", []],
    ["-v 'a b'", ["-v", "a b"]],
    [[], []],
    [
      ["", "x"],
      ["", "x"],
    ],
  ])("parses %j to %j", (args, words) => {
    expect(argsSchema.parse(args)).toEqual(words);
  });

  test.each(["'a", "a\0b", ["a\0b"], [1], null])("rejects %j", (args) => {
    expect(argsSchema.safeParse(args).success).toBe(false);
  });
});

test.each([
  ["web-1.example", true],
  ["a".repeat(64), true],
  ["", false],
  ["a b", false],
  ["a/b", false],
  ["a".repeat(65), false],
])("hostnameSchema with %j: valid %s", (hostname, valid) => {
  expect(hostnameSchema.safeParse(hostname).success).toBe(valid);
});

describe("capabilitiesSchema", () => {
  test("normalizes all spellings of a capability", () => {
    expect(capabilitiesSchema.parse(["CAP_NET_ADMIN", "net_raw", "cap_sys_time", "ALL"])).toEqual([
      "NET_ADMIN",
      "NET_RAW",
      "SYS_TIME",
      "ALL",
    ]);
  });

  test.each(["", "CAP_", "NET ADMIN", "NET-ADMIN"])("rejects %j", (capability) => {
    expect(capabilitiesSchema.safeParse([capability]).success).toBe(false);
  });
});
