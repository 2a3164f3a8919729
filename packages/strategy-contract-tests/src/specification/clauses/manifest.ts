import { section } from "../clause.js";

export const manifestSection = section("MANIFEST", "Manifest", {}, [
  {
    number: 1,
    level: "MUST",
    text: "A strategy MUST have a manifest, as data that is available before the first operation and without a call to the platform.",
    rationale:
      "A file is checked against a platform without an engine, and callers ask for capabilities before they use one.",
    cases: ["manifest > the manifest supports the required fields and names only existing fields and capabilities"],
  },
  {
    number: 2,
    level: "MUST",
    text: "`name` MUST be a text that is not empty. It is the `strategy` of every warning and error of the strategy.",
    cases: [
      "manifest > the manifest supports the required fields and names only existing fields and capabilities",
      "remove > remove() of a missing or removed service rejects with NOT_FOUND",
    ],
  },
  {
    number: 3,
    level: "MUST",
    text: "`supportedFields` MUST contain `image`, `name` and `env`, and only names of request fields, each once.",
    cases: ["manifest > the manifest supports the required fields and names only existing fields and capabilities"],
  },
  {
    number: 4,
    level: "MUST",
    text: "`capabilities` MUST contain only names of capabilities.",
    cases: ["manifest > the manifest supports the required fields and names only existing fields and capabilities"],
  },
  {
    number: 5,
    level: "MUST",
    text: "A strategy MUST implement every operation of each capability that it declares.",
    cases: ["manifest > every declared capability is implemented"],
  },
]);
