import { RawEngine } from "@openfactory/test-engine";
import { test } from "vitest";
import { checkComposeProject } from "./support/check-compose.js";

const host = process.env["DOCKER_HOST"] ?? "";
const engine = new RawEngine(host);

test("services of a Compose file find each other by their keys, and files converted from it change nothing", () =>
  checkComposeProject(["--platform", "docker", "--host", host], async (prefix) => {
    const containers: { Id: string; Names: string[] }[] = await engine.call("GET", "/containers/json");
    const named = containers.map(({ Id, Names }) => [Names[0]?.slice(1) ?? "", Id] as const);
    return Object.fromEntries(named.filter(([name]) => name.startsWith(prefix)).sort());
  }));
