import { describe, expect, it } from 'vitest';
import { localReaders } from '../../lib/credentials.ts';
import type { Account } from '../../lib/policy/policy.ts';
import type { Provider, ProviderDefinition } from '../../lib/providers/contract.ts';
import type { Http } from '../../lib/providers/http.ts';
import { createOpener } from '../../lib/providers/open.ts';
import { modulus, parse, policyText } from '../policy/definitions.ts';

const account = parse(policyText()).accounts[0] as Account;

const opener = (over: Partial<ProviderDefinition> = {}) => {
  const environment: Record<string, string> = { SHOP_KEY: 'first' };
  const opened: string[] = [];
  const learned: string[] = [];
  const definition: ProviderDefinition = {
    ...modulus,
    open: (_account, { secretKey = '' }) => {
      opened.push(secretKey);
      return { capabilities: {} } as Provider;
    },
    ...over,
  };
  const learn = (values: readonly string[]) => void learned.push(...values);
  const open = createOpener({ modulus: definition }, localReaders(environment), {} as Http, learn);
  return { environment, opened, learned, open };
};

describe('an account', () => {
  it('is opened once, however often and by how many at once it is asked for', async () => {
    const { open, opened } = opener();
    const [one, two] = await Promise.all([open(account), open(account)]);
    expect([two, await open(account)]).toEqual([one, one]);
    expect(opened).toEqual(['first']);
  });

  it('is opened anew with a credential that was rotated, which is kept out of all output from then on', async () => {
    const { open, opened, environment, learned } = opener();
    await open(account);
    environment.SHOP_KEY = 'second';
    await open(account);
    await open(account);
    expect(opened).toEqual(['first', 'second']);
    expect(learned).toEqual(['first', 'second']);
  });

  it('whose credential goes is an error from then on, and opens again when it is back', async () => {
    const { open, environment } = opener();
    await open(account);
    delete environment.SHOP_KEY;
    expect(await open(account)).toMatchObject({ status: 'error', why: expect.stringContaining('SHOP_KEY') });
    environment.SHOP_KEY = 'first';
    expect(await open(account)).toMatchObject({ status: 'ok' });
  });

  it('that contradicts its environment is never opened, and asked again each time', async () => {
    let contradiction: string | null = 'a live key in a sandbox';
    const { open, opened, learned } = opener({ contradiction: () => contradiction });
    expect(await open(account)).toMatchObject({ status: 'error', why: contradiction });
    expect(opened).toEqual([]);
    expect(learned).toEqual(['first']);
    contradiction = null;
    expect(await open(account)).toMatchObject({ status: 'ok' });
  });
});
