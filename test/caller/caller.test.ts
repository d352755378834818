import { describe, expect, it } from 'vitest';
import { boundTo, identityBody, prove, signature, signedHeaders, stsEndpoint } from '../../lib/caller/sign.ts';
import { identifyAt } from '../../lib/caller/verify.ts';
import { alice, startSts } from './sts.ts';

const keys = { accessKeyId: alice.key, secretAccessKey: alice.secret };
const now = Date.parse('2026-06-01T12:00:00.000Z');
const asked = { action: 'approve', targets: ['sha256:1'], reason: 'reviewed' };
const bound = boundTo('hooksweep-dev-enqueue', asked);

const proven = async () => {
  const sts = await startSts();
  const endpoint = new URL(sts.url);
  return { sts, endpoint, identify: identifyAt(endpoint), proof: prove(keys, endpoint, 'us-east-1', bound, now) };
};

describe('Signature Version 4', () => {
  it('is that of the example post-x-www-form-urlencoded in the test suite of AWS', () => {
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      host: 'example.amazonaws.com',
      'x-amz-date': '20150830T123600Z',
    };
    const request = { path: '/', headers, body: 'Param1=value1' };
    const to = { region: 'us-east-1', service: 'service', date: '20150830T123600Z' };
    expect(signature('wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY', request, to)).toBe(
      'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
    );
  });
});

describe('a proof of the caller', () => {
  it('names whose key signed it, with a session token too', async () => {
    const { identify, proof, endpoint } = await proven();
    expect(await identify(proof, bound)).toBe(alice.arn);
    const session = prove({ ...keys, sessionToken: 'token+/=' }, endpoint, 'us-east-1', bound, now);
    expect(await identify(session, bound)).toBe(alice.arn);
  });

  it('holds no secret key', async () => {
    const { proof } = await proven();
    expect(JSON.stringify(proof)).not.toContain(alice.secret);
  });

  it.each([
    ['another request', boundTo('hooksweep-dev-enqueue', { ...asked, reason: 'something else' })],
    ['another function', boundTo('hooksweep-prod-enqueue', asked)],
  ])('is worth nothing for %s', async (_what, other) => {
    const { identify, proof } = await proven();
    await expect(identify(proof, other)).rejects.toThrow(/STS does not confirm its proof \(status 403\)/);
  });

  it('is worth nothing of somebody else', async () => {
    const { identify, endpoint } = await proven();
    const forged = prove({ ...keys, secretAccessKey: 'a guess' }, endpoint, 'us-east-1', bound, now);
    await expect(identify(forged, bound)).rejects.toThrow(/STS does not confirm/);
  });

  it('that its owner signed for another service is not even sent: it covers no header of ours', async () => {
    const { identify, sts, endpoint } = await proven();
    const date = '20260601T120000Z';
    const headers = {
      'content-type': 'text/plain',
      host: endpoint.host,
      'x-amz-date': date,
      'x-k8s-aws-id': 'cluster',
    };
    const signed = signature(
      alice.secret,
      { path: '/', headers, body: identityBody },
      { region: 'us-east-1', service: 'sts', date },
    );
    const authorization = `AWS4-HMAC-SHA256 Credential=${alice.key}/20260601/us-east-1/sts/aws4_request, SignedHeaders=${Object.keys(headers).join(';')}, Signature=${signed}`;
    await expect(identify({ authorization, date }, bound)).rejects.toThrow(/not signed for this/);
    expect(sts.asked).toBe(0);
  });

  it.each([
    ['none', undefined, 'carries no proof'],
    ['a name', 'alice', 'not signed for this'],
    ['a name in place of a signature', { arn: 'arn:aws:iam::1:root' }, 'not signed for this'],
    ['an endpoint of its own', { authorization: 'x', date: 'x', url: 'http://127.0.0.1' }, 'not signed for this'],
  ])('where there is %s, is refused before anything is asked', async (_what, given, message) => {
    const { identify, sts } = await proven();
    await expect(identify(given, bound)).rejects.toThrow(message);
    expect(sts.asked).toBe(0);
  });

  it.each(['authorization', 'date', 'token'] as const)('cannot smuggle a header through %s', async (field) => {
    const { identify, proof, sts } = await proven();
    const smuggled = { ...proof, [field]: `${proof[field] ?? 'token'}\r\nx-more: 1` };
    await expect(identify(smuggled, bound)).rejects.toThrow('not signed for this');
    expect(sts.asked).toBe(0);
  });

  it('is not believed where STS cannot be reached, or an error names an ARN', async () => {
    const { identify, proof, sts } = await proven();
    sts.down = true;
    await expect(identify(proof, bound)).rejects.toThrow('STS does not answer');
  });
});

describe('the endpoint', () => {
  it.each([
    [{}, 'eu-west-1', 'https://sts.eu-west-1.amazonaws.com/'],
    [{}, 'cn-north-1', 'https://sts.cn-north-1.amazonaws.com.cn/'],
    [{ AWS_ENDPOINT_URL: 'http://127.0.0.1:4566' }, 'us-east-1', 'http://127.0.0.1:4566/'],
    [{ AWS_ENDPOINT_URL: 'http://a', AWS_ENDPOINT_URL_STS: 'http://127.0.0.1:1' }, 'us-east-1', 'http://127.0.0.1:1/'],
  ])('of %j in %s', (env, region, url) => {
    expect(stsEndpoint(env, region).href).toBe(url);
  });

  it('is signed, so that a proof for one region is none for another', () => {
    const [here, there] = ['us-east-1', 'eu-west-1'].map((region) =>
      signedHeaders(stsEndpoint({}, region), bound, { date: '20260601T120000Z' }),
    );
    expect(here?.host).not.toBe(there?.host);
  });
});
