/** Reported as `agent_version`; three numbers, as clients of the Flex API expect. */
export const agentVersion = '1.0.0';
