import { must, section } from "../clause.js";

const WELL_FORMED =
  "manifest > the manifest supports the required fields and names only existing fields and capabilities";
const OPTIONAL_PARTS = "manifest > the optional parts of the manifest are well formed";

export const manifestSection = section(
  "MANIFEST",
  "Manifest",
  {
    types: ["StrategyManifest", "Limitation", "NetworkOptions"],
    introduction:
      "The manifest (`StrategyManifest`) is the strategy's description of itself, as data. It decides which other clauses apply: a clause about a field applies if the manifest supports the field, and a clause of a capability if the manifest declares the capability.",
  },
  [
    must(
      1,
      "A strategy MUST have a manifest that can be read before the first operation and without a call to the platform.",
      [WELL_FORMED],
      {
        rationale:
          "A file is checked against a platform without an engine, and callers ask for a capability before they use it.",
      },
    ),
    must(
      2,
      "`name` MUST be a text that is not empty. It is the `strategy` of every warning and error of the strategy.",
      [WELL_FORMED, "remove > remove() of a missing or removed service rejects with NOT_FOUND"],
    ),
    must(3, "`supportedFields` MUST contain `image`, `name` and `env`, and only names of request fields, each once.", [
      WELL_FORMED,
    ]),
    must(4, "`capabilities` MUST contain only names of capabilities of this specification.", [WELL_FORMED]),
    must(5, "A strategy MUST implement every operation of each capability that it declares.", [
      "manifest > every declared capability is implemented",
    ]),
    must(
      6,
      "A caller MUST use an operation of a capability only if the manifest declares the capability. A strategy without capabilities, with `deploy` and `remove` only, is complete.",
      [],
      {
        rationale: "The name of a strategy says nothing about its abilities, so no code asks for it.",
        untested:
          "It binds callers, not strategies. The cases follow it: they skip what the manifest does not declare. The suite of @openfactory/strategy-memory runs with few capabilities and with all.",
      },
    ),
    must(
      7,
      "Each entry of `limitations` MUST have a `field` that begins with the name of a request field, and a `reason` that is a sentence with a period at its end.",
      ["manifest > every limitation names a request field and has a reason in a sentence"],
    ),
    must(
      8,
      "A limitation MUST be about the values that its `unless`, `appliesTo`, `when` and `whenEveryNetwork` select, at every place of the normalized request that its path names (`[]` stands for every element of a list). Without them, it is about every value that is set.",
      ["request fields > request field > *"],
      {
        rationale:
          "A limitation is part of the manifest, so that all callers get the same answer without asking the platform.",
      },
    ),
    must(
      9,
      "The manifest MUST agree with what the strategy does: a deploy has exactly the `FIELD_NOT_SUPPORTED` warnings that follow from the manifest, and more only for what the platform alone can find out.",
      [
        "request fields > request field > *",
        "deployment > deploy() starts a service and returns its name, ids and image",
      ],
    ),
    must(10, "`capabilityOptions`, if it is set, MUST have entries `key=value` for names of capabilities.", [
      OPTIONAL_PARTS,
    ]),
    must(
      11,
      "`replicaVariables`, if it is set, MUST name the variables that `replicaEnv` adds, each once, and `replicas` MUST be one of them. None of their values is secret.",
      [
        OPTIONAL_PARTS,
        "replica variables > each of three replicas reads its own values, also after scale() to 5 and to 1",
      ],
    ),
    must(
      12,
      "`needsReplacement(from, to)`, if it is set, MUST return undefined for equal settings. For other settings it returns undefined, or why `update` can't make the change: one sentence without a period at its end.",
      [OPTIONAL_PARTS],
      { capabilities: ["settings"] },
    ),
    must(
      13,
      "`placesOnNodes`, `listsSettings`, `relabelsInPlace` and `keepsUnmappedSettings` are false by default, and a strategy MUST set each that is true of it.",
      ["preflight > preflight() finds constraints that no node matches and reservations that no node has room for"],
      {
        untested:
          "Only `placesOnNodes` and `listsSettings` change what a case expects. The deployer's tests cover what a plan does with the others.",
      },
    ),
  ],
);
