/**
 * Imported by every function's node before the function itself (NODE_EXECUTOR_PRELOAD): notes each request that the AWS
 * SDK inside it sends, below the SDK's own clients, so that neither the functions nor their bundles know of it and no
 * adapter can forget it. What a request means to IAM is read later, by aws-call.ts.
 *
 * The folder for the notes stands in the query of this module's own URL: functions get no variable they do not have on AWS.
 */
import { appendFileSync } from 'node:fs';
import { ClientRequest } from 'node:http';
import { join } from 'node:path';

const folder = new URL(import.meta.url).searchParams.get('to');
const functionName = process.env['AWS_LAMBDA_FUNCTION_NAME'];
const file = join(folder, `${functionName}.${process.pid}.jsonl`);
const scope = /Credential=[^/]+\/\d+\/([^/]+)\/([^/]+)\/aws4_request/;

const bodies = new WeakMap();

const keep = (request, chunk) => {
  if (typeof chunk === 'string' || chunk instanceof Uint8Array)
    bodies.set(request, [...(bodies.get(request) ?? []), Buffer.from(chunk)]);
};

const note = (request) => {
  const [, region, service] = scope.exec(String(request.getHeader('authorization') ?? '')) ?? [];
  if (service === undefined) return;
  const target = String(request.getHeader('x-amz-target') ?? '');
  const body = Buffer.concat(bodies.get(request) ?? []).toString('utf8');
  appendFileSync(file, `${JSON.stringify({ functionName, service, region, target, body })}\n`);
};

const { write, end } = ClientRequest.prototype;

ClientRequest.prototype.write = function (chunk, ...rest) {
  keep(this, chunk);
  return write.call(this, chunk, ...rest);
};

ClientRequest.prototype.end = function (chunk, ...rest) {
  keep(this, chunk);
  note(this);
  return end.call(this, chunk, ...rest);
};
