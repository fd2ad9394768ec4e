/** The variables of a function: what every one needs, and what its grants let it use. */
import type { IKey } from 'aws-cdk-lib/aws-kms';

import type { Environment } from '../environment.ts';
import { namesOf } from '../names.ts';
import type { FunctionGrants } from './function-grants.ts';

const arrayVariables = ({ array }: Environment): Record<string, string> => ({
  SDP_URL: array.sdpUrl ?? '',
  SDP_SECRET_ID: array.sdpSecretId,
  ...(array.sdpCaFile === null ? {} : { SDP_CA_FILE: array.sdpCaFile }),
  ...(array.sdpCertificateSha256 === null ? {} : { SDP_CERTIFICATE_SHA256: array.sdpCertificateSha256 }),
});

const agentQueueVariables = (environment: Environment): Record<string, string> => ({
  AGENT_QUEUE_PREFIX: namesOf(environment).agentQueuePrefix,
  AGENT_QUEUE_REGION: environment.region,
  AGENT_DEAD_LETTER_QUEUE_ARN: namesOf(environment).agentDeadLetterQueueArn,
});

const agentCredentialVariables = (environment: Environment): Record<string, string> =>
  environment.agentCredentials.kind === 'role'
    ? { AGENT_ROLE_ARN: namesOf(environment).agentRoleArn }
    : { AGENT_STATIC_SECRET_ID: environment.agentCredentials.secretId };

/** Names and values; never a secret, only the name of one. */
export const functionVariables = (
  grants: FunctionGrants,
  environment: Environment,
  key: IKey | undefined,
): Record<string, string> => ({
  TABLE_NAME: namesOf(environment).table,
  ENVIRONMENT: environment.name,
  LOG_LEVEL: environment.logLevel,
  FLOW_ARN_PREFIX: namesOf(environment).flowArnPrefix,
  TASK_RETENTION_DAYS: String(environment.taskRetentionDays),
  AUDIT_RETENTION_DAYS: String(environment.auditRetentionDays),
  HOST_TOKEN_MAY_OPERATE: String(environment.hostTokenMayOperate),
  AGENT_HEARTBEAT_SECONDS: String(environment.agentHeartbeatSeconds),
  AGENT_COMMAND_TIMEOUT_SECONDS: String(environment.agentCommandTimeoutSeconds),
  FREEZE_MAX_SECONDS: String(environment.freezeMaxSeconds),
  START_GRACE_SECONDS: String(environment.startGraceSeconds),
  ...(grants.callsArray ? arrayVariables(environment) : {}),
  ...(grants.agentQueues ? agentQueueVariables(environment) : {}),
  ...(key && grants.agentQueues?.includes('CreateQueue') ? { AGENT_QUEUE_KEY_ARN: key.keyArn } : {}),
  ...(grants.lendsAgentCredentials ? agentCredentialVariables(environment) : {}),
});
