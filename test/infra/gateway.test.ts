import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { routeTable } from '../../functions/api/route-table.ts';
import { gatewayMethods } from '../../infra/openapi.ts';
import { aSmallTree, aSourceTree } from './a-source-tree.ts';
import { resolveText, synthesize, type Synthesized } from './synthesized.ts';
import { at, listAt } from './template-reading.ts';

const Integration = z.object({ type: z.literal('aws_proxy'), httpMethod: z.literal('POST'), uri: z.unknown() });
const Body = z.object({
  openapi: z.string(),
  paths: z.record(z.string(), z.record(z.string(), z.looseObject({ 'x-amazon-apigateway-integration': Integration }))),
});

const smallTree = synthesize('local', { roots: aSourceTree(aSmallTree) });
const repository = synthesize('local');

/** `METHOD path → function` of every method in the body. */
const served = (app: Synthesized): string[] => {
  const [api] = app.ofType('AWS::ApiGateway::RestApi');
  return Object.entries(Body.parse(api?.properties['Body']).paths)
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => {
        const uri = resolveText(operation['x-amazon-apigateway-integration'].uri, app);
        return `${method.toUpperCase()} ${path} → ${/functions\/([^/]+)\/invocations$/.exec(uri)?.[1] ?? uri}`;
      }),
    )
    .sort();
};

describe('the gateway', () => {
  it('routes paths, aliases and twins to the function of their capability', () => {
    expect(served(smallTree)).toEqual([
      'GET /flex/api/v1/hosts/{host_id} → reprise-local-api-hosts',
      'GET /v1/hosts → reprise-local-api-hosts',
      'GET /v1/hosts/{host_id} → reprise-local-api-hosts',
      'POST /agent/v1/heartbeat → reprise-local-api-agents',
      'POST /echo/v1/echo_dbs → reprise-local-api-clones',
      'POST /echo/v1/echo_dbs/__validate → reprise-local-api-clones',
    ]);
  });

  it('covers the route table exactly', () => {
    const wanted = gatewayMethods(routeTable).map(
      ({ method, path, capability }) => `${method} ${path} → reprise-local-api-${capability}`,
    );
    expect(served(repository)).toEqual(wanted.sort());
  });

  it('is an OpenAPI 3.0 body behind a stage named api, throttled and access-logged', () => {
    expect(smallTree.ofType('AWS::ApiGateway::RestApi')[0]?.properties['Body']).toMatchObject({ openapi: '3.0.1' });
    expect(smallTree.ofType('AWS::ApiGateway::Stage')[0]?.properties).toMatchObject({
      StageName: 'api',
      AccessLogSetting: { DestinationArn: expect.anything() },
      MethodSettings: [
        expect.objectContaining({ ThrottlingRateLimit: 100, ThrottlingBurstLimit: 200, DataTraceEnabled: false }),
      ],
    });
  });

  it('answers unknown paths with 404, by a resource of its own', () => {
    const unknown = smallTree
      .ofType('AWS::ApiGateway::GatewayResponse')
      .find(({ properties }) => properties['ResponseType'] === 'MISSING_AUTHENTICATION_TOKEN');
    expect(unknown?.properties).toMatchObject({
      StatusCode: '404',
      ResponseTemplates: { 'application/json': '{"detail":"Not Found"}' },
    });
  });

  it('may invoke every function of the API, and no other', () => {
    const permitted = smallTree
      .ofType('AWS::Lambda::Permission')
      .filter(({ properties }) => properties['Principal'] === 'apigateway.amazonaws.com')
      .map(({ properties }) => resolveText(properties['FunctionName'], smallTree));
    expect(permitted.sort()).toEqual([
      'reprise-local-api-agents',
      'reprise-local-api-clones',
      'reprise-local-api-hosts',
    ]);
  });

  it('maps a domain so that /api and the aliases beside it reach the stage', () => {
    const domain = { name: 'copies.example', certificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/1' };
    const app = synthesize('local', { roots: aSourceTree(aSmallTree), environment: { domain } });
    expect(app.ofType('AWS::ApiGateway::DomainName')[0]?.properties).toMatchObject({
      DomainName: 'copies.example',
      SecurityPolicy: 'TLS_1_2',
    });
    expect(app.ofType('AWS::ApiGateway::BasePathMapping').map(({ properties }) => properties['BasePath'])).toEqual([
      undefined,
      'api',
    ]);
  });

  it('stands behind a web ACL where the environment has one: the stage itself, logins counted apart', () => {
    expect(smallTree.ofType('AWS::WAFv2::WebACL')).toEqual([]);
    const webAcl = { requestsPerFiveMinutes: 1000, loginsPerFiveMinutes: 20 };
    const app = synthesize('local', { roots: aSourceTree(aSmallTree), environment: { webAcl } });
    const [association] = app.ofType('AWS::WAFv2::WebACLAssociation');
    expect(JSON.stringify(association?.properties['ResourceArn'])).toMatch(/:\/restapis\/.*Gateway.*\/stages\/.*Stage/);
    const rules = listAt(app.ofType('AWS::WAFv2::WebACL')[0]?.properties, 'Rules');
    const logins = rules.find((rule) => at(rule, 'Name') === 'LoginsPerAddress');
    const login = routeTable.find(({ operation }) => operation === 'login');
    const suffix = at(
      logins,
      'Statement',
      'RateBasedStatement',
      'ScopeDownStatement',
      'ByteMatchStatement',
      'SearchString',
    );
    expect([login?.path, ...(login?.aliases ?? [])].every((path) => path?.endsWith(String(suffix)))).toBe(true);
    expect(routeTable.filter(({ path }) => path.endsWith(String(suffix)))).toEqual([login]);
    expect(rules.map((rule) => at(rule, 'Priority'))).toEqual([0, 1, 2, 3]);
  });
});
