import { DeploymentError } from "@openfactory/deploy-core";
import { expect, it } from "vitest";
import { explainUnreadable } from "./unreadable-log.js";

const fault = (cause: object): DeploymentError => new DeploymentError("ENGINE_ERROR", "x", { hint: "y", cause });

it.each([
  { statusCode: 501, message: "not implemented" },
  { message: "Error grabbing logs: configured logging driver does not support reading" },
])("is UNSUPPORTED and names the driver, for %j", (cause) => {
  expect(explainUnreadable(fault(cause), "container web", "syslog")).toMatchObject({
    code: "UNSUPPORTED",
    message: "The log of container web can't be read: its logging driver syslog does not support reading.",
    hint: expect.stringContaining("json-file"),
    cause,
  });
});

it("says what is known without the driver's name", () => {
  expect(explainUnreadable(fault({ statusCode: 501, message: "no" }), "service web")).toMatchObject({
    message: "The log of service web can't be read: its logging driver does not support reading.",
  });
});

it.each([
  fault({ statusCode: 500, message: "disk full" }),
  new DeploymentError("NOT_FOUND", "x", { hint: "y" }),
  new Error("z"),
])("leaves other errors as they are", (error) => {
  expect(explainUnreadable(error, "container web")).toBe(error);
});
