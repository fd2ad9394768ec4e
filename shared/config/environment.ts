/** Environment variables, parsed once when a function is made: a misdeployed function dies at once and says which one. */
import * as z from 'zod/mini';

export type Environment = Readonly<Record<string, string | undefined>>;

const required = z.string().check(z.minLength(1));

export const BaseEnvironment = z.object({
  TABLE_NAME: required,
  ENVIRONMENT: required,
  AWS_REGION: required,
  LOG_LEVEL: z._default(z.enum(['DEBUG', 'INFO', 'WARN', 'ERROR']), 'INFO'),
});

export const StoreEnvironment = z.object({
  /** Flex contract, section 9 asks for 30 at least. */
  TASK_RETENTION_DAYS: z._default(z.coerce.number().check(z.positive()), 30),
  AUDIT_RETENTION_DAYS: z._default(z.coerce.number().check(z.positive()), 400),
});

export const FlowEnvironment = z.object({ FLOW_ARN_PREFIX: required });

/** The deployment's own array; without a URL there are only those registered through the API. */
export const ArrayEnvironment = z
  .object({
    SDP_URL: z._default(z.string(), ''),
    SDP_SECRET_ID: z._default(z.string(), ''),
    SDP_CA_FILE: z._default(z.string(), ''),
    SDP_CERTIFICATE_SHA256: z._default(z.string(), ''),
  })
  .check(
    z.refine((own) => own.SDP_URL === '' || own.SDP_SECRET_ID !== '', { path: ['SDP_SECRET_ID'] }),
    z.refine((own) => own.SDP_CA_FILE === '' || own.SDP_CERTIFICATE_SHA256 === '', {
      path: ['SDP_CERTIFICATE_SHA256'],
    }),
  );

export const TimingEnvironment = z.object({
  AGENT_HEARTBEAT_SECONDS: z.coerce.number().check(z.positive()),
  AGENT_COMMAND_TIMEOUT_SECONDS: z.coerce.number().check(z.positive()),
  FREEZE_MAX_SECONDS: z._default(z.coerce.number().check(z.positive()), 30),
});

export const AgentQueueEnvironment = z.object({
  AGENT_QUEUE_PREFIX: required,
  /** Role that agents assume; where there is no STS, a secret with a static pair instead. */
  AGENT_ROLE_ARN: z._default(z.string(), ''),
  AGENT_STATIC_SECRET_ID: z._default(z.string(), ''),
  AGENT_DEAD_LETTER_QUEUE_ARN: z._default(z.string(), ''),
  /** Key that queues of agents are encrypted with; none: SQS's own. */
  AGENT_QUEUE_KEY_ARN: z._default(z.string(), ''),
});

export function readEnvironment<SCHEMA extends z.ZodMiniType>(
  schema: SCHEMA,
  environment: Environment,
): z.infer<SCHEMA> {
  const parsed = schema.safeParse(environment);
  if (parsed.success) return parsed.data;
  const names = parsed.error.issues.map((issue) => issue.path.join('.')).join(', ');
  throw new Error(`missing or wrong environment variables: ${names}`);
}

/** Endpoint of a service where it is not AWS itself: the embedded cloud or LocalStack. */
export function endpointOf(environment: Environment, service: string): { readonly endpoint?: string } {
  const endpoint = environment[`AWS_ENDPOINT_URL_${service}`] ?? environment['AWS_ENDPOINT_URL'];
  return endpoint === undefined || endpoint === '' ? {} : { endpoint };
}
