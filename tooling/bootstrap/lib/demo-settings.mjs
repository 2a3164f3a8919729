/** What the demo shows, as the example file has it. */
export const DEMO = {
  file: "apps/cli/example/openfactory.yml",
  /** The image of every app in it, made without a registry. */
  image: "openfactory/demo:1",
  /** The label of what is made for its project. */
  label: "org.openfactory.deploy.project=weather-demo",
  /** Where the app that publishes a port answers. */
  url: "http://127.0.0.1:18080/",
};
