import { DeploymentError } from "@openfactory/deploy-core";
import { expect, test } from "vitest";
import { errorText } from "./messages.js";

const plain = (_: unknown, text: string): string => text;
const at = (line: number) => ({ file: "a.yml", line, column: 3 });

test("errorText() prints the message, the instance, the last log lines and the hint", () => {
  const error = new DeploymentError("TASK_FAILED", "web ended.", {
    hint: "Look.",
    instance: {
      id: "0123456789abcdef",
      node: "n2",
      exitCode: 3,
      error: "oom",
      lastLogLines: ["one", "\u001b]0;x\u0007two"],
    },
  });
  expect(errorText(error, plain)).toBe(
    "error[TASK_FAILED] web ended.\n  instance 0123456789ab, node n2, exit code 3, oom\n  last log lines:\n  | one\n  | ]0;xtwo\n  hint: Look.\n",
  );
});

test("errorText() prints a line for each finding with a location, and no hint twice", () => {
  const error = new DeploymentError("INVALID_FILE", "a.yml:1:3: bad; and 2 more findings.", {
    hint: "Fix it.",
    issues: [
      { message: "bad", location: at(1), hint: "Fix it." },
      { message: "worse", location: at(2) },
      { message: "and 7 more" },
    ],
  });
  expect(errorText(error, plain)).toBe(
    "error[INVALID_FILE] a.yml:1:3: bad.\n  hint: Fix it.\nerror[INVALID_FILE] a.yml:2:3: worse.\n  and 7 more\n",
  );
});

test("errorText() prints findings without a location in the message", () => {
  const error = new DeploymentError("INVALID_REQUEST", "name: bad; image: bad.", {
    issues: [{ message: "bad", field: "name" }],
  });
  expect(errorText(error, plain)).toBe("error[INVALID_REQUEST] name: bad; image: bad.\n");
});
