import { describe, expect, it } from "vitest";
import { parseAppFile } from "../parse-app-file.js";

const labelsOf = (lines: string[], env: Record<string, string> = {}) =>
  parseAppFile(
    ["apps:", "  a:", "    uuid: App_One", "    image: x", ...lines.map((line) => `    ${line}`)].join("\n"),
    {
      file: "/srv/shop/apps.yml",
      env,
    },
  ).apps[0]?.request.labels;
const ruleOf = (routing: string, env?: Record<string, string>) =>
  labelsOf([`routing: {expose: true, port: 80, ${routing}}`], env)?.["traefik.http.routers.app_one.rule"];

describe("routing", () => {
  it("makes no labels unless it exposes", () => {
    expect(labelsOf(["routing: {port: 80, hostname: a}"])).toBeUndefined();
    expect(labelsOf(["routing: {expose: false}"])).toBeUndefined();
  });

  it("makes the rule of the host name", () => {
    expect(ruleOf("hostname: Dash")).toBe("Host(`dash`)");
    expect(ruleOf("hostname: dash.example.com")).toBe("Host(`dash.example.com`)");
  });

  it("derives host names from the base domain, as OpenFactory does", () => {
    const env = { OPENFACTORY_BASE_DOMAIN: "shop.local" };
    expect(ruleOf("", env)).toBe("Host(`app-one.shop.local`)");
    expect(ruleOf("hostname: my_dash", env)).toBe("Host(`app-one.shop.local`) || Host(`my-dash.shop.local`)");
    expect(ruleOf("hostname: dash.example.com", env)).toBe("Host(`app-one.shop.local`) || Host(`dash.example.com`)");
  });

  it("can be changed by the app's own labels", () => {
    const labels = labelsOf([
      "routing: {expose: true, port: 80, hostname: a}",
      "labels: {traefik.enable: false, own: 1}",
    ]);
    expect(labels).toMatchObject({ "traefik.enable": "false", own: "1" });
  });
});
