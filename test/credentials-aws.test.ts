import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand, ParameterNotFound, SSMClient } from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../lib/clock.ts';
import { awsReaders } from '../lib/credentials-aws.ts';
import { limits } from '../lib/limits.ts';

const planted = 'sk_planted_7f3a';

/** Two stores that hold these texts, and count what they are asked. */
const stores = (texts: Record<string, string | Error | undefined>) => {
  let now = 0;
  const asked: string[] = [];
  const loaded: string[] = [];
  const load = (service: string) => async () => {
    loaded.push(service);
    return async (name: string) => {
      asked.push(`${service} ${name}`);
      const found = texts[name];
      if (found instanceof Error) throw found;
      return found;
    };
  };
  const clock = { ...systemClock, now: () => now };
  const readers = awsReaders(clock, { ssm: load('ssm'), secretsmanager: load('secretsmanager') });
  const wait = (ms: number) => {
    now += ms;
  };
  return { readers, texts, asked, loaded, wait };
};
const errorNamed = (name: string) => Object.assign(new Error(`User is not allowed; value was ${planted}`), { name });

describe('credentials on AWS', () => {
  it('come from the place that is named, and only its client is loaded', async () => {
    const { readers, loaded } = stores({ '/hooksweep/dev/shop': planted });
    expect(loaded).toEqual([]);
    expect(await readers.ssm('/hooksweep/dev/shop', null)).toEqual({ status: 'ok', value: planted });
    expect(loaded).toEqual(['ssm']);
  });

  it('are asked for once in ten minutes, and again after, so that a rotation is seen', async () => {
    const { readers, texts, asked, wait } = stores({ a: planted });
    for (let time = 0; time < limits.credentialAgeMs; time += limits.credentialAgeMs / 5) {
      await readers.ssm('a', null);
      wait(limits.credentialAgeMs / 5);
    }
    expect(asked).toHaveLength(1);
    texts.a = 'rotated';
    expect(await readers.ssm('a', null)).toEqual({ status: 'ok', value: 'rotated' });
    expect(asked).toHaveLength(2);
  });

  it('are asked for once where several accounts want members of one secret at once', async () => {
    const { readers, asked } = stores({ shop: JSON.stringify({ clientId: 'one', clientSecret: planted }) });
    const read = await Promise.all(['clientId', 'clientSecret'].map((key) => readers.secretsmanager('shop', key)));
    expect(read).toEqual([
      { status: 'ok', value: 'one' },
      { status: 'ok', value: planted },
    ]);
    expect(asked).toEqual(['secretsmanager shop']);
  });

  it.each([
    ['ParameterNotFound', 'SecureString'],
    ['AccessDeniedException', 'prefix of their stage'],
    ['ThrottlingException', 'tried again'],
  ])(
    'that cannot be read are named with the code %s, never with what the service said, and are tried again',
    async (name, hint) => {
      const { readers, texts } = stores({ a: errorNamed(name) });
      const reading = await readers.ssm('a', null);
      expect(reading).toMatchObject({ status: 'error', why: `ssm:a cannot be read (${name})` });
      expect(JSON.stringify(reading)).toContain(hint);
      expect(JSON.stringify(reading)).not.toContain(planted);
      texts.a = planted;
      expect(await readers.ssm('a', null)).toMatchObject({ status: 'ok' });
    },
  );

  it.each([
    ['no JSON', `{"key": "${planted}"`],
    ['no object', JSON.stringify(planted)],
    ['another member', JSON.stringify({ other: planted })],
    ['a member that is no text', JSON.stringify({ key: { value: planted } })],
    ['an inherited member', JSON.stringify({ other: planted })],
  ])('with a member asked for and %s there are an error that shows nothing', async (_what, text) => {
    const { readers } = stores({ a: text });
    for (const key of ['key', 'constructor']) {
      const reading = await readers.secretsmanager('a', key);
      expect(reading).toMatchObject({ status: 'error', why: `secretsmanager:a has no member ${key}` });
      expect(JSON.stringify(reading)).not.toContain(planted);
    }
  });

  it('that are no text are an error, and the environment is never read', async () => {
    const { readers } = stores({});
    expect(await readers.secretsmanager('binary', null)).toMatchObject({
      status: 'error',
      why: expect.stringContaining('no text'),
    });
    process.env.HOOKSWEEP_PLANTED = planted;
    expect(await readers.env('HOOKSWEEP_PLANTED', null)).toMatchObject({
      status: 'error',
      hint: expect.stringContaining('ssm:/path'),
    });
    delete process.env.HOOKSWEEP_PLANTED;
  });
});

describe('the stores themselves', () => {
  const mocked = () => {
    const [ssm, secrets] = [mockClient(SSMClient), mockClient(SecretsManagerClient)];
    onTestFinished(() => {
      ssm.restore();
      secrets.restore();
    });
    return { ssm, secrets, readers: awsReaders(systemClock) };
  };

  it('are asked for one decrypted parameter, and for the present version of one secret', async () => {
    const { ssm, secrets, readers } = mocked();
    ssm.on(GetParameterCommand, { Name: '/a', WithDecryption: true }).resolves({ Parameter: { Value: 'one' } });
    secrets.on(GetSecretValueCommand, { SecretId: 'b' }).resolves({ SecretString: '{"key":"two"}' });
    expect(await readers.ssm('/a', null)).toEqual({ status: 'ok', value: 'one' });
    expect(await readers.secretsmanager('b', 'key')).toEqual({ status: 'ok', value: 'two' });
    expect(secrets.commandCalls(GetSecretValueCommand)[0]?.args[0].input).toEqual({ SecretId: 'b' });
  });

  it('say by the name of their error what is missing', async () => {
    const { ssm, secrets, readers } = mocked();
    const about = { message: planted, $metadata: {} };
    ssm.on(GetParameterCommand).rejects(new ParameterNotFound(about));
    secrets.on(GetSecretValueCommand).rejects(new ResourceNotFoundException({ ...about, Message: planted } as never));
    for (const reading of [await readers.ssm('/a', null), await readers.secretsmanager('b', null)]) {
      expect(reading).toMatchObject({ status: 'error', hint: expect.stringContaining('docs/parameters.md') });
      expect(JSON.stringify(reading)).not.toContain(planted);
    }
  });
});
