import { describe, expect, it } from "vitest";
import { parseAppFile } from "../load-project.js";

const files = {
  "shop/one.env": Buffer.from("A=1\nB=one\nHOST=${BASE}/${A}\n"),
  "shop/two.env": Buffer.from("B=two $A\nC='3'\nINHERITED\n"),
  "/etc/three.env": Buffer.from("KAFKA_BROKER=own:9092\nAPP_UUID=Demo\n"),
};
const env = { BASE: "http://base", INHERITED: "yes", KAFKA_BROKER: "broker:9092" };

/** What the app gets beside its identity. */
const variablesOf = (...lines: string[]) => {
  const text = ["apps:", "  demo:", "    uuid: Demo", "    image: x", ...lines.map((line) => `    ${line}`)].join("\n");
  return parseAppFile(text, { file: "shop/apps.yml", env, files }).apps[0]?.request.env?.slice(4);
};

describe("env_file", () => {
  it("is a path, a list of paths, or a path that is not required", () => {
    const one = ["KAFKA_BROKER=broker:9092", "A=1", "B=one", "HOST=http://base/1"];
    expect(variablesOf("env_file: one.env")).toEqual(one);
    expect(variablesOf("env_file: [./one.env]")).toEqual(one);
    expect(variablesOf("env_file: {path: ../shop/one.env, required: true}")).toEqual(one);
    expect(variablesOf("env_file: [{path: none.env, required: false}, one.env]")).toEqual(one);
    expect(variablesOf("env_file: []")).toEqual(["KAFKA_BROKER=broker:9092"]);
  });

  it("is overridden by later files and environment, and can use variables of earlier files", () => {
    expect(variablesOf("env_file: [one.env, two.env]", "environment: [C=4]")).toEqual([
      "KAFKA_BROKER=broker:9092",
      "A=1",
      "B=two 1",
      "HOST=http://base/1",
      "C=4",
      "INHERITED=yes",
    ]);
  });

  it("locates each variable in the env file, even if other values contain similar lines", () => {
    const text = 'B[0]=1\nA="x\nC=decoy\n"\n  export C = 2\nÉ=3\nA=4\n';
    const file = "apps:\n  demo: {uuid: Demo, image: x, env_file: a.env, environment: [OWN=1]}";
    const app = parseAppFile(file, { file: "shop/apps.yml", env: {}, files: { "shop/a.env": Buffer.from(text) } })
      .apps[0];
    const placeOf = (name: string) => {
      const index = app?.request.env?.findIndex((entry) => entry.startsWith(`${name}=`));
      const { file: where, line, column } = app?.locate(`env[${index}]`) ?? {};
      return `${where}:${line}:${column}`;
    };
    expect(["B[0]", "C", "É", "A"].map(placeOf)).toEqual([
      "shop/a.env:1:1",
      "shop/a.env:5:10",
      "shop/a.env:6:1",
      "shop/a.env:7:1",
    ]);
    expect(placeOf("OWN")).toBe("shop/apps.yml:2:63");
  });

  it("shows no location in a file whose name contains a variable", () => {
    const file = "apps:\n  demo: {uuid: Demo, image: x, env_file: '${NAME}'}";
    const app = parseAppFile(file, { file: "shop/apps.yml", env: { NAME: "one.env", BASE: "b" }, files }).apps[0];
    expect(app?.locate("env[5]")).toMatchObject({ file: "shop/apps.yml", line: 2 });
  });

  it("can repeat the identity of the app, and can set OpenFactory's variables", () => {
    expect(variablesOf("env_file: /etc/three.env")).toEqual(["KAFKA_BROKER=own:9092"]);
  });
});
