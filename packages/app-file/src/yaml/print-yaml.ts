import { dump } from "js-yaml";

/** Plain data as YAML. Texts that would be read as another type are quoted. */
export const printYaml = (data: object): string => dump(data, { lineWidth: 120, noRefs: true });
