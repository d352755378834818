import { createHmac } from 'node:crypto';
import { contentId, sha256 } from '../canonical.ts';
import { iso, type Ms } from '../clock.ts';

/** A request of GetCallerIdentity, signed by who asks, less all that the function knows by itself. */
export type Proof = { authorization: string; date: string; token?: string };

/** What a proof is good for: this request of this function, and no other. */
export type Bound = { function: string; request: string };

export const boundTo = (functionName: string, asked: object): Bound => ({
  function: functionName,
  request: contentId(asked),
});

export type Keys = { accessKeyId: string; secretAccessKey: string; sessionToken?: string };

export const identityBody = 'Action=GetCallerIdentity&Version=2011-06-15';
const service = 'sts';

type Environment = Readonly<Record<string, string | undefined>>;

/** STS of a region; an endpoint of the SDK's variables counts before it. */
export const stsEndpoint = (env: Environment, region: string): URL =>
  new URL(
    env.AWS_ENDPOINT_URL_STS ||
      env.AWS_ENDPOINT_URL ||
      `https://sts.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`,
  );

/** Every header that is signed, in the order of their names. */
export const signedHeaders = ({ host }: URL, bound: Bound, { date, token }: Omit<Proof, 'authorization'>) => ({
  'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
  host,
  'x-amz-date': date,
  ...(token !== undefined && { 'x-amz-security-token': token }),
  'x-hooksweep-function': bound.function,
  'x-hooksweep-request': bound.request,
});

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

type Signed = { path: string; headers: Readonly<Record<string, string>>; body: string };
export type SignedFor = { region: string; service: string; date: string };

/** Signature Version 4 of a POST without a query, in hex. `date` as in `x-amz-date`; headers in the order of their names. */
export const signature = (secretKey: string, { path, headers, body }: Signed, to: SignedFor): string => {
  const names = Object.keys(headers).join(';');
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value.trim()}\n`);
  const canonical = ['POST', path, '', lines.join(''), names, sha256(body)].join('\n');
  const scope = [to.date.slice(0, 8), to.region, to.service, 'aws4_request'];
  const key = scope.reduce<string | Buffer>((before, part) => hmac(before, part), `AWS4${secretKey}`);
  return hmac(key, ['AWS4-HMAC-SHA256', to.date, scope.join('/'), sha256(canonical)].join('\n')).toString('hex');
};

/** Signs with the caller's own keys, which stay where they are. */
export const prove = (keys: Keys, endpoint: URL, region: string, bound: Bound, now: Ms): Proof => {
  const date = iso(now).replace(/[-:]|\.\d{3}/g, '');
  const stamped = { date, ...(keys.sessionToken !== undefined && { token: keys.sessionToken }) };
  const headers = signedHeaders(endpoint, bound, stamped);
  const signed = signature(
    keys.secretAccessKey,
    { path: endpoint.pathname, headers, body: identityBody },
    { region, service, date },
  );
  const credential = `${keys.accessKeyId}/${date.slice(0, 8)}/${region}/${service}/aws4_request`;
  const names = Object.keys(headers).join(';');
  const authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names}, Signature=${signed}`;
  return { ...stamped, authorization };
};
