/** What docs/deploy.md says that a deployment creates, held against the templates. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { readContext } from '../../../infra/context.ts';
import { exampleContext } from '../../../infra/example-context.ts';
import { deployedNames, synthesize, synthesizeExample } from '../../infra/synthesized.ts';

const page = readFileSync(new URL('../../../docs/deploy.md', import.meta.url), 'utf8');

/** Rows of the table that begins with this line, cell by cell. */
function rowsBelow(head: string): string[][] {
  const lines = page.split('\n');
  const at = lines.indexOf(head);
  expect(at, head).toBeGreaterThan(0);
  const rest = lines.slice(at + 2);
  const end = rest.findIndex((line) => !line.startsWith('|'));
  return rest.slice(0, end).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', '')),
  );
}

const templates = deployedNames.map((name) => synthesizeExample(name).resources.map(({ type }) => type));
const countsOf = (type: string): string[] =>
  templates
    .map((types) => types.filter((one) => one === type).length)
    .map((count) => (count === 0 ? '' : String(count)));

it('lists every type of resource with its number in each environment', () => {
  const types = [...new Set(templates.flat())].sort();
  expect(rowsBelow(`| type | ${deployedNames.join(' | ')} |`)).toEqual([
    ...types.map((type) => [type, ...countsOf(type)]),
    ['all', ...templates.map((all) => String(all.length))],
  ]);
});

it('counts the alarms that it prices as there are', () => {
  const priced = rowsBelow('| what | each, about | dev | staging | prod |').map(([what]) => what);
  expect(priced).toContain(`${countsOf('AWS::CloudWatch::Alarm').at(-1)!} alarms`);
});

it('names the executions that are reserved, and the limit that an account needs for them', () => {
  const reserved = synthesizeExample('prod')
    .ofType('AWS::Lambda::Function')
    .flatMap(({ properties }) => properties['ReservedConcurrentExecutions'] ?? [])
    .map(Number);
  const text = page.replaceAll('\n', ' ');
  expect(text).toContain(
    `reserve 50 concurrent executions for each of ${reserved.filter((n) => n === 50).length} functions`,
  );
  expect(text).toContain(`one for each of ${reserved.filter((n) => n === 1).length} jobs`);
  // AWS keeps 100 for functions without a reservation.
  expect(text).toContain(`limit is under ${reserved.reduce((sum, one) => sum + one, 100)} refuses`);
});

it('shows a deployment with every flag, and the app takes it', () => {
  const command = /npx cdk deploy --all [^`]*/.exec(page)?.[0] ?? '';
  const flags = Object.fromEntries([...command.matchAll(/-c (\w+)=(\S+)/g)].map(([, name, value]) => [name, value]));
  expect(Object.keys({ ...flags, account: '' }).sort()).toEqual(
    Object.keys({ env: '', ...exampleContext.prod }).sort(),
  );
  const { environmentName, overrides } = readContext({
    CDK_CONTEXT_JSON: JSON.stringify(flags),
    CDK_DEFAULT_ACCOUNT: '111111111111',
  });
  expect(environmentName).toBe('dev');
  const app = synthesize(environmentName, { environment: overrides });
  expect(app.errors).toEqual([]);
  expect(app.environment).toMatchObject({
    account: '111111111111',
    region: 'eu-central-1',
    network: { endpoints: 'create', availabilityZones: ['eu-central-1a', 'eu-central-1b'] },
    array: { sdpUrl: 'https://array.example', sdpCaFile: '/opt/array-ca.pem' },
  });
});
