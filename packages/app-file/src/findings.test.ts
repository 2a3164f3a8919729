import { expect, test } from "vitest";
import { didYouMean } from "./findings.js";

const known = ["uuid", "image", "image_pull_policy", "networks", "environment"];

test.each([
  ["imgae", "image"],
  ["Image", "image"],
  ["enviroment", "environment"],
  ["image-pull-policy", "image_pull_policy"],
  ["network", "networks"],
])("didYouMean(%s) suggests %s", (name, match) => expect(didYouMean(name, known)).toBe(`Did you mean "${match}"?`));

test.each(["volumes", "x", "hue"])("didYouMean(%s) suggests nothing", (name) =>
  expect(didYouMean(name, known)).toBeUndefined(),
);
