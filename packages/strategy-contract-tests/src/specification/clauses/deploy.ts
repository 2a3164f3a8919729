import { section } from "../clause.js";

export const deploySection = section("DEPLOY", "deploy", {}, [
  {
    number: 1,
    level: "MUST",
    text: "`deploy(request, options)` MUST create one service with the name, image and settings of the request, and start its process or have the platform schedule it.",
    cases: ["deployment > deploy() starts a service and returns its name, ids and image"],
  },
]);
