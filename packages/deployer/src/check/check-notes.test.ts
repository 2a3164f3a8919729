import { DeploymentError } from "@openfactory/deploy-core";
import { expect, it } from "vitest";
import { checkNotes } from "./check-notes.js";

const at = (line: number) => ({ file: "compose.yaml", line, column: 5 });
const dns = { code: "KEY_NOT_SUPPORTED", key: "services.web.dns", reason: "No.", locations: [at(4), at(9)] } as const;
const inactive = { code: "PROFILE_INACTIVE", key: "debug", reason: "Not deployed.", locations: [at(7)] } as const;

it("returns notes as warnings with all positions", () => {
  expect(checkNotes([dns, inactive])).toEqual([
    { code: "KEY_NOT_SUPPORTED", reason: "compose.yaml:4:5: services.web.dns: No. Also at compose.yaml:9:5." },
    { code: "PROFILE_INACTIVE", reason: "compose.yaml:7:5: debug: Not deployed." },
  ]);
});

it("rejects keys that are not supported in strict mode, with one issue for each position", () => {
  const rejected = () => checkNotes([inactive, dns], { strict: true });
  expect(rejected).toThrow(DeploymentError);
  try {
    rejected();
  } catch (error) {
    expect(error).toMatchObject({ code: "UNSUPPORTED", issues: [{ location: at(4) }, { location: at(9) }] });
  }
});

it("accepts inactive profiles in strict mode", () => {
  expect(checkNotes([inactive], { strict: true })).toHaveLength(1);
});
