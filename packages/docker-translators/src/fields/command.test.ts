import { type DeployRequest, parseRequest } from "@openfactory/deploy-core";
import { expect, it } from "vitest";
import { toContainerCommand, toServiceCommand } from "./command.js";

const request = (more: Partial<DeployRequest>) => parseRequest({ image: "mill", name: "mill", ...more });

it("replaces the entrypoint with the command and sends no Cmd", () => {
  const asked = request({ command: "sh -c 'echo \"a b\"'" });
  expect(toContainerCommand(asked)).toStrictEqual({ Entrypoint: ["sh", "-c", 'echo "a b"'] });
  expect(toServiceCommand(asked)).toStrictEqual({ Command: ["sh", "-c", 'echo "a b"'] });
});

it("keeps the entrypoint of the image if the request has only args", () => {
  const asked = request({ args: ["--port", ""] });
  expect(toContainerCommand(asked)).toStrictEqual({ Cmd: ["--port", ""] });
  expect(toServiceCommand(asked)).toStrictEqual({ Args: ["--port", ""] });
});

it("sends command and args", () => {
  const asked = request({ command: ["run"], args: "a b" });
  expect(toContainerCommand(asked)).toStrictEqual({ Entrypoint: ["run"], Cmd: ["a", "b"] });
  expect(toServiceCommand(asked)).toStrictEqual({ Command: ["run"], Args: ["a", "b"] });
});

it.each([{}, { args: [] }, { args: "" }])("sends nothing without command and args: %j", (more) => {
  expect(toContainerCommand(request(more))).toStrictEqual({});
  expect(toServiceCommand(request(more))).toStrictEqual({});
});
