import { section } from "../clause.js";

export const removeSection = section("REMOVE", "remove", {}, [
  {
    number: 1,
    level: "MUST",
    text: "`remove(serviceName, options)` MUST end all processes of the service and remove all of it, running or not.",
    cases: ["remove > remove() of *removes all of it"],
  },
]);
