import { describe, expect, it } from 'vitest';
import { parsePolicy } from '../../lib/policy/load.ts';
import { providers } from '../../lib/providers/registry.ts';

type Options = Record<string, unknown>;
type Given = { provider: string; options: Options; credentials?: Record<string, string>; baseUrl?: string };

const credentialsOf: Readonly<Record<string, Record<string, string>>> = {
  github: { token: 'env:A' },
  gitlab: { token: 'env:A' },
  omise: { secretKey: 'env:A' },
  shopify: { accessToken: 'env:A' },
  simpay: { clientId: 'env:A', clientSecret: 'env:B' },
  spaaza: { sessionUserId: 'env:A', sessionKey: 'env:B' },
};
const addresses: Readonly<Record<string, string>> = {
  simpay: 'https://simpay.example.com',
  spaaza: 'https://spaaza.example.com',
};

const account = ({ provider, options, credentials, baseUrl = addresses[provider] }: Given, name: string) => ({
  ...{ name, provider, environment: 'sandbox', options },
  credentials: credentials ?? credentialsOf[provider],
  ...(baseUrl && { baseUrl }),
});

/** What is said of a policy with these two accounts; null where nothing is. */
const said = (a: Given, b: Given): string | null => {
  const text = JSON.stringify({ version: 1, accounts: [account(a, 'one'), account(b, 'two')], rules: { test: {} } });
  try {
    parsePolicy(text, 'hooksweep.yml', providers);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
};

const judge = (provider: string, a: Options, b: Options) => said({ provider, options: a }, { provider, options: b });

const source = (number: string) => ({ branch: '0001', number });

describe('two accounts with one provider, base URL and credential', () => {
  it.each<[string, Options, Options]>([
    ['github', { owner: 'acme', repos: ['shop', 'web'] }, { owner: 'acme', repos: ['Web'] }],
    ['github', { owner: 'acme' }, { owner: 'ACME' }],
    ['github', { owner: 'acme' }, { owner: 'acme', repos: ['shop'] }],
    ['github', { owner: 'acme', repos: ['shop'] }, { owner: 'acme' }],
    ['github', { owner: 'acme', repos: ['shop'], orgHooks: true }, { owner: 'acme', repos: ['web'], orgHooks: true }],
    ['gitlab', { projects: ['1', 'acme/web'] }, { projects: ['acme/Web'] }],
    ['gitlab', { groups: ['acme'] }, { groups: ['acme'], groupHooks: true }],
    ['gitlab', { groups: ['acme'] }, { groups: ['acme/shop'] }],
    ['gitlab', { projects: ['acme/shop/web'] }, { groups: ['acme/shop'] }],
    ['spaaza', { chainIds: ['1', '2'] }, { chainIds: ['2', '3'] }],
    ['simpay', { sourceAccounts: [source('1')] }, { sourceAccounts: [source('2'), source('1')] }],
    ['omise', {}, { apiVersion: '2019-05-29' }],
  ])('may not both look at one place: %s %j and %j', (provider, a, b) => {
    expect(judge(provider, a, b)).toMatch(/accounts one and two \(lines 1 and 1\)/);
    expect(judge(provider, b, a)).toMatch(/accounts one and two/);
  });

  it('are told which place it is and what to do', () => {
    const problem = judge('github', { owner: 'acme', repos: ['shop', 'web'] }, { owner: 'acme', repos: ['web'] });
    expect(problem).toMatch(/both look at "acme\/web".*name each place in one account only/);
    expect(judge('omise', {}, {})).toMatch(/are one: same provider, base URL and credentials; remove one/);
  });

  it.each<[string, Options, Options]>([
    ['github', { owner: 'acme', repos: ['shop'] }, { owner: 'acme', repos: ['shop2'] }],
    ['github', { owner: 'acme' }, { owner: 'acme2' }],
    ['github', { owner: 'acme', repos: ['shop'], orgHooks: true }, { owner: 'acme', repos: ['web'] }],
    ['gitlab', { groups: ['acme'] }, { groups: ['acme2'] }],
    ['gitlab', { groups: ['acme/shop'] }, { projects: ['acme/web', 'acme/shop2'] }],
    ['spaaza', { chainIds: ['1'], kinds: ['endpoint'] }, { chainIds: ['2'], kinds: ['endpoint'] }],
    ['simpay', { sourceAccounts: [source('1')] }, { sourceAccounts: [source('11')] }],
  ])('may look at different places: %s %j and %j', (provider, a, b) => {
    expect(judge(provider, a, b)).toBeNull();
  });

  it('are two where credential or base URL differ', () => {
    const one: Given = { provider: 'github', options: { owner: 'acme' } };
    expect(said(one, { ...one, credentials: { token: 'env:OTHER' } })).toBeNull();
    expect(said(one, { ...one, baseUrl: 'https://github.example.com/api/v3' })).toBeNull();
  });

  it('are compared with every account before them', () => {
    const github = (name: string, repos: string[]) =>
      account({ provider: 'github', options: { owner: 'acme', repos } }, name);
    const text = JSON.stringify({ version: 1, accounts: [github('a', ['x']), github('b', ['y']), github('c', ['y'])] });
    expect(() => parsePolicy(text, 'hooksweep.yml', providers)).toThrow(/accounts b and c/);
  });

  it('are compared quickly, however many places there are', () => {
    const repos = (from: number) => Array.from({ length: 20_000 }, (_, at) => `r${from + at}`);
    const started = performance.now();
    expect(judge('github', { owner: 'a', repos: repos(0) }, { owner: 'a', repos: repos(20_000) })).toBeNull();
    expect(performance.now() - started).toBeLessThan(5000);
  });
});
