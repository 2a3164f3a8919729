import { scryptSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { parseAppFile } from "./load-project.js";

const files = { "shop/db.txt": Buffer.from([0, 255, 10]), "shop/app.conf": Buffer.from("one") };
const env = { TOKEN: "s3cret", LEVEL: "debug" };

const parse = (top: string[], app: string[], name = "shop") =>
  parseAppFile(
    [
      `name: ${name}`,
      ...top,
      "apps:",
      "  web:",
      "    uuid: WEB",
      "    image: x",
      ...app.map((line) => `    ${line}`),
    ].join("\n"),
    { file: "shop/apps.yml", env, files },
  );

describe("a declared secret", () => {
  const top = [
    "secrets:",
    "  db: {file: ./db.txt}",
    "  token: {environment: TOKEN}",
    "  old: {external: true, name: old-v1}",
  ];

  it("is created with a hash of its content in the name, and becomes a file with its key as name", () => {
    const { resources, apps } = parse(top, ["secrets: [db, {source: token, target: /t, mode: '0400'}, old, theirs]"]);
    const [db, token] = resources;
    expect(resources).toHaveLength(2);
    expect(db).toEqual({
      key: "db",
      spec: { kind: "secret", name: expect.stringMatching(/^shop_db_[0-9a-f]{12}$/), content: files["shop/db.txt"] },
      location: { file: "shop/apps.yml", line: 3, column: 3 },
      file: "apps.yml",
    });
    expect(token?.spec).toMatchObject({ name: expect.stringMatching(/^shop_token_/), content: Buffer.from("s3cret") });
    expect(apps[0]?.request.secrets).toEqual([
      { name: db?.spec.name, target: "db" },
      { name: token?.spec.name, target: "/t", mode: 0o400 },
      { name: "old-v1", target: "old" },
      { name: "theirs" },
    ]);
  });

  it("has a slow, salted hash in its name, which differs for equal secrets", () => {
    const { resources } = parse(
      ["secrets:", "  a: {environment: TOKEN}", "  b: {environment: TOKEN}"],
      ["secrets: [a, b]"],
    );
    const hashes = resources.map(({ spec }) => spec.name.slice(-12));
    expect(hashes[0]).not.toBe(hashes[1]);
    expect(hashes[0]).toBe(scryptSync("s3cret", "shop/a", 6).toString("hex"));
    const elsewhere = parse(["secrets: {a: {environment: TOKEN}}"], ["secrets: [a]"], "other");
    expect(elsewhere.resources[0]?.spec.name.slice(-12)).not.toBe(hashes[0]);
  });

  it("is not created if no app uses it", () => {
    expect(parse(top, []).resources).toEqual([]);
  });
});

describe("a declared config", () => {
  it("comes from a file, a variable, or content in the app file, in which variables are replaced", () => {
    const top = [
      "configs:",
      "  a: {file: app.conf}",
      "  b: {environment: LEVEL}",
      '  c: {content: "level=${LEVEL} $$HOME"}',
    ];
    const { resources, apps } = parse(top, ["configs: [a, b, c]"]);
    expect(resources.map(({ spec }) => "content" in spec && Buffer.from(spec.content).toString())).toEqual([
      "one",
      "debug",
      "level=debug $$HOME",
    ]);
    // SHA-256 of "one".
    expect(apps[0]?.request.configs?.[0]).toEqual({ name: "shop_a_7692c3ad3540", target: "/a" });
  });

  it("has a new name if its content changes", () => {
    const nameWith = (content: string) =>
      parse([`configs: {a: {content: ${content}}}`], ["configs: [a]"]).resources[0]?.spec.name;
    expect(nameWith("x")).toBe(nameWith("x"));
    expect(nameWith("x")).not.toBe(nameWith("y"));
  });

  it("has a name of at most 64 characters, which differs for long keys with the same start", () => {
    const fitting = "n".repeat(46);
    const [a, b] = [`${"n".repeat(80)}a`, `${"n".repeat(80)}b`];
    const { resources, apps } = parse(
      [`configs: {${fitting}: {content: x}, ${a}: {content: x}, ${b}: {content: x}}`],
      [`configs: [${fitting}, ${a}, ${b}]`],
    );
    const names = resources.map(({ spec }) => spec.name);
    expect(names.map((name) => name.length)).toEqual([64, 64, 64]);
    expect(names[0]).toMatch(/^shop_n{46}_[0-9a-f]{12}$/);
    expect(names[1]).toMatch(/^shop_n{37}-[0-9a-f]{8}_[0-9a-f]{12}$/);
    expect(new Set(names).size).toBe(3);
    expect(apps[0]?.request.configs).toMatchObject([
      { target: `/${fitting}` },
      { target: `/${a}` },
      { target: `/${b}` },
    ]);
    expect(parse([`configs: {${a}: {content: x}}`], [`configs: [${a}]`]).resources[0]?.spec.name).toBe(names[1]);
  });
});

describe("a declared network", () => {
  it("is named after the project unless it has a name, and is created with the given options", () => {
    const top = [
      "networks:",
      "  back:",
      "  front: {name: edge, driver: overlay, driver_opts: {encrypted: true, mtu: 1.50}, attachable: false, internal: yes, labels: [a=b=c]}",
      "  plant: {external: true, name: factory-net}",
    ];
    const { resources, apps, networks } = parse(top, ["networks: [back, front, plant, theirs]"]);
    expect(resources.map(({ key, spec }) => ({ key, spec }))).toEqual([
      { key: "back", spec: { kind: "network", name: "shop_back" } },
      {
        key: "front",
        spec: {
          kind: "network",
          name: "edge",
          driver: "overlay",
          driverOptions: { encrypted: "true", mtu: "1.50" },
          attachable: false,
          internal: true,
          labels: { a: "b=c" },
        },
      },
    ]);
    expect(apps[0]?.request.networks).toEqual(["shop_back", "edge", "factory-net", "theirs"]);
    expect(networks.map(({ name }) => name)).toEqual(["factory-net", "theirs"]);
  });
});
