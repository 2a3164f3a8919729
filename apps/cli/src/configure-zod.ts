import { config } from "zod";

// zod compiles a function for each object schema when it is first used. A command ends before that pays off. The setting
// must be made before any schema is created: import this module first.
config({ jitless: true });
