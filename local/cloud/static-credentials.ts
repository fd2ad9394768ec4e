/** STS over the query protocol: AssumeRole gives credentials that every engine here accepts, for the time asked. */
import { randomUUID } from 'node:crypto';

const defaultDurationSeconds = 3600;

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const assumed = (form: URLSearchParams): string => {
  const durationSeconds = Number(form.get('DurationSeconds') ?? defaultDurationSeconds);
  const expiration = new Date(Date.now() + durationSeconds * 1000).toISOString();
  const session = escaped(form.get('RoleSessionName') ?? 'session');
  return `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
<Credentials><AccessKeyId>local</AccessKeyId><SecretAccessKey>local</SecretAccessKey>
<SessionToken>${randomUUID()}</SessionToken><Expiration>${expiration}</Expiration></Credentials>
<AssumedRoleUser><AssumedRoleId>LOCAL:${session}</AssumedRoleId><Arn>${escaped(form.get('RoleArn') ?? '')}/${session}</Arn></AssumedRoleUser>
</AssumeRoleResult><ResponseMetadata><RequestId>${randomUUID()}</RequestId></ResponseMetadata></AssumeRoleResponse>`;
};

/** The XML answer to one form-encoded STS request, and its HTTP status. */
export const answerSts = (body: string): { readonly status: number; readonly xml: string } => {
  const form = new URLSearchParams(body);
  if (form.get('Action') === 'AssumeRole') return { status: 200, xml: assumed(form) };
  const message = `${escaped(form.get('Action') ?? 'no action')} is not served by the embedded cloud`;
  return {
    status: 400,
    xml: `<ErrorResponse><Error><Type>Sender</Type><Code>InvalidAction</Code><Message>${message}</Message></Error></ErrorResponse>`,
  };
};
