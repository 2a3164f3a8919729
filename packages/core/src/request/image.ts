import { z } from "zod";

// The grammar of distribution/reference: [host[:port]/]path[:tag][@digest], the path in lower case.
const host = String.raw`(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])`;
const domain = String.raw`(?:${host}(?:\.${host})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?`;
const component = String.raw`[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*`;
const tag = String.raw`:[\w][\w.-]{0,127}`;
const digest = String.raw`@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}`;
const reference = new RegExp(`^(?:${domain}/)?${component}(?:/${component})*(?:${tag})?(?:${digest})?$`);

const explain = (image: string): string => {
  if (image === "") return "the image is empty";
  if (image.length > 4096) return "the image reference is too long";
  if (/\s/.test(image)) return "an image reference has no white space";
  const repository = image.replace(/@.*$/, "").replace(/:[^/]*$/, "");
  if (/[A-Z]/.test(repository.slice(repository.indexOf("/") + 1))) return "an image's repository is in lower case";
  return "not an image reference: expected [registry/]repository[:tag][@digest]";
};

export const imageSchema = z.string().superRefine((image, context) => {
  if (image.length > 4096 || !reference.test(image)) context.addIssue({ code: "custom", message: explain(image) });
});

export const imagePullPolicySchema = z.enum(["missing", "always"]);
