import { z } from "zod";

/** What a platform does with Go templates (`{{...}}`) in a request's texts. */
export const templatesSchema = z.enum(["expand", "literal"]);

export type Templates = z.output<typeof templatesSchema>;

/** Whether a platform that expands Go templates would read one in this text. */
export const holdsTemplate = (text: unknown): boolean => typeof text === "string" && text.includes("{{");

/** Whether one of the values of a mapping holds a template. */
export const someValueHoldsTemplate = (mapping: unknown): boolean =>
  typeof mapping === "object" && mapping !== null && Object.values(mapping).some(holdsTemplate);
