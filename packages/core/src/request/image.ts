import { z } from "zod";
import { readImageReference } from "./image-reference.js";

export const imageSchema = z.string().superRefine((image, context) => {
  const read = readImageReference(image);
  if ("fault" in read) context.addIssue({ code: "custom", message: read.fault });
});

export const imagePullPolicySchema = z.enum(["missing", "always", "never"]);
