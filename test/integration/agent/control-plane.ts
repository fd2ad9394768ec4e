import { createServer, type Server } from 'node:https';
import { SQSClient, SendMessageCommand } from '@aws-sdk/client-sqs';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { generate } from 'selfsigned';
import {
  AgentHeartbeat,
  CommandFailure,
  CommandSuccess,
  InventoryReport,
  type AgentCommand,
  type DatabaseReport,
} from '../../../shared/contracts/agent.ts';

export interface Answer {
  readonly commandId: string;
  readonly kind: 'success' | 'failure';
  readonly body: CommandSuccess | CommandFailure;
}

/** The agent face of the control plane in as few lines as the contract allows, and a real queue. */
export interface TestControlPlane {
  readonly api: string;
  readonly ca: string;
  readonly token: string;
  readonly answers: Answer[];
  readonly heartbeats: AgentHeartbeat[];
  readonly commandHeartbeats: string[];
  readonly inventories: InventoryReport[];
  /** Status for the next outcome POSTs, one each, instead of 204. */
  readonly refusals: number[];
  generation: number;
  databases(): readonly DatabaseReport[];
  send(body: AgentCommand | string): Promise<void>;
  messagesLeft(): number;
  close(): Promise<void>;
}

const queueName = 'agent-host1-1';

export async function aControlPlane(): Promise<TestControlPlane> {
  const certificate = await generate([{ name: 'commonName', value: '127.0.0.1' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] },
    ],
  });
  const fauxqs: FauxqsServer = await startFauxqs({ port: 0, logger: false, host: '127.0.0.1' });
  const endpoint = `http://127.0.0.1:${fauxqs.port}`;
  const { queueUrl } = fauxqs.createQueue(queueName, { attributes: { VisibilityTimeout: '1' } });
  const credentials = { accessKeyId: 'test-access', secretAccessKey: 'test-secret-of-the-queue' };
  const sqs = new SQSClient({ region: 'us-east-1', endpoint, credentials });

  const plane = {
    token: 'host-token-1234567890',
    answers: [] as Answer[],
    heartbeats: [] as AgentHeartbeat[],
    commandHeartbeats: [] as string[],
    inventories: [] as InventoryReport[],
    refusals: [] as number[],
    generation: 1,
  };
  const route = (path: string, body: unknown): { status: number; json?: unknown } => {
    const [, , , , first, id, last] = path.split('/');
    if (first === 'queue-access') {
      const keys = { access_key_id: credentials.accessKeyId, secret_access_key: credentials.secretAccessKey };
      const expires_ts = Math.floor(Date.now() / 1000) + 900;
      return {
        status: 200,
        json: {
          queue_url: queueUrl,
          region: 'us-east-1',
          endpoint,
          generation: plane.generation,
          credentials: { ...keys, expires_ts },
        },
      };
    }
    if (first === 'heartbeat') {
      plane.heartbeats.push(AgentHeartbeat.parse(body));
      return { status: 200, json: { generation: plane.generation } };
    }
    if (first === 'inventory') {
      plane.inventories.push(InventoryReport.parse(body));
      return { status: 204 };
    }
    if (first !== 'commands' || id === undefined) return { status: 404 };
    if (last === 'heartbeat') {
      plane.commandHeartbeats.push(id);
      return { status: 204 };
    }
    const refusal = plane.refusals.shift();
    if (refusal !== undefined) return { status: refusal };
    const kind = last === 'success' ? 'success' : 'failure';
    const answer = kind === 'success' ? CommandSuccess.parse(body) : CommandFailure.parse(body);
    if (answer.inventory) plane.inventories.push(answer.inventory);
    plane.answers.push({ commandId: id, kind, body: answer });
    return { status: 204 };
  };
  const server: Server = createServer({ key: certificate.private, cert: certificate.cert }, (request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      const allowed = request.headers.authorization === `Bearer ${plane.token}`;
      const { status, json } = allowed ? route(request.url ?? '', JSON.parse(text)) : { status: 403 };
      response
        .writeHead(status, { 'content-type': 'application/json' })
        .end(json === undefined ? undefined : JSON.stringify(json));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;

  return Object.assign(plane, {
    api: `https://127.0.0.1:${port}`,
    ca: certificate.cert,
    databases: () => [...plane.inventories].sort((left, right) => right.sequence - left.sequence)[0]?.databases ?? [],
    send: async (body: AgentCommand | string) => {
      await sqs.send(
        new SendMessageCommand({
          QueueUrl: queueUrl,
          MessageBody: typeof body === 'string' ? body : JSON.stringify(body),
        }),
      );
    },
    messagesLeft: () => {
      const messages = fauxqs.inspectQueue(queueName)?.messages;
      return messages ? messages.ready.length + messages.inflight.length : 0;
    },
    close: async () => {
      sqs.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await fauxqs.stop();
    },
  });
}

/** Kind and arguments that belong together. */
export type CommandPart = AgentCommand extends infer Command
  ? Command extends AgentCommand
    ? Pick<Command, 'kind' | 'arguments'>
    : never
  : never;

/** A command of the present registration that has a minute to begin. */
export const aCommand = (
  plane: TestControlPlane,
  id: string,
  part: CommandPart,
  more: Partial<AgentCommand> = {},
): AgentCommand =>
  ({
    version: 1,
    command_id: id,
    host_id: 'host1',
    generation: plane.generation,
    not_after_ts: Math.floor(Date.now() / 1000) + 60,
    heartbeat_seconds: 1,
    ...part,
    ...more,
  }) as AgentCommand;
