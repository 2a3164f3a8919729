import { expect, test } from "vitest";
import { DIRECTORY_LABEL, FILE_LABEL, PROJECT_LABEL } from "./labels.js";
import { describeOwnerOf, ownershipOf, type Scope } from "./ownership.js";

const labels = (project: string, file?: string, directory?: string) => ({
  [PROJECT_LABEL]: project,
  ...(file !== undefined && { [FILE_LABEL]: file }),
  ...(directory !== undefined && { [DIRECTORY_LABEL]: directory }),
});
const one: Scope = { project: "factory", files: ["a.yml"], directory: "/srv/factory" };
const chosen: Scope = { ...one, hasExplicitName: true };
const whole: Scope = { project: "factory" };

test.each([
  ["without labels", {}, one, false, "foreign"],
  ["another project", labels("other", "a.yml", "/srv/factory"), one, true, "foreign"],
  ["its file and directory", labels("factory", "a.yml", "/srv/factory"), one, false, "ours"],
  ["its file, no recorded directory", labels("factory", "a.yml"), one, false, "ours"],
  ["another file", labels("factory", "b.yml", "/srv/factory"), one, false, "other-file"],
  ["another file, named", labels("factory", "b.yml", "/srv/factory"), one, true, "other-file"],
  ["its file in another directory", labels("factory", "a.yml", "/opt/factory"), one, true, "other-directory"],
  [
    "its file in another directory, named, with a chosen name",
    labels("factory", "a.yml", "/opt/factory"),
    chosen,
    true,
    "ours",
  ],
  [
    "its file in another directory, not named, with a chosen name",
    labels("factory", "a.yml", "/opt/factory"),
    chosen,
    false,
    "other-file",
  ],
  [
    "another file in another directory, with a chosen name",
    labels("factory", "b.yml", "/opt/factory"),
    chosen,
    true,
    "other-file",
  ],
  [
    "any directory, to the whole project with a chosen name",
    labels("factory", "a.yml", "/opt/factory"),
    { ...whole, directory: "/srv/factory", hasExplicitName: true },
    false,
    "ours",
  ],
  ["no file, named", labels("factory"), one, true, "ours"],
  ["no file, not named", labels("factory"), one, false, "unrecorded"],
  ["any file, to the whole project", labels("factory", "b.yml", "/opt/factory"), whole, false, "ours"],
  [
    "another directory, to the whole project of one",
    labels("factory", "b.yml", "/opt/factory"),
    { ...whole, directory: "/srv/factory" },
    false,
    "other-directory",
  ],
  ["a part of a file's name", labels("factory", "a.yml.old"), one, false, "other-file"],
] as const)("ownershipOf() of %s", (_, found, scope, isNamed, expected) => {
  expect(ownershipOf(found, scope, isNamed)).toBe(expected);
});

test.each([
  [labels("factory", "b.yml", "/srv/factory"), "b.yml"],
  [labels("factory", "a.yml", "/opt/factory"), "a.yml in /opt/factory"],
  [labels("factory", "-", "/srv/factory"), "standard input"],
  [labels("factory"), "no recorded file"],
  [labels("other", "a.yml"), "the project other"],
  [{}, "no ofdeploy project"],
])("ownerTextOf() names the owner", (found, expected) => expect(describeOwnerOf(found, one)).toBe(expected));
