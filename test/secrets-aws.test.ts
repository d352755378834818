import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import {
  GetParameterCommand,
  ParameterAlreadyExists,
  ParameterNotFound,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../lib/clock.ts';
import { awsSecrets } from '../lib/secrets-aws.ts';

const about = { message: 'planted words', $metadata: {} };

/** Parameter Store with these values, and Secrets Manager with one. */
const aws = (values: Record<string, string> = {}) => {
  const stored = new Map(Object.entries(values));
  const [ssm, secrets] = [mockClient(SSMClient), mockClient(SecretsManagerClient)];
  ssm.on(GetParameterCommand).callsFake(({ Name }: { Name: string }) => {
    if (!stored.has(Name)) throw new ParameterNotFound(about);
    return { Parameter: { Value: stored.get(Name) } };
  });
  ssm.on(PutParameterCommand).callsFake(({ Name, Value, Overwrite }) => {
    if (stored.has(Name) && !Overwrite) throw new ParameterAlreadyExists(about);
    stored.set(Name, Value);
    return { Version: 1 };
  });
  secrets.on(GetSecretValueCommand).resolves({ SecretString: '{"url":"https://a.example/?token=x"}' });
  onTestFinished(() => {
    ssm.restore();
    secrets.restore();
  });
  const learned: string[] = [];
  const store = awsSecrets('hooksweep/dev', systemClock, (all) => void learned.push(...all));
  return { store, stored, ssm, learned };
};

const place = 'ssm:/hooksweep/dev/_issued/shop-123';

describe('secrets of restores on AWS', () => {
  it('are read below the name that is for them, and told to the log as what no line may hold', async () => {
    const { store, learned } = aws({ '/hooksweep/dev/_given/shop': 'https://a.example/?token=y' });
    expect(await store.read('ssm:/hooksweep/dev/_given/shop')).toMatchObject({ value: 'https://a.example/?token=y' });
    const member = 'secretsmanager:hooksweep/dev/_given/shop#url';
    expect(await store.read(member)).toMatchObject({ value: 'https://a.example/?token=x' });
    expect(learned).toEqual(['https://a.example/?token=y', 'https://a.example/?token=x']);
  });

  it.each([
    'ssm:/hooksweep/dev/shop/secretKey',
    'ssm:/hooksweep/dev/_issued/shop-123',
    'ssm:/hooksweep/prod/_given/shop',
    'ssm:/hooksweep/dev/_given',
    'ssm:/x/hooksweep/dev/_given/shop',
    'secretsmanager:hooksweep/dev/shop#secretKey',
    'secretsmanager:arn:aws:secretsmanager:us-east-1:1:secret:hooksweep/dev/shop-AbCdEf',
    'env:AWS_SECRET_ACCESS_KEY',
    'file:/etc/passwd',
    'whsec_a_value_itself',
  ])('are not read from %s, whoever names it', async (reference) => {
    const { store, ssm } = aws({ '/hooksweep/dev/shop/secretKey': 'of the provider' });
    expect(store.mayRead(reference)).toBe(false);
    const reading = await store.read(reference);
    expect(reading).toMatchObject({ status: 'error', hint: expect.stringContaining('ssm:/hooksweep/dev/_given/NAME') });
    expect(JSON.stringify(reading)).not.toContain('whsec');
    expect(ssm.calls()).toEqual([]);
  });

  it('are read anew each time, and named by the code of what went wrong', async () => {
    const { store, stored } = aws();
    const missing = await store.read('ssm:/hooksweep/dev/_given/shop');
    expect(missing).toMatchObject({ status: 'error', why: expect.stringContaining('(ParameterNotFound)') });
    for (const value of ['wrong', 'right']) {
      stored.set('/hooksweep/dev/_given/shop', value);
      expect(await store.read('ssm:/hooksweep/dev/_given/shop')).toEqual({ status: 'ok', value });
    }
  });

  it('are written encrypted, over their reservation and over nothing else', async () => {
    const { store, stored, ssm, learned } = aws();
    expect(await store.reserve(place, 'a')).toEqual({ status: 'ok' });
    expect(await store.reserve(place, 'b')).toEqual({ status: 'error', why: `something stands at ${place} already` });
    expect(await store.write(place, 'a', 'whsec_new')).toEqual({ status: 'ok' });
    expect([...stored]).toEqual([['/hooksweep/dev/_issued/shop-123', 'whsec_new']]);
    expect(await store.write(place, 'a', 'whsec_other')).toMatchObject({ status: 'error' });
    expect(stored.get('/hooksweep/dev/_issued/shop-123')).toBe('whsec_new');
    const types = ssm.commandCalls(PutParameterCommand).map(({ args: [{ input }] }) => input.Type);
    expect(new Set(types)).toEqual(new Set(['SecureString']));
    expect(learned).toEqual(['whsec_new']);
  });

  it.each(['ssm:/hooksweep/dev/shop/secretKey', 'ssm:/hooksweep/dev/_given/x', 'ssm:/x', 'file:/tmp/x', 'x'])(
    'are not written to %s',
    async (to) => {
      const { store, ssm } = aws();
      expect(store.mayWrite(to)).toBe(false);
      expect(await store.reserve(to, 'a')).toMatchObject({ status: 'error' });
      expect(await store.write(to, 'a', 'whsec_new')).toMatchObject({ status: 'error' });
      expect(ssm.calls()).toEqual([]);
    },
  );

  it('that cannot be written are an error with its code, and nothing of what the service said', async () => {
    const { store, ssm } = aws();
    ssm.on(PutParameterCommand).rejects(Object.assign(new Error('planted words'), { name: 'AccessDeniedException' }));
    const why = `${place} cannot be written (AccessDeniedException)`;
    expect(await store.reserve(place, 'a')).toEqual({ status: 'error', why });
  });
});
