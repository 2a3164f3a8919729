/** A value of env that the cases about secrecy look for. It is in no report. */
export const SAMPLE_SECRET = "s3cr3t-value-of-the-caller";
