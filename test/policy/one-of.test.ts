import { describe, expect, it } from 'vitest';
import { parsePolicy } from '../../lib/policy/load.ts';
import { starterPolicy } from '../../lib/policy/starter.ts';
import { definitions } from './definitions.ts';

const [base] = Object.values(definitions);
if (!base) throw new Error('the fixtures define no provider');
const either = {
  ...base,
  id: 'either',
  credentials: {
    token: { required: false, about: 'a token' },
    appId: { required: false, about: 'an app' },
    privateKey: { required: false, about: 'its key' },
  },
  oneOf: [['token'], ['appId', 'privateKey']],
};

const policyWith = (credentials: string) => `version: 1
accounts:
  - { name: one, provider: either, environment: sandbox, baseUrl: "https://api.example.com", credentials: ${credentials} }
`;
const parse = (credentials: string) => parsePolicy(policyWith(credentials), 'hooksweep.yml', { either });

describe('a provider that takes one of several sets of credentials', () => {
  it.each(['{ token: env:T }', '{ appId: env:A, privateKey: env:K }'])('takes one whole set: %s', (credentials) => {
    expect(parse(credentials).accounts).toHaveLength(1);
  });

  it.each([
    '{}',
    '{ appId: env:A }',
    '{ token: env:T, appId: env:A }',
    '{ token: env:T, appId: env:A, privateKey: env:K }',
  ])('refuses %s and names the sets', (credentials) => {
    expect(() => parse(credentials)).toThrow(/one whole set/);
  });

  it('starts with the first set', () => {
    expect(parsePolicy(starterPolicy(either), 'hooksweep.yml', { either }).accounts[0]?.credentials).toEqual({
      token: 'env:EITHER_TOKEN',
    });
  });
});
