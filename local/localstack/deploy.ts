/** `npm run deploy:local [-- --serve]`: Reprise on the LocalStack at AWS_ENDPOINT_URL. */
import { once } from 'node:events';
import { inspect } from 'node:util';
import { ensureAdmin } from '../site/admin-user.ts';
import { Started } from '../site/started.ts';
import { stopSignal } from '../site/stop-signals.ts';
import { keepArraySecret } from './array-secret.ts';
import { clientConfig } from './client-config.ts';
import { type DeploySettings, readDeploySettings } from './deploy-options.ts';
import { bundle, deploy, type Deployment } from './deployment.ts';
import { startLocalStackFrontDoor } from './front-door.ts';
import { versionAt } from './localstack.ts';

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

async function deployWithUsers(settings: DeploySettings): Promise<Deployment> {
  const { endpoint, array } = settings;
  say(`LocalStack ${await versionAt(endpoint)} at ${endpoint}`);
  if (settings.arrayAccount !== undefined) await keepArraySecret(endpoint, settings.arrayAccount);
  await bundle(say);
  const deployment = await deploy({ endpoint, environment: { array }, report: say });
  const table = { name: deployment.tableName, config: clientConfig(endpoint) };
  const { user, password, isNew } = await ensureAdmin(table, settings.admin);
  if (isNew && password !== undefined) say(`admin  user ${user}, password ${password} (shown only this once)`);
  return deployment;
}

async function serve(settings: DeploySettings, apiId: string, stop: AbortSignal): Promise<void> {
  const started = new Started();
  const { endpoint, port, dataDir } = settings;
  const log = (line: string, cause?: unknown): void => {
    process.stderr.write(`${line}${cause === undefined ? '' : `: ${inspect(cause)}`}\n`);
  };
  const door = await startLocalStackFrontDoor({ endpoint, apiId, dataDir, port, log });
  started.add(() => door.stop());
  say(`trust  ${door.caFile}`);
  say(`ready ${door.url}`);
  if (!stop.aborted) await once(stop, 'abort');
  await started.stop();
}

const settings = readDeploySettings(process.argv, process.env);
const stop = stopSignal();
const { apiId } = await deployWithUsers(settings);
say(`api    ${settings.endpoint}/_aws/execute-api/${apiId}/api/v1/hosts and so on, over plain HTTP`);
if (settings.serve) await serve(settings, apiId, stop);
else say('next:  npm run deploy:local -- --serve keeps an HTTPS front door for scripts and agents');
process.exit(0);
