/** What differs between deployments. Everything else is the same code, the same templates and the same names. */

export const environmentNames = ['embedded', 'local', 'dev', 'staging', 'prod'] as const;
export type EnvironmentName = (typeof environmentNames)[number];

/** Folders under functions/ that are deployed; sizes and time-outs are set per group. */
export const functionGroups = ['api', 'steps', 'schedules', 'events'] as const;
export type FunctionGroup = (typeof functionGroups)[number];

/** The private network of the array. Functions in it also call AWS services: by VPC endpoints, or by a way out (NAT). */
export interface Network {
  readonly vpcId: string;
  /** One subnet, or the same number of them, for each zone and in their order. */
  readonly availabilityZones: readonly string[];
  readonly subnetIds: readonly string[];
  /** Of the functions: they must let out HTTPS to the array and to AWS services. */
  readonly securityGroupIds: readonly string[];
  /** Of the subnets, each once; the gateway endpoint of DynamoDB is entered in them. Needed where endpoints are created. */
  readonly routeTableIds: readonly string[];
  /** `create`: the app makes an endpoint per service that its functions call there. `exists`: the network has them, or NAT. */
  readonly endpoints: 'create' | 'exists';
}

export interface ArraySettings {
  /** Base URL of the array's REST API; null where every array is registered through the API. */
  readonly sdpUrl: string | null;
  /** PEM file of the CA that signed the array's certificate, as the functions see it; null for a public CA, or a fingerprint. */
  readonly sdpCaFile: string | null;
  /** SHA-256 of the one certificate that is trusted, in place of any CA: for arrays that signed their own. */
  readonly sdpCertificateSha256: string | null;
  /** Layer that brings `sdpCaFile` (under /opt) where functions cannot read this machine's disk. */
  readonly caLayerArn: string | null;
  /** Secrets Manager name of `{"username","password"}`; created outside this app, so that no deployment can overwrite it. */
  readonly sdpSecretId: string;
}

/** How agents get queue credentials: a session of the agent role, or a configured pair where there is no STS. */
export type AgentCredentials = { readonly kind: 'role' } | { readonly kind: 'static'; readonly secretId: string };

export interface Domain {
  readonly name: string;
  readonly certificateArn: string;
}

/** Requests within five minutes from one address, above which the web ACL blocks that address. */
export interface WebAcl {
  readonly requestsPerFiveMinutes: number;
  /** Of the login alone: passwords are guessed there. */
  readonly loginsPerFiveMinutes: number;
}

export interface Environment {
  readonly name: EnvironmentName;
  readonly account: string;
  readonly region: string;
  readonly network: Network | null;
  readonly domain: Domain | null;
  readonly array: ArraySettings;
  readonly agentCredentials: AgentCredentials;
  readonly memoryMib: Readonly<Record<FunctionGroup, number>>;
  /** Above every HTTP time-out inside the function, below the `TimeoutSeconds` of the state that calls it. */
  readonly functionTimeoutSeconds: Readonly<Record<FunctionGroup, number>>;
  /** Reserved for each function of the group, so that one cannot starve the others; null shares the account's. */
  readonly functionConcurrency: Readonly<Record<FunctionGroup, number | null>>;
  readonly logLevel: 'DEBUG' | 'INFO' | 'WARN';
  /** `ALL` keeps every state change, without payload, for as long as logs; Step Functions itself forgets after 90 days. */
  readonly flowLogLevel: 'ALL' | 'ERROR';
  readonly logRetentionDays: 7 | 30 | 90 | 365;
  readonly taskRetentionDays: number;
  readonly auditRetentionDays: number;
  readonly tickIntervalMinutes: number;
  readonly agentHeartbeatSeconds: number;
  readonly agentCommandTimeoutSeconds: number;
  /** A freeze ends by itself after this, whatever happens to the flow. */
  readonly freezeMaxSeconds: number;
  /** How young a task may be without an execution before it counts as lost; short where the tick comes often. */
  readonly startGraceSeconds: number;
  readonly apiRequestsPerSecond: number;
  readonly apiBurst: number;
  /** Web ACL in front of the API; null where there is no WAF (one machine) or the network in front has one. */
  readonly webAcl: WebAcl | null;
  /** Whether a host's token may also start operations (Flex contract, section 2). */
  readonly hostTokenMayOperate: boolean;
  /** Table, key and logs outlive the stack. */
  readonly deletionProtection: boolean;
  /**
   * `customer`: own KMS key for table, queues and logs: revocable, its use is audited, costs per key and request.
   * `service`: keys of the services themselves: encrypted all the same, nothing to manage.
   */
  readonly encryption: 'customer' | 'service';
  /** SNS topic that alarms report to; null only shows them. */
  readonly alarmTopicArn: string | null;
  /** `bundles`: dist/functions is deployed. `sources`: the embedded cloud runs functions/ itself. */
  readonly code: 'bundles' | 'sources';
}
