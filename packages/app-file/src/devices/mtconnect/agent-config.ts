/** The port inside the container on which the agent answers. */
export const AGENT_PORT = 5000;
/** The name of the model beside the configuration. */
export const MODEL_FILE = "device.xml";

export interface AgentConfigValues {
  /** UUID of the agent itself. */
  agentUuid: string;
  deviceUuid: string;
  adapterHost: string;
  adapterPort: number;
}

/**
 * The configuration of an MTConnect agent (cppagent) with one device and one adapter. The values are written out, so that
 * it does not depend on how a version of the agent expands variables. The log goes to standard output, where
 * `ofdeploy logs` reads it. See https://github.com/mtconnect/cppagent#configuration-parameters.
 */
export const agentConfig = ({ agentUuid, deviceUuid, adapterHost, adapterPort }: AgentConfigValues): string => `\
# Made by OpenFactory Deploy. Change the device's entry in its file instead.
Port = ${AGENT_PORT}
Devices = ${MODEL_FILE}
AgentDeviceUUID = ${agentUuid}
# The version that OpenFactory's producer reads.
SchemaVersion = 2.2
# OpenFactory writes values of data items by PUT.
AllowPut = yes

Adapters {
  Machine {
    Host = ${adapterHost}
    Port = ${adapterPort}
    # In place of the uuid in the model.
    UUID = ${deviceUuid}
  }
}

# What a browser needs to show the agent's answers; both are part of the agent's image.
Files {
  styles {
    Location = /styles/
    Path = /mtconnect/data/styles
  }
  schemas {
    Location = /schemas/
    Path = /mtconnect/data/schemas
  }
}
StreamsStyle {
  Location = /styles/styles.xsl
}
DevicesStyle {
  Location = /styles/styles.xsl
}

logger_config {
  logging_level = info
  output = cout
}
`;
