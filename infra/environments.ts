/** The environments, and what may be set from outside (`-c name=value`) when one is synthesized. */
import type { ArraySettings, Environment, EnvironmentName } from './environment.ts';

type Settings = Omit<Environment, 'name' | 'account' | 'array'> & {
  readonly account: string | null;
  /** Without `sdpUrl` where only the owner knows whether there is an array, and where. */
  readonly array: Omit<ArraySettings, 'sdpUrl'> & Partial<Pick<ArraySettings, 'sdpUrl'>>;
};

/** Everything but the name may be overridden; of the array, setting by setting. */
export type EnvironmentOverrides = Partial<Omit<Environment, 'name' | 'array'>> & {
  readonly array?: Partial<ArraySettings>;
};

const base: Settings = {
  account: null,
  region: 'eu-central-1',
  network: null,
  domain: null,
  array: { sdpCaFile: null, sdpCertificateSha256: null, caLayerArn: null, sdpSecretId: 'reprise/sdp' },
  agentCredentials: { kind: 'role' },
  // Memory buys CPU: a cold start parses 300 kB of JavaScript, and callers of the API wait for it.
  memoryMib: { api: 1024, steps: 512, schedules: 512, events: 512 },
  // API Gateway gives up at 29 s; a tick must be over before the next one.
  functionTimeoutSeconds: { api: 28, steps: 45, schedules: 55, events: 30 },
  functionConcurrency: { api: null, steps: null, schedules: null, events: null },
  logLevel: 'INFO',
  flowLogLevel: 'ERROR',
  logRetentionDays: 30,
  taskRetentionDays: 30,
  // A year and a month, for the question that comes after the year's end.
  auditRetentionDays: 400,
  tickIntervalMinutes: 1,
  agentHeartbeatSeconds: 30,
  agentCommandTimeoutSeconds: 300,
  freezeMaxSeconds: 30,
  startGraceSeconds: 15,
  apiRequestsPerSecond: 100,
  apiBurst: 200,
  webAcl: null,
  hostTokenMayOperate: true,
  deletionProtection: false,
  encryption: 'service',
  alarmTopicArn: null,
  code: 'bundles',
};

/** One machine: the account and region that every local engine answers to. */
const oneMachine: Settings = {
  ...base,
  account: '000000000000',
  region: 'us-east-1',
  array: { ...base.array, sdpUrl: 'https://127.0.0.1:9443' },
  logRetentionDays: 7,
};

const guarded: Settings = {
  ...base,
  // Steps share: a throttled step is a failed state, a throttled call is a 429 that its caller repeats.
  functionConcurrency: { api: 50, steps: null, schedules: 1, events: null },
  flowLogLevel: 'ALL',
  webAcl: { requestsPerFiveMinutes: 20_000, loginsPerFiveMinutes: 100 },
  deletionProtection: true,
  encryption: 'customer',
  logRetentionDays: 90,
  taskRetentionDays: 90,
};

const environments: Readonly<Record<EnvironmentName, Settings>> = {
  embedded: { ...oneMachine, startGraceSeconds: 3, code: 'sources' },
  local: oneMachine,
  dev: { ...base, logLevel: 'DEBUG' },
  staging: guarded,
  prod: { ...guarded, logRetentionDays: 365, taskRetentionDays: 365, apiRequestsPerSecond: 500, apiBurst: 1000 },
};

const required = (value: string | null, environment: EnvironmentName, option: string): string => {
  if (value === null) throw new Error(`environment ${environment} needs ${option}`);
  return value;
};

/** Throws when the environment leaves open what only its owner knows: the account, and the array. */
export const resolveEnvironment = (name: EnvironmentName, overrides: EnvironmentOverrides = {}): Environment => {
  const settings: Settings = {
    ...environments[name],
    ...overrides,
    array: { ...environments[name].array, ...overrides.array },
  };
  const { sdpUrl, sdpCaFile, sdpCertificateSha256 } = settings.array;
  if (sdpCaFile !== null && sdpCertificateSha256 !== null)
    throw new Error('sdpCaFile and sdpCertificateSha256 exclude each other');
  const account = required(settings.account, name, 'an account: -c account=123456789012, or AWS credentials');
  // Left out by oversight, it would take the deployment's array away from what was made there.
  if (sdpUrl === undefined)
    throw new Error(
      `environment ${name} needs an array, or the word that it has none: -c sdpUrl=https://…, -c sdpUrl=none`,
    );
  return { ...settings, array: { ...settings.array, sdpUrl }, name, account };
};
